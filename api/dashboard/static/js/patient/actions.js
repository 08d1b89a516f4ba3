// What can be done for a patient from anywhere on their page: observe, call.
import { $, h } from "../base/dom.js";
import { update } from "../base/patch.js";
import { called } from "../words/people.js";

export const phoneOf = (text) => (typeof text === "string" ? text.match(/\+?[\d][\d ()-]{5,}/)?.[0] : undefined);

export function actions(patient) {
  const phone = phoneOf(patient.phone);
  update($("acts-more"), phone && h("a", { class: "button", "data-key": "call", href: `tel:${phone.replace(/[^+\d]/g, "")}`, "aria-label": `Call ${phone}, ${called(patient)}` }, "Call"));
  if ($("observe-whom")) $("observe-whom").textContent = called(patient);
}
const observe = $("act-observe");
observe?.addEventListener("click", () => $("observe").showModal());
$("observe-close")?.addEventListener("click", () => $("observe").close());
$("observe")?.addEventListener("close", () => observe.focus());
