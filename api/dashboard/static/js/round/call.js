// The words for a call, and the numbers to call (proposed: the site's own come first).
import { h } from "../base/dom.js";
import { get } from "../base/http.js";

const STEPS = [
  ["“Hello, I am calling from your virtual ward. Please tell me your full name and your date of birth.”", "Compare both with this page before anything else."],
  ["“Where are you now, and what day is it?”", "Clear, as usual for them: Alert. Muddled or strange, and that is new: Confused. Ask whoever is with them whether it is new."],
  ["“Are you using oxygen now? How many litres?”", "Nothing: room air. Any flow, also at night only: on oxygen."],
  ["“How do you feel against yesterday? Is there anything that worries you?”", "Worse, or you are worried: open the chart and add a note, whatever the score says."],
];
// Who cannot be woken by phone is not “later”.
export function callScript(row) {
  return [h("ol", { class: "script" }, STEPS.map(([said, then]) => h("li", {}, said, h("div", { class: "soft small" }, then)))),
    h("p", { class: "small" }, h("b", {}, "No answer? "), "Call once more, then the emergency contact; then act as your ward has agreed. ", h("a", { href: `/patients/${row.patient}` }, "Open the chart"))];
}
const number = (text) => (text ?? "").match(/\+?[\d][\d ()-]{5,}/)?.[0];
export async function phoneLinks(patient, where) {
  try {
    const known = await get(`/patients/${patient}`);
    const contact = typeof known.emergency_contact === "string" ? { phone: known.emergency_contact } : known.emergency_contact ?? {};
    const link = (text, phone) => (number(phone) ? h("p", {}, h("a", { class: "button", href: `tel:${number(phone).replace(/[^+\d]/g, "")}` }, `${text}: ${phone}`)) : null);
    where.replaceChildren(...[link("Call", known.phone) ?? h("p", { class: "ageing" }, "No phone number is kept."), link(contact.name ? `In an emergency, ${contact.name}` : "In an emergency", contact.phone)].filter(Boolean));
  } catch { where.replaceChildren(h("p", { class: "wrong" }, "The phone number could not be loaded: open the chart.")); }
}
