// "I feel worse": five questions, answered with a thumb; what is grave says at once whom to call.
import { wardNow } from "../base/clock.js";
import { $, h, say } from "../base/dom.js";
import { sendOrKeep } from "./unsent.js";
import { t } from "../base/language.js";

const GRAVE = { breath: ["rest"], chest: ["yes"], mind: ["yes"] };

export function feelingWorse() {
  const form = $("worse");
  const said = () => Object.fromEntries(["breath", "chest", "mind", "fever", "drink"].map((name) => [name, form.elements[name].value]));
  const grave = () => Object.entries(GRAVE).some(([name, answers]) => answers.includes(form.elements[name].value));
  form.addEventListener("change", () => { $("grave").hidden = !grave(); if (grave()) say(t("Call the emergency number now."), true); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = $("worse-told");
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    const body = { answers: said(), words: form.elements.words.value.trim() || null };
    try {
      const sent = await sendOrKeep("/me/reports", body, { kept: { ...body, at: new Date(wardNow()).toISOString() } });
      told.className = sent ? "" : "caution";
      told.replaceChildren(sent ? t("Sent. Your care team is alerted. If it gets worse, do not wait: call.") : h("strong", {}, t("Not sent: there is no line. It is kept and sent as soon as there is one. Do not wait for that: call the ward.")));
      say(told.textContent, !sent);
      form.reset();
      if (sent) $("grave").hidden = true;
    } catch (problem) { told.className = "wrong"; told.textContent = t("Not sent: {why}", { why: problem.message }); say(told.textContent, true); }
    button.disabled = false;
  });
}
