// Whom nobody has, the most urgent first: what is short, from when to when, and what would help.
import { clockText } from "../base/clock.js";
import { h } from "../base/dom.js";
import { personLink } from "../parts/person.js";
import { shortOf } from "./resources.js";
import { unmetLine } from "./what_if.js";

const FIRST = 50;
const MORE = 200;
let most = FIRST;
const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;

// The first of them stand there, and more of them for whoever asks: `redraw()` draws the card again.
export function unmetCard(plan, redraw) {
  const unmet = plan?.unmet ?? [];
  const shortage = plan?.shortage ?? [];
  const beds = shortOf(plan);
  if (!unmet.length && !shortage.length && !beds.length) return null;
  return h("section", { class: "trouble" }, h("strong", {}, unmet.length ? `${unmet.length} patients have nobody` : "Something is short"),
    beds.length > 0 && h("ul", { class: "events", "data-short-beds": true }, beds.map((one) => h("li", {}, one))),
    h("ul", { class: "events" }, unmet.slice(0, most).map((one) => h("li", {}, personLink(one), unmetLine(one)))),
    unmet.length > most && h("button", { type: "button", "data-more-unmet": true, onclick: () => { most += MORE; redraw(); } }, `Show ${Math.min(MORE, unmet.length - most)} more of ${unmet.length - most}`),
    shortage.length > 0 && h("p", {}, "Short of: ", shortage.map((one) => `${whole(one.minutes)} of ${one.skill ?? "anybody's time"}${one.to ? `, ${clockText(Date.parse(one.from))}–${clockText(Date.parse(one.to))}` : ""}${one.later_minutes >= 1 ? ` and ${whole(one.later_minutes)} expected later` : ""}`).join("; ")),
    plan.relief?.length > 0 && h("div", {}, "What would help, the cheapest first:", h("ol", { "data-relief": true }, plan.relief.map((one) => h("li", {}, one.sentence)))),
    unmet.length > 0 && h("p", {}, "Add a shift below, or call somebody in."));
}
