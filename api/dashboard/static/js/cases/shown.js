// What a case shows of a record: charts of the chosen windows, and what was chosen besides.
import { empty, h, mark } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { figures } from "../charts/figures.js";
import { vitalChart } from "../charts/plots.js";
import { conditionName } from "../words/conditions.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";

const POINTS = 600;
const AS_READ_S = 86400;
const MOST_READ = 5000;
const WORDED = new Set(["acvpu", "o2"]);
const WIDTHS = [1, 5, 15, 30, 60, 300, 900, 3600, 7200, 14400];

// The readings of one window: of a day as they were read, doubtful ones marked; of more, slices whose extremes are kept.
async function pointsOf(path, one) {
  const seconds = (Date.parse(one.to) - Date.parse(one.from)) / 1000;
  if (seconds <= AS_READ_S) {
    const read = await get(`${path}/observations`, { metric: one.metric, limit: MOST_READ });
    if (!read.next) return read.items;
  }
  const width = WIDTHS.find((some) => seconds / some <= POINTS) ?? 14400;
  const { items } = await get(`${path}/observations`, { metric: one.metric, bucket: `${width}s` });
  return items.map((slice) => ({ time: slice.time, metric: one.metric, value: slice.mean, min: slice.min, max: slice.max }));
}
export async function drawReadings(where, path, windows) {
  const shown = await Promise.all(windows.map(async (one) => ({ one, points: await pointsOf(path, one) })));
  await figures(where, shown.map(({ one, points }) => chart(one, points)), empty("No readings.", ""));
}
const trusted = (point) => point.quality === undefined || point.quality === "ok" || point.quality === "manual";
function chart(one, points) {
  const name = metricName(one.metric);
  const last = points.filter(trusted).at(-1);
  const [from, to] = [Date.parse(one.from) / 1000, Date.parse(one.to) / 1000];
  const newest = last ? [h("b", {}, metricValue(one.metric, last.value)), h("span", { class: "soft small" }, metricUnit(one.metric), " ", moment(last.time))] : h("span", { class: "soft" }, "none in this window");
  const digits = one.metric === "temp" || one.metric === "weight" ? 1 : 0;
  const draw = (plot) => (points.length && !WORDED.has(one.metric) ? vitalChart(plot, { metrics: [{ name: one.metric, label: name, points }], unit: metricUnit(one.metric), digits, from, to }) : { destroy: () => plot.replaceChildren(plot.appendChild(h("p", { class: "none" }, points.length ? points.map((point) => metricValue(one.metric, point.value)).join(", ") : "No reading."))) });
  return { title: name, newest, about: `${name}, as it was chosen`, draw };
}

const part = (title, items) => items.length > 0 && h("section", { "data-key": title }, h("h3", {}, title), h("ul", { class: "pins" }, items));
const words = (text) => h("p", { class: "about" }, text ?? "(erased)");
/** @param {any} one */
export function recordParts(one) {
  return [
    part("Alerts", one.alerts.map((alert) => h("li", { "data-key": alert.id }, h("div", {}, mark(alert.priority), " ", h("b", {}, conditionName(alert.condition)), " ", moment(alert.raised_at), ` ${alert.state}`, words(alert.message))))),
    part("Notes", one.notes.map((note) => h("li", { "data-key": note.id }, h("div", {}, words(note.text), h("p", { class: "soft small" }, `${note.kind.replaceAll("_", " ")}, ${note.written_by_name ?? "somebody"} `, moment(note.written_at)))))),
    part("Reported by the patient", one.reports.map((report) => h("li", { "data-key": report.id }, h("div", {}, moment(report.given_at), h("ul", {}, report.said.map((said) => h("li", {}, `${said.question} `, h("b", {}, said.answer)))), report.words && words(report.words))))),
    part("Consultations", one.consultations.map((met) => h("li", { "data-key": met.id }, h("div", {}, words(met.summary), h("p", { class: "soft small" }, `signed by ${met.signed_by_name ?? "somebody"} `, moment(met.signed_at)))))),
    part("Found in the images", one.studies.flatMap((study) => study.findings.map((found) => h("li", { "data-key": found.id }, h("div", {}, words(found.text), h("p", { class: "soft small" }, `${study.modalities.join(", ")} ${study.taken_on ?? ""}: ${found.written_by_name ?? "somebody"} `, moment(found.written_at))))))),
  ];
}
