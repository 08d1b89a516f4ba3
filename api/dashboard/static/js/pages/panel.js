// The coordinator's panel: every patient by urgency, redrawn when an alert or the clock says so.
// The server ranks, searches and counts over everybody; this page holds the fifty that it shows.
import { get } from "../base/http.js";
import { $, h, bar, empty, say, trouble } from "../base/dom.js";
import { arrange, update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { span } from "../base/clock.js";
import { called, conditionName, countMarks, percent, personLink, RANK, refusedWords, score, counts } from "../words/ward.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";

const PAGE_SIZE = 50;
const REFRESH_MS = 10000;
const LEAST_MS = 1000;
const TYPING_MS = 250;
const FRESH_S = 900;
const SILENT_S = 3600;
const state = { rows: [], total: 0, matched: 0, counts: {}, page: 0, search: "", show: "all", changed: new Set(), loaded: 0 };
const drawn = new Map();
let asked = 0;

async function load() {
  const mine = (asked += 1); // what was asked before is not drawn over what was asked after
  try {
    const { show, search } = state;
    const answer = await get("/panel", { limit: PAGE_SIZE, offset: state.page * PAGE_SIZE, show, search });
    if (mine !== asked) return;
    const last = Math.max(0, Math.ceil(answer.matched / PAGE_SIZE) - 1);
    if (state.page > last) { state.page = last; await load(); return; }
    Object.assign(state, { rows: answer.items, total: answer.total, matched: answer.matched, counts: answer.counts, loaded: performance.now() });
    $("trouble").replaceChildren();
    drawSoon();
  } catch (problem) {
    if (mine !== asked) return;
    if (!state.rows.length) $("panel").replaceChildren();
    trouble($("trouble"), problem, undefined, state.rows.length > 0);
  }
}
const alertsOf = (row) => row.alerts ?? [];
const freshness = (row) => (row.freshness_s === null || row.freshness_s === undefined ? Infinity : row.freshness_s + (performance.now() - state.loaded) / 1000);
const doctorName = (row) => row.doctor_name ?? row.doctor?.name ?? (typeof row.doctor === "string" ? row.doctor : "");

function freshCell(row) {
  const age = freshness(row);
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
function urgency(row) {
  const open = alertsOf(row).filter((alert) => alert.state === "open" || !alert.cleared_at).map((alert) => alert.priority).sort((a, b) => RANK[a] - RANK[b]);
  return open[0] ?? "";
}
function cells(row) {
  const watched = row.state && row.state !== "active" ? h("span", { class: "tag" }, row.state) : null;
  const cover = row.coverage === null || row.coverage === undefined ? null : Math.round(row.coverage * 100);
  return [
    h("td", { class: "wide" }, personLink(row), " ", watched),
    h("td", { "data-label": "NEWS2" }, score(row.news2), refusedWords(row.refused).map((words) => h("div", { class: "small" }, words))),
    h("td", { "data-label": "Open alerts" }, alertCell(row)),
    h("td", { "data-label": "Risk", class: "nowrap" }, riskCell(row)),
    h("td", { "data-label": "Last heard", class: "nowrap", "data-fresh": row.patient }, freshCell(row)),
    h("td", { "data-label": "Coverage", class: "nowrap" }, cover === null ? h("span", { class: "soft" }, "–") : h("span", { class: cover < 50 ? "ageing" : "" }, `${cover} %`)),
    h("td", { "data-label": "Doctor" }, doctorName(row) || h("span", { class: "ageing" }, "nobody yet")),
  ];
}
// A row is rebuilt only when what it says has changed, so that focus and selection stay.
function rowOf(row) {
  const said = JSON.stringify([row, alertsOf(row).map((alert) => [alert.id, alert.state, alert.priority, alert.doctor])], (key, value) => (key === "freshness_s" ? undefined : value));
  let entry = drawn.get(row.patient);
  if (!entry) { entry = { node: h("tr", {}), said: "" }; drawn.set(row.patient, entry); }
  if (entry.said !== said) { update(entry.node, cells(row)); entry.said = said; }
  update(entry.node.querySelector("[data-fresh]"), freshCell(row));
  entry.node.dataset.urgency = urgency(row);
  entry.node.classList.toggle("fresh", state.changed.has(row.patient));
  return entry.node;
}
function draw() {
  const pages = Math.max(1, Math.ceil(state.matched / PAGE_SIZE));
  const first = state.page * PAGE_SIZE;
  summary();
  if (!state.rows.length) { update($("panel"), nothing()); pager(0, 0, 0, pages); return; }
  if (!$("rows")) update($("panel"), frame());
  arrange($("rows"), state.rows.map(rowOf));
  pager(first + 1, first + state.rows.length, state.matched, pages);
  state.changed.clear();
  forget();
}
// A page that stays open for weeks keeps no more than it shows.
function forget() {
  const shown = new Set(state.rows.map((row) => row.patient));
  for (const id of drawn.keys()) if (!shown.has(id)) drawn.delete(id);
}
const drawSoon = steady(draw);

function nothing() {
  if (state.total) return empty("No patient matches.", "Clear the search, or choose “All”.");
  return empty("No patients yet.", "Patients appear here as soon as they are admitted and in your care. A coordinator admits them and hands out devices.");
}
function frame() {
  const heads = ["Patient", "NEWS2", "Open alerts", "Risk", "Last heard", "Coverage", "Doctor"];
  return h("div", { class: "scroll card" }, h("table", { class: "panel stack" }, h("caption", { class: "visually-hidden" }, "Patients by urgency, most urgent first"),
    h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))), h("tbody", { id: "rows" })));
}
function summary() {
  const tally = { high: 0, medium: 0, low: 0, ...state.counts };
  update($("counts"), countMarks(tally), h("span", { class: "soft" }, state.matched === state.total ? `${state.total} patients` : `${state.matched} of ${state.total} patients`));
  const urgent = tally.high + tally.medium;
  document.title = `${urgent ? `(${urgent}) ` : ""}Panel · Homeward`;
}
function pager(first, last, total, pages) {
  $("pager").hidden = pages < 2;
  $("where").textContent = `${first}–${last} of ${total}`;
  $("back").disabled = state.page === 0;
  $("on").disabled = state.page >= pages - 1;
}

// An event brings the next look forward, never back: a busy ward must not starve its own panel.
let timer = 0;
let due = Infinity;
function soon(delay) {
  const at = performance.now() + delay;
  if (at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(async () => { await load(); due = Infinity; soon(REFRESH_MS); }, delay);
}
function onEvent(name, alert) {
  if (name === "alert.raised" && alert) {
    state.changed.add(alert.patient);
    say(`New ${alert.priority} alert: ${alert.patient ? called(alert) : "the ward"}, ${conditionName(alert.condition)}`, alert.priority === "high");
  }
  soon(Math.max(300, LEAST_MS - (performance.now() - state.loaded)));
}
let typing = 0;
function anew() { state.page = 0; load(); }
$("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { state.search = $("search").value.trim(); anew(); }, TYPING_MS);
});
$("filters").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  state.show = button.dataset.show;
  for (const one of $("filters").querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
  anew();
});
$("back").addEventListener("click", () => { state.page -= 1; load(); });
$("on").addEventListener("click", () => { state.page += 1; load(); });
setInterval(() => { for (const cell of document.querySelectorAll("[data-fresh]")) { const row = state.rows.find((one) => one.patient === cell.dataset.fresh); if (row) update(cell, freshCell(row)); } }, 5000);

await watch();
await load();
soon(REFRESH_MS);
new AlertStream({ onEvent, onState: (line) => lineState(line) }).run();
