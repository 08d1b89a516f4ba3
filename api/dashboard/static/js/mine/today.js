// What is to do today and how the newest readings are, in plain words; and whom to call.
import { clockText, dayText, wardNow } from "../base/clock.js";
import { $, h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { metricUnit, metricValue } from "../words/metrics.js";
import { inPlainWords, plain, tasks } from "../words/plain.js";
import { t, tn, woven } from "../base/language.js";

const SIGNS = { well: "✓", watch: "•", off: "!", unknown: "?" };
const dial = (number) => `tel:${number.replaceAll(/[^+\d]/g, "")}`;

export function callLinks(day) {
  const numbers = [[day.emergency, t("Emergency number")], [day.phone, t("Call the ward")], [day.out_of_hours, t("Out of hours")]].filter(([number]) => number);
  update($("call"), ...numbers.map(([number, words]) => h("a", { class: number === day.emergency ? "button call danger" : "button call", href: dial(number), "data-key": words }, `${words}: ${number}`)), day.phone ? null : h("p", { "data-key": "none" }, t("The ward has not put its number here: it is on the papers that you were given.")));
}
function when(at) {
  if (at === null) return h("b", {}, t("now"));
  const ms = Date.parse(at);
  const day = dayText(ms) === dayText(wardNow()) ? "" : `${dayText(ms)} `;
  return h("span", {}, woven("by {time}", { time: h("b", {}, `${day}${clockText(ms)}`) }));
}
export function showToday(day, unsentCount, open) {
  const list = tasks(day.todo);
  update($("todo"), ...list.map((one) => h("li", { "data-key": one.words }, one.words, " ", when(one.at))),
    unsentCount > 0 && h("li", { "data-key": "unsent", class: "caution" }, tn("One entry waits on this phone to be sent.", "{n} entries wait on this phone to be sent.", unsentCount)));
  $("nothing-todo").hidden = list.length + unsentCount + open > 0;
}
export function showPlain(day) {
  const lines = day.vitals.filter((one) => inPlainWords(one.metric)).map((one) => ({ one, ...plain(one, day.limits) }));
  const overall = day.watched ? (day.alerted ? t("Your care team was alerted to something in your readings.") : "") : t("The ward does not watch your readings at the moment.");
  update($("plain"), overall && h("p", { class: "overall", "data-key": "overall" }, overall),
    h("ul", { class: "plain", "data-key": "list" }, lines.map(({ one, state, text }) => h("li", { "data-key": one.metric, "data-state": state },
      h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[state]), h("span", {}, text, " ", h("small", { class: "soft" }, `${metricValue(one.metric, one.value)} ${metricUnit(one.metric)}, `, moment(one.time)))))),
    lines.length === 0 && h("p", { class: "soft", "data-key": "none" }, t("No readings yet. Check that your device is charged and worn.")));
}
