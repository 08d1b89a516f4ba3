// The NEWS2 observation chart as it is printed: rows of bands, columns of time, the score below.
import { clockText, dayText } from "../base/clock.js";
import { breath } from "../base/breath.js";
import { h, scroller, shape, WORDS } from "../base/dom.js";
import { metricValue } from "../words/metrics.js";
import { eventWords } from "../words/events.js";
import { column, initials, inSlots, monitoring, partsOf } from "./news2_bands.js";

const SLOTS = 24;

// `scores` are the course of NEWS2; from and to are in seconds. `filled` resolves once all its parts stand.
export function news2Chart({ points, scores, scale, from, to, events = [] }) {
  const step = ((to - from) * 1000) / SLOTS;
  const end = Math.ceil((to * 1000) / step) * step; // columns begin on whole steps, hours of a day
  const span = { from: end - SLOTS * step, to: end, slots: SLOTS };
  const starts = Array.from({ length: SLOTS }, (_, at) => span.from + (at * (span.to - span.from)) / SLOTS);
  const table = h("table", {}, h("caption", {}, "NEWS2 observation chart. Of each column the reading that scores most; what is questionable is not on it. ", h("span", { class: "soft" }, "Royal College of Physicians, 2017, reproduced with acknowledgement.")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col", colspan: 2 }, "Time from"), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Points")), starts.map((at, n) => h("th", { scope: "col" }, clockText(at), (n === 0 || dayText(at) !== dayText(starts[n - 1])) && h("small", {}, dayText(at)))))),
    h("tbody", { class: "below" }, below(scores, events, span)));
  const filled = fill(table, partsOf(scale).map((part) => () => rows(part, points, span)));
  return { node: scroller("NEWS2 observation chart", "card news2-chart", table), filled };
}
// The parts come one after the other, each in a task of its own: it is a large table.
async function fill(table, parts) {
  for (const part of parts) {
    await breath();
    table.lastElementChild.before(part());
  }
}
function rows(part, points, span) {
  const cells = column(part, points, span);
  return h("tbody", {}, part.bands.map((band, row) => h("tr", { "data-points": band.points },
    row === 0 && h("th", { scope: "rowgroup", rowspan: part.bands.length, class: "part" }, part.name), h("th", { scope: "row" }, band.label), h("td", { class: "points" }, `${band.points}`),
    cells.map((cell) => h("td", {}, cell?.band === band && h("span", { class: "dot", title: `${part.name}: ${metricValue(part.metric, cell.value)}, ${band.points} points${cell.count > 1 ? `, the most of ${cell.count}` : ""}` }, mark(part.metric, cell.value)))))));
}
// What the printed chart has below the observations: the score, how often to look, whom it called, who took it on.
function below(scores, events, span) {
  const worst = highest(scores, span);
  const alerts = events.filter((one) => one.kind === "alert");
  const row = (name, cells, kind = "") => h("tr", { class: kind }, h("th", { scope: "row", colspan: 3 }, name), cells.map((cell) => h("td", {}, cell)));
  const words = (some) => some.map((one) => `${clockText(Date.parse(one.at))} ${eventWords(one)}`).join("; ");
  return [
    row("NEWS2, the highest", worst.map((one) => (one === null ? "" : one.score === null ? `${one.low}–${one.high}` : `${one.score}`)), "total"),
    row("Monitoring, at least every", worst.map((one) => (one ? monitoring(one) : ""))),
    row("Escalated (alert raised)", inSlots(alerts, span, (one) => one.at).map((some) => some.length > 0 && h("span", { class: `mark ${some[0].priority}`, title: words(some), role: "img", "aria-label": `${WORDS[some[0].priority]}: ${words(some)}` }, shape(some[0].priority)))),
    row("Acknowledged by", inSlots(alerts.filter((one) => one.by_name), span, (one) => one.answered).map((some) => some.length > 0 && h("abbr", { title: some.map((one) => `${one.by_name}, ${clockText(Date.parse(one.answered))}`).join("; ") }, initials(some[0].by_name)))),
  ];
}
const mark = (metric, value) => (metric === "acvpu" || metric === "o2" ? "●" : metricValue(metric, value));
function highest(scores, { from, to, slots }) {
  const worst = Array(slots).fill(null);
  for (const one of scores) {
    const slot = Math.min(slots - 1, Math.floor(((Date.parse(one.time) - from) / (to - from)) * slots));
    if (slot >= 0 && one.low !== null && (worst[slot] === null || one.low >= worst[slot].low)) worst[slot] = one;
  }
  return worst;
}
