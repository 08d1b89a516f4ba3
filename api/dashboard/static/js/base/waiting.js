// A handover that waits for the reader to take it over: a figure beside its page in the menu, said once when it comes.
import { $$, h, say } from "./dom.js";
import { tn } from "./language.js";

let known = 0;

/** @param {number} [count] */
export function waiting(count = 0) {
  const link = $$('.masthead nav a[href="/handover"]')[0];
  if (count === known || !link) return;
  link.querySelector(".badge")?.remove();
  if (count) link.append(" ", h("span", { class: "badge" }, `${count}`, h("span", { class: "visually-hidden" }, " ", tn("waits for you", "wait for you", count))));
  if (count > known) say(tn("A handover waits for you", "{n} handovers wait for you", count));
  known = count;
}
