// Questionnaires on a person's own page: one question shows another where it is asked; answers that are sent
// without a line are kept. Nothing here judges an answer: that is the server's.
import { wardNow } from "../base/clock.js";
import { $, $$, h, say } from "../base/dom.js";
import { sendOrKeep } from "./unsent.js";
import { t } from "../base/language.js";

const chosen = (fieldset) => (fieldset.disabled ? null : fieldset.querySelector("input:checked")?.value ?? null);

// Shows what is asked after the answers so far; what is not asked is not sent either.
export function branch(form) {
  for (const fieldset of $$("fieldset[data-after]", form)) {
    const before = form.querySelector(`fieldset[data-link="${fieldset.dataset.after}"]`);
    const value = chosen(before);
    const asked = value !== null && Number(value) >= Number(fieldset.dataset.least);
    fieldset.hidden = fieldset.disabled = !asked;
  }
}
export const answersOf = (form) => Object.fromEntries($$("fieldset[data-link]", form).map((one) => [one.dataset.link, chosen(one)]).filter(([, value]) => value !== null).map(([link, value]) => [link, Number(value)]));

export function questionnaires(sent) {
  for (const part of $$("[data-form]", $("questions-part"))) {
    const form = part.querySelector("form");
    form.addEventListener("change", () => branch(form));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = form.querySelector("[data-told]");
      const button = form.querySelector("button[type=submit]");
      const body = { answers: answersOf(form) };
      button.disabled = true;
      try {
        let answer = null;
        const gone = await sendOrKeep(`/me/questionnaires/${part.dataset.form}`, body, { kept: { ...body, at: new Date(wardNow()).toISOString() }, told: (said) => { answer = said; } });
        told.className = gone ? "" : "caution";
        told.replaceChildren(...wordsOf(gone, answer));
        say(told.textContent, !gone || Boolean(answer?.grave));
        form.reset();
        branch(form);
        if (gone) sent();
      } catch (problem) { told.className = "wrong"; told.textContent = t("Not sent: {why}", { why: problem.message }); say(told.textContent, true); }
      button.disabled = false;
    });
  }
}
function wordsOf(gone, answer) {
  if (!gone) return [t("Kept on this phone: there is no line. It is sent as soon as there is one. If you feel worse, call the ward now.")];
  if (answer?.grave) return [h("strong", {}, t("Please talk to somebody now: call the emergency number or the ward.")), " ", t("Your care team was told.")];
  return [answer?.alerted ? t("Sent. Your care team was told of it.") : t("Sent. Thank you.")];
}
