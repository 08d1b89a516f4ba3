// The course of a patient's vitals, NEWS2 and risk as figures.
import { clockText, wardNow, dateText, span, zoneText } from "../base/clock.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { page, all } from "../base/http.js";
import { moment } from "../base/moments.js";
import { figures } from "../charts/figures.js";
import { news2Chart } from "../charts/news2_chart.js";
import { riskChart, scoreChart, vitalChart } from "../charts/plots.js";
import { readingsTable } from "../charts/readings_table.js";
import { score } from "../parts/score.js";
import { metricValue, metricUnit, metricName } from "../words/metrics.js";
import { percent } from "../words/news2.js";

const RAW_HOURS = 24;
const CHARTS = [
  { metrics: ["hr"], scored: true }, { metrics: ["spo2"], scored: true }, { metrics: ["rr"], scored: true }, { metrics: ["temp"], digits: 1, scored: true },
  { metrics: ["sbp", "dbp"], title: "Blood pressure", scored: true }, { metrics: ["glucose"] }, { metrics: ["weight"], digits: 1 },
];

const STAFF = ["acvpu", "o2"];
// What is shown: `hours` until now, or the `window` (from and to, ms) that somebody has drawn on a chart; as curves,
// as the printed chart or as a table.
export const course = { hours: 24, window: null, view: "curves", points: {}, history: [], proven: false };
let asked = 0;

// `patient` is their record, for the name on paper and the limits.
export async function loadCharts(id, patient) {
  const mine = (asked += 1);
  const to = course.window?.to ?? wardNow();
  const from = course.window?.from ?? to - course.hours * 3600 * 1000;
  const hours = (to - from) / 3600000;
  const wanted = { from: new Date(from).toISOString(), to: new Date(to + 60000).toISOString() };
  const bucket = hours <= RAW_HOURS ? undefined : hours <= 72 ? "5m" : "1h";
  try {
    const metrics = [...CHARTS.flatMap((chart) => chart.metrics), ...STAFF];
    const [points, history] = await Promise.all([
      all(`/patients/${id}/observations`, { ...wanted, metric: metrics, bucket, limit: 5000 }, 60000), page(`/ui/patients/${id}/history`, wanted)]);
    if (mine !== asked) return;
    course.points = Object.groupBy ? Object.groupBy(points, (point) => point.metric) : group(points);
    course.history = history.items;
    drawCharts(patient, from / 1000, to / 1000);
  } catch (problem) { trouble($("charts"), problem); }
}
function group(points) {
  const found = {};
  for (const point of points) (found[point.metric] ??= []).push(point);
  return found;
}
function newestOf(name) {
  const points = course.points[name] ?? [];
  const last = points[points.length - 1];
  if (!last) return null;
  return [h("b", {}, `${metricValue(name, last.value ?? last.mean)} `), h("span", { class: "soft small" }, metricUnit(name), " ", moment(last.time))];
}
function drawCharts(patient, from, to) {
  $("printed").textContent = `${patient?.name ?? ""}, ${patient?.identifier ?? ""}: ${course.window ? `from ${dateText(from * 1000)} ${clockText(from * 1000)}` : `the last ${span(course.hours * 3600)}`}, until ${dateText(to * 1000)} ${clockText(to * 1000)} ${zoneText()}`;
  const drawable = CHARTS.filter((chart) => chart.metrics.some((name) => course.points[name]?.length));
  const courseOf = (chart) => (drawable.includes(chart) ? vital(chart, patient, from, to) : chart.scored ? missing(chart) : []);
  const wanted = drawable.length || course.history.length ? [...courses(from, to), ...CHARTS.flatMap(courseOf)] : [];
  showAs(course.view);
  if (course.view === "news2") printed(patient, from, to);
  if (course.view === "table") $("as-table").replaceChildren(readingsTable({ points: course.points, metrics: [...CHARTS.flatMap((chart) => chart.metrics), ...STAFF] }));
  document.body.dataset.charts = figures($("charts"), wanted, empty("No readings in this time.", "Choose a longer time, or look at the devices: a silent device is shown above with its newest message."));
}
export function showAs(chosen) {
  course.view = chosen;
  for (const view of ["curves", "news2", "table"]) $(`as-${view}`).hidden = view !== chosen;
}
// The newest columns are looked at first.
function printed(patient, from, to) {
  const made = news2Chart({ points: course.points, scores: course.history, scale: patient?.spo2_scale ?? 1, from, to });
  $("as-news2").replaceChildren(made);
  made.scrollLeft = made.scrollWidth;
}
// The course of the score and of the risk.
function courses(from, to) {
  const points = course.history;
  if (!points.length) return [];
  const last = points.at(-1);
  const found = [{ title: "NEWS2", newest: score({ ...last }, { words: false }), about: "NEWS2 over time, lower and upper bound", draw: (plot) => scoreChart(plot, { points, from, to }) }];
  if (course.proven && points.some((point) => point.risk !== null)) found.push({ title: "Risk of deterioration", newest: last.risk === null ? null : h("b", {}, percent(last.risk)), about: "Predicted risk over time", draw: (plot) => riskChart(plot, { points, from, to }) });
  return found;
}
// What a score needs and nobody measured has its empty place: missing is seen, not overlooked.
function missing(chart) {
  const title = chart.title ?? metricName(chart.metrics[0]);
  const none = h("p", { class: "none" }, "No reading in this time.");
  return { title, newest: null, about: `${title}: no reading`, draw: (plot) => { plot.append(none); return { destroy: () => none.remove() }; } };
}
function vital(chart, patient, from, to) {
  const names = chart.metrics.filter((name) => course.points[name]?.length);
  const title = chart.title ?? metricName(names[0]);
  const newest = names.length > 1 ? [h("b", {}, names.map((name) => { const p = course.points[name].at(-1); return metricValue(name, p.value ?? p.mean); }).join("/")), h("span", { class: "soft small" }, metricUnit(names[0]), " ", moment(course.points[names[0]].at(-1).time))] : newestOf(names[0]);
  const metrics = names.map((name) => ({ name, label: metricName(name), points: course.points[name] }));
  const limits = Object.fromEntries(names.map((name) => [name, patient?.limits_in_force?.[name] ?? {}]));
  return { title, newest, about: `${title} over the last ${span(course.hours * 3600)}`, draw: (plot) => vitalChart(plot, { metrics, unit: metricUnit(names[0]), digits: chart.digits ?? 0, from, to, limits }) };
}
