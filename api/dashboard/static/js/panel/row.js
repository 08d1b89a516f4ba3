// One row of the panel.
import { span } from "../base/clock.js";
import { bar, h } from "../base/dom.js";
import { countMarks } from "../parts/alert_words.js";
import { personLink } from "../parts/person.js";
import { score, refusedWords } from "../parts/score.js";
import { conditionName } from "../words/conditions.js";
import { counts, RANK } from "../words/dangers.js";
import { percent } from "../words/news2.js";

const FRESH_S = 900;
const SILENT_S = 3600;
export const alertsOf = (row) => row.alerts ?? [];
const freshness = (row, loaded) => (row.freshness_s === null || row.freshness_s === undefined ? Infinity : row.freshness_s + (performance.now() - loaded) / 1000);
const doctorName = (row) => row.doctor_name ?? row.doctor?.name ?? (typeof row.doctor === "string" ? row.doctor : "");

// `loaded` is when the row came, by this page's own stopwatch.
export function freshCell(row, loaded) {
  const age = freshness(row, loaded);
  if (age === Infinity) return h("span", { class: "overdue" }, "no reading yet");
  if (age > SILENT_S) return h("span", { class: "overdue" }, `silent ${span(age)}`);
  return h("span", { class: age > FRESH_S ? "ageing" : "" }, `${span(age)} ago`);
}
function riskCell(row) {
  const risk = row.risk?.probability ?? row.risk;
  if (risk === null || risk === undefined) return h("span", { class: "soft" }, "–");
  const text = percent(risk);
  return [bar(risk, `risk ${text}`), " ", text];
}
function alertCell(row) {
  const open = alertsOf(row);
  const worst = [...open].sort((a, b) => (a.state === "open" ? 0 : 1) - (b.state === "open" ? 0 : 1) || RANK[a.priority] - RANK[b.priority])[0];
  const rest = open.filter((alert) => alert.state === "acknowledged").length;
  if (!worst && !rest) return h("span", { class: "soft" }, "none");
  const other = worst?.doctor_name && worst.kind === "clinical" && worst.doctor !== row.doctor;
  return [countMarks(counts(open)).map((node) => (node.classList.contains("none") ? null : [node, " "])),
    rest > 0 && h("span", { class: "tag" }, `${rest} acknowledged`),
    worst && h("div", { class: "small soft" }, conditionName(worst.condition), other && [", sent to ", h("b", {}, worst.doctor_name)])];
}
// What somebody has taken on or has a plan for is still there: its colour stays while it holds.
export function urgency(row) {
  const open = alertsOf(row).filter((alert) => alert.state === "open" || !alert.cleared_at).map((alert) => alert.priority).sort((a, b) => RANK[a] - RANK[b]);
  return open[0] ?? "";
}
export function cells(row, loaded) {
  const watched = row.state && row.state !== "active" ? h("span", { class: "tag" }, row.state) : null;
  const cover = row.coverage === null || row.coverage === undefined ? null : Math.round(row.coverage * 100);
  return [
    h("td", { class: "wide" }, personLink(row), " ", watched),
    h("td", { "data-label": "NEWS2" }, score(row.news2), refusedWords(row.refused).map((words) => h("div", { class: "small" }, words))),
    h("td", { "data-label": "Open alerts" }, alertCell(row)),
    h("td", { "data-label": "Risk", class: "nowrap" }, riskCell(row)),
    h("td", { "data-label": "Last heard", class: "nowrap", "data-fresh": row.patient }, freshCell(row, loaded)),
    h("td", { "data-label": "Coverage", class: "nowrap" }, cover === null ? h("span", { class: "soft" }, "–") : h("span", { class: cover < 50 ? "ageing" : "" }, `${cover} %`)),
    h("td", { "data-label": "Doctor" }, doctorName(row) || h("span", { class: "ageing" }, "nobody yet")),
  ];
}

export function frame() {
  const heads = ["Patient", "NEWS2", "Open alerts", "Risk", "Last heard", "Coverage", "Doctor"];
  return h("div", { class: "scroll card" }, h("table", { class: "panel stack" }, h("caption", { class: "visually-hidden" }, "Patients by urgency, most urgent first"),
    h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))), h("tbody", { id: "rows" })));
}
