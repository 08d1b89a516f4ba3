// The coming hours: what is asked in each against who is there, and which are overfull, in words.
import { clockText } from "../base/clock.js";
import { h, scroller } from "../base/dom.js";
import { update } from "../base/patch.js";

const SOURCES = [["open", "open now"], ["scheduled", "looks due"], ["expected", "expected alerts"]];
const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;
const at = (text) => clockText(Date.parse(text));
export const span = (one) => `${at(one.from)}–${at(one.to)}`;
export const skillsOf = (one) => one.skills.join(" and ") || "anybody's time";

// What may come beside what is expected: who could be asked to stand by.
function atMostWords(one, doctorName) {
  const who = one.relief ? ` ${doctorName(one.relief.doctor)} could stand by.` : "";
  return `If as much comes as may well be: short of ${whole(one.minutes)} of ${skillsOf(one)}, ${span(one)}.${one.urgent ? who : ""}`;
}
export function overfullWords(one, doctorName) {
  const from = SOURCES.filter(([source]) => one.sources[source] > 0).map(([source, words]) => `${whole(one.sources[source])} ${words}`).join(", ");
  const relief = one.relief ? ` ${whole(one.relief.minutes)} more of ${doctorName(one.relief.doctor)} then would cost ${Math.round(one.relief.cost)}.` : " Nobody of those on the rota today could be there then: call somebody in.";
  return `Short of ${whole(one.minutes)} of ${skillsOf(one)}, ${span(one)} (${from}).${one.urgent ? relief : " It is not urgent and can wait."}`;
}

// What is short of a given hour, for its column.
const shortIn = (hour, overfull) => overfull.some((one) => Date.parse(one.from) < Date.parse(hour.to) && Date.parse(hour.from) < Date.parse(one.to));

function column(hour, most, overfull) {
  const asked = SOURCES.reduce((sum, [source]) => sum + hour[source], 0);
  const full = shortIn(hour, overfull);
  const tall = (minutes) => `${(100 * minutes) / most}%`;
  const more = hour.arriving_at_most > hour.arriving + 1 ? `; ${whole(hour.arriving)} of alerts come, at most ${whole(hour.arriving_at_most)}` : "";
  const part = (source) => { const node = h("i", { class: source }); node.style.height = tall(hour[source]); return node; };
  const line = h("u", {}); line.style.bottom = tall(hour.there);
  const words = `${span(hour)}: ${whole(asked)} planned of ${whole(hour.there)} there: ${SOURCES.map(([source, name]) => `${whole(hour[source])} ${name}`).join(", ")}${more}${full ? ". Not enough of somebody: see above" : ""}`;
  return h("li", { "data-key": hour.from, class: full ? "full" : "", title: words, "aria-label": words },
    h("span", { class: "pile", "aria-hidden": "true" }, SOURCES.map(([source]) => part(source)), line), h("b", { "aria-hidden": "true" }, full ? "short" : `${Math.round(asked)}`), h("span", { class: "soft", "aria-hidden": "true" }, at(hour.from)));
}

export const hours = (where, { doctorName }) => (plan) => {
  const rows = plan?.hours ?? [];
  const overfull = plan?.overfull ?? [];
  if (!rows.length) { update(where); return; }
  const most = Math.max(1, ...rows.flatMap((one) => [one.there, SOURCES.reduce((sum, [source]) => sum + one[source], 0)]));
  update(where, h("h3", {}, "The coming hours"),
    overfull.length > 0 && h("ul", { class: "events", "data-overfull": true }, overfull.map((one) => h("li", { class: one.urgent && one.sources.open > 0 ? "overdue" : "ageing" }, overfullWords(one, doctorName)))),
    plan.overfull_at_most?.length > 0 && h("ul", { class: "events soft", "data-at-most": true }, plan.overfull_at_most.map((one) => h("li", {}, atMostWords(one, doctorName)))),
    scroller("Minutes hour by hour", "", h("ol", { class: "hourly" }, rows.map((one) => column(one, most, overfull)))),
    h("p", { class: "small soft hour-key" }, SOURCES.map(([source, name]) => [h("i", { class: source, "aria-hidden": "true" }), ` ${name} `]), h("u", { "aria-hidden": "true" }), " minutes of those who are there. Expected is what patients like these have asked before, and what their risk adds."));
};
