// A handover that waits for the reader to take it over: a figure beside its page in the menu, said once when it comes.
import { $$, h, say } from "./dom.js";

let known = 0;

/** @param {number} [count] */
export function waiting(count = 0) {
  const link = $$('nav[aria-label="Pages"] a[href="/handover"]')[0];
  if (count === known || !link) return;
  link.querySelector(".badge")?.remove();
  const words = count === 1 ? " waits for you" : " wait for you";
  if (count) link.append(" ", h("span", { class: "badge" }, `${count}`, h("span", { class: "visually-hidden" }, words)));
  if (count > known) say(count === 1 ? "A handover waits for you" : `${count} handovers wait for you`);
  known = count;
}
