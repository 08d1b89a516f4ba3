// One row of the panel: who, how, why and since when, whose and until when, what is due next.
import { span, wardNow } from "../base/clock.js";
import { bar, h, mark, WORDS } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { personLink } from "../parts/person.js";
import { refusedWords, score } from "../parts/score.js";
import { metricValue } from "../words/metrics.js";
import { percent } from "../words/news2.js";
import { against, aloud, dueWords, everyWords, lacksStaff, ownerOf, reasonOf } from "../words/vitals.js";
import { COLUMNS } from "./columns.js";
import { spark } from "./spark.js";

const FRESH_S = 900;
const SILENT_S = 3600;
// `came` is when the row came, by this page's own stopwatch.
const freshness = (row) => (row.freshness_s === null || row.freshness_s === undefined ? Infinity : row.freshness_s + (performance.now() - row.came) / 1000);

export function freshCell(row) {
  const age = freshness(row);
  if (age === Infinity) return h("span", { class: "overdue" }, "no reading yet");
  if (age > SILENT_S) return h("span", { class: "overdue" }, `silent ${span(age)}`);
  return h("span", { class: age > FRESH_S ? "ageing" : "" }, `${span(age)} ago`);
}

// A value with the points that it alone scores, where it lies against the person's usual, and its age.
export function vitalValue(vital, written = metricValue(vital.metric, vital.value)) {
  const found = against(vital);
  const doubtful = !vital.counts && !["ok", "manual"].includes(vital.quality);
  return h("span", { class: "vital", "data-points": vital.points ?? "none", "data-old": !vital.counts && "", role: "img", "aria-label": aloud(vital, written), title: aloud(vital, written) },
    h("b", {}, written, doubtful && "?"), vital.points > 0 && h("sup", {}, `${vital.points}`), found && h("i", {}, found[0]));
}
// Of the signs that score, the three that score most: what is to be read from afar.
const WORST = 3;
const worstOf = (row) => row.vitals.filter((one) => one.points > 0).toSorted((a, b) => b.points - a.points).slice(0, WORST).map((one) => one.metric);
function vitalCell(row, name, label, worst) {
  const vital = row.vitals.find((one) => one.metric === (name === "bp" ? "sbp" : name));
  if (!vital) return h("td", { class: "vitals-cell", "data-label": label }, h("span", { class: "soft" }, "–"));
  const lower = name === "bp" && row.vitals.find((one) => one.metric === "dbp");
  const written = lower ? `${metricValue("sbp", vital.value)}/${metricValue("dbp", lower.value)}` : undefined;
  return h("td", { class: "vitals-cell", "data-label": label, "data-worst": worst.includes(vital.metric) }, vitalValue(vital, written), h("small", { class: "soft" }, moment(vital.time, { only: "short" })));
}
function whyCell(row) {
  const why = reasonOf(row);
  const refused = refusedWords(row.refused).map((words) => h("div", { class: "small" }, words));
  if (!why) return refused.length ? refused : h("span", { class: "soft" }, "–");
  return [h("span", { class: "reason", title: why.words }, why.priority && [mark(why.priority, h("span", { class: "visually-hidden" }, WORDS[why.priority])), " "], why.words, why.more > 0 && h("span", { class: "soft" }, ` +${why.more}`)),
    why.since && h("small", { class: "soft" }, moment(why.since, { prefix: "since " })), refused];
}
const OWNER = { taken: "until ", sent: "due ", nobody: "due ", plan: "" };
function ownerCell(row) {
  const owner = ownerOf(row);
  const late = owner.kind !== "taken" && owner.until && Date.parse(owner.until) < wardNow();
  return [h("span", { class: owner.kind === "nobody" ? "ageing" : owner.kind === "taken" ? "" : "soft" }, owner.kind === "taken" ? h("b", {}, owner.name) : owner.kind === "sent" ? `sent to ${owner.name}` : owner.name),
    owner.until && h("small", { class: late ? "overdue" : "soft" }, moment(owner.until, { prefix: OWNER[owner.kind] }))];
}
function dueCell(row) {
  const next = row.observation;
  const missing = row.due && !row.due.at ? h("small", { class: "soft" }, `missing ${dueWords(row)}`) : null;
  if (next) return [h("span", { class: next.overdue ? "overdue" : "" }, moment(next.at, { only: true, prefix: next.overdue ? "OVERDUE " : "" })), h("small", { class: "soft" }, everyWords(next)), missing];
  if (row.due === null) return h("span", { class: "soft" }, "–");
  return row.due.at ? [moment(row.due.at, { only: true }), h("small", { class: "soft" }, dueWords(row))] : [h("span", {}, "now"), h("small", { class: "soft" }, dueWords(row))];
}
function riskCell(row) {
  if (row.risk === null || row.risk === undefined) return h("span", { class: "soft" }, "–");
  return [bar(row.risk, `risk ${percent(row.risk)}`), " ", percent(row.risk)];
}
// How much of what came lately counted, and what is told of the equipment.
const POOR = 0.8;
function qualityLine(quality) {
  if (!quality || quality.share === null) return null;
  return h("small", { class: quality.share < POOR ? "ageing" : "soft" }, `${Math.round(quality.share * 100)} % counted`, quality.doubts.map((words) => [h("br"), words]));
}
function coverCell(row) {
  const cover = row.coverage === null || row.coverage === undefined ? null : Math.round(row.coverage * 100);
  return [cover === null ? h("span", { class: "soft" }, "–") : h("span", { class: cover < 50 ? "ageing" : "" }, `${cover} %`), qualityLine(row.quality)];
}
const FILLED = { why: whyCell, owner: ownerCell, due: dueCell, risk: riskCell, coverage: coverCell };
const cell = (row, name, label, worst) => (name === "heard" ? h("td", { class: "nowrap", "data-label": label, "data-fresh": row.patient }, freshCell(row))
  : name in FILLED ? h("td", { class: `two ${name}`, "data-label": label }, FILLED[name](row)) : vitalCell(row, name, label, worst));

// `columns` are those chosen; `course` the day's scores.
export function cells(row, { columns, course, opened, open }) {
  const worst = worstOf(row);
  const watched = row.state && row.state !== "active" ? h("span", { class: "tag" }, row.state) : null;
  return [
    h("th", { scope: "row", class: "wide" }, h("div", { class: "who-row" }, h("button", { type: "button", class: "quiet more", "aria-expanded": String(opened), "aria-label": `${opened ? "Close" : "Open"} ${row.name ?? "(erased)"}, ${row.identifier ?? ""}`, onclick: open }, opened ? "▾" : "▸"),
      h("span", { class: "who-cell" }, personLink(row), " ", watched, row.spo2_scale === 2 && h("span", { class: "tag" }, "scale 2"), row.unread > 0 && h("a", { class: "count", href: `/messages?patient=${row.patient}`, "aria-label": `${row.unread} unread, messages with ${row.name ?? "(erased)"}` }, String(row.unread))))),
    h("td", { class: "score-cell", "data-label": "NEWS2" }, score(row.news2, { quiet: lacksStaff(row.news2) }), spark(course)),
    ...COLUMNS.filter(([name]) => columns.includes(name)).map(([name, label]) => cell(row, name, label, worst)),
  ];
}
