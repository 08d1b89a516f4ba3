// The readings as a table: a row for each moment, newest first, exact values, what is in doubt marked.
import { timeText } from "../base/clock.js";
import { h, scroller } from "../base/dom.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";

const MOST = 300;

// `points` by metric; thinned ones are told as from the lowest to the highest.
export function readingsTable({ points, metrics }) {
  const shown = metrics.filter((name) => points[name]?.length);
  const rows = new Map();
  for (const name of shown) for (const point of points[name]) rows.set(point.time, { ...rows.get(point.time), [name]: point });
  const times = [...rows.keys()].sort().reverse();
  return scroller("Readings, newest first", "card", h("table", { class: "readings-table" }, h("caption", {}, `Readings, newest first${times.length > MOST ? `: the newest ${MOST} of ${times.length} moments` : ""}. A question mark: questionable, not scored.`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Time"), shown.map((name) => h("th", { scope: "col", class: "number" }, metricName(name), h("small", { class: "soft" }, ` ${metricUnit(name)}`))))),
    h("tbody", {}, times.slice(0, MOST).map((time) => h("tr", {}, h("th", { scope: "row" }, timeText(Date.parse(time))), shown.map((name) => h("td", { class: "number" }, written(name, rows.get(time)[name]))))))));
}
function written(name, point) {
  if (!point) return "";
  if (point.value === undefined) return point.min === point.max ? metricValue(name, point.min) : `${metricValue(name, point.min)}–${metricValue(name, point.max)}`;
  return `${metricValue(name, point.value)}${["ok", "manual"].includes(point.quality) ? "" : " ?"}`;
}
