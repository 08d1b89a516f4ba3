// The figures of a course: NEWS2, risk and each vital, of one stretch of time or of two side by side.
import { span } from "../base/clock.js";
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { riskChart, scoreChart, vitalChart } from "../charts/plots.js";
import { score } from "../parts/score.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";
import { percent } from "../words/news2.js";

export const CHARTS = [
  { metrics: ["hr"], scored: true }, { metrics: ["spo2"], scored: true }, { metrics: ["rr"], scored: true }, { metrics: ["temp"], digits: 1, scored: true },
  { metrics: ["sbp", "dbp"], title: "Blood pressure", scored: true }, { metrics: ["glucose"] }, { metrics: ["weight"], digits: 1 },
];
const STAFF = ["acvpu", "o2"];
export const METRICS = [...CHARTS.flatMap((chart) => chart.metrics), ...STAFF];
const nameOf = (chart, period) => `${chart.title ?? metricName(chart.metrics[0])}${period.named}`;
const drawable = (chart, period) => chart.metrics.some((name) => period.points[name]?.length);

// A period: `points` by metric, `history` of scores, `from` and to in s, `named` what its titles add, `group` of its cursor.
// `known`: limits, what is usual, whether the risk is proven; `other` the period beside it, if any.
export function periodFigures(period, known, other) {
  const told = (one) => one && (one.history.length > 0 || CHARTS.some((chart) => drawable(chart, one)));
  if (!told(period) && !told(other)) return [];
  return [...courses(period, known, other), ...CHARTS.flatMap((chart) => (drawable(chart, period) ? vital(chart, period, known, other) : chart.scored || (other && drawable(chart, other)) ? missing(chart, period) : []))];
}
// The course of the score and of the risk.
function courses({ history, from, to, named, group }, known, other) {
  const last = history.at(-1);
  if (!last) return other ? [empty(`NEWS2${named}`)] : [];
  const found = [{ title: `NEWS2${named}`, newest: score({ ...last }, { words: false }), about: `NEWS2 over time${named}, lower and upper bound`, draw: (plot) => scoreChart(plot, { points: history, from, to, group }) }];
  if (known.proven && !named && history.some((point) => point.risk !== null)) found.push({ title: "Risk of deterioration", newest: last.risk === null ? null : h("b", {}, percent(last.risk)), about: "Predicted risk over time", draw: (plot) => riskChart(plot, { points: history, from, to, group }) });
  return found;
}
// What a score needs and nobody measured has its empty place: missing is seen, not overlooked.
const missing = (chart, period) => empty(nameOf(chart, period));
function empty(title) {
  const none = h("p", { class: "none" }, "No reading in this time.");
  return { title, newest: null, about: `${title}: no reading`, draw: (plot) => { plot.append(none); return { destroy: () => none.remove() }; } };
}
function newest(names, points) {
  const last = names.map((name) => points[name].at(-1));
  const written = names.map((name, n) => metricValue(name, last[n].value ?? last[n].mean)).join("/");
  return [h("b", {}, `${written} `), h("span", { class: "soft small" }, metricUnit(names[0]), " ", moment(last[0].time))];
}
function vital(chart, period, known, other) {
  const { points, from, to, group } = period;
  const names = chart.metrics.filter((name) => points[name]?.length);
  const metrics = names.map((name) => ({ name, label: metricName(name), points: points[name] }));
  const limits = Object.fromEntries(names.map((name) => [name, known.limits?.[name] ?? {}]));
  const usual = known.usual?.find((one) => one.metric === names[0]);
  const beside = other ? names.flatMap((name) => other.points[name] ?? []) : [];
  const told = usual?.unit > 0 && names.length === 1 ? h("span", { class: "soft small nowrap" }, ` usual ${metricValue(names[0], usual.median)}`) : null;
  return { title: nameOf(chart, period), newest: [newest(names, points), told], about: `${nameOf(chart, period)} over ${span(to - from)}`,
    draw: (plot) => vitalChart(plot, { metrics, unit: metricUnit(names[0]), digits: chart.digits ?? 0, from, to, limits, usual: names.length === 1 ? usual : null, beside, group }) };
}
