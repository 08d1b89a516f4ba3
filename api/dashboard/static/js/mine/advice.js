// Advice that the ward sent: read on one's own page, and said to be read with one press, also without a line.
import { wardNow } from "../base/clock.js";
import { $, h, say } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { sendOrKeep, unsent } from "./unsent.js";
import { t, woven } from "../base/language.js";

const path = (one) => `/me/advice/${one.id}/confirm`;
const waits = (one) => unsent().some((kept) => kept.path === path(one));

async function confirm(one, redraw) {
  const told = $("advice-told");
  try {
    const sent = await sendOrKeep(path(one), {}, { once: `advice-${one.id}`, kept: { at: new Date(wardNow()).toISOString() } });
    if (sent) one.confirmed_at = new Date(wardNow()).toISOString();
    told.className = sent ? "" : "caution";
    told.textContent = sent ? t("Your care team sees that you have read it.") : t("Kept on this phone: it is sent as soon as there is a line.");
  } catch (problem) { told.className = "wrong"; told.textContent = t("Not saved: {why}", { why: problem.message }); }
  say(told.textContent);
  redraw();
}
export function showAdvice(items) {
  const redraw = () => showAdvice(items);
  $("advice-part").hidden = items.length === 0;
  update($("advice"), items.map((one) => h("li", { "data-key": one.id, class: "said" }, h("p", {}, one.text ?? ""), h("p", { class: "soft small" }, one.sent_by_name ?? "", " ", moment(one.sent_at)),
    one.confirmed_at ? h("p", { class: "soft" }, woven("\u2713 You have read this {when}", { when: moment(one.confirmed_at) })) : waits(one) ? h("p", { class: "caution" }, t("Read; kept on this phone to be sent."))
      : h("div", { class: "group" }, h("button", { type: "button", class: "primary", "aria-label": t("I have read this: {text}", { text: (one.text ?? "").slice(0, 60) }), onclick: () => confirm(one, redraw) }, t("I have read this"))))));
}
