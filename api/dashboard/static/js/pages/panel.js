// The coordinator's panel: every patient by urgency, redrawn when an alert or the clock says so.
// The server ranks, searches and counts over everybody; this page holds the fifty that it shows.
import { chooser, typed } from "../base/choosing.js";
import { $, h, empty, say, trouble, $$ } from "../base/dom.js";
import { get } from "../base/http.js";
import { arrange, update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { cells, urgency, freshCell, alertsOf, frame } from "../panel/row.js";
import { countMarks } from "../parts/alert_words.js";
import { conditionName } from "../words/conditions.js";
import { called } from "../words/people.js";

const PAGE_SIZE = 50;
const REFRESH_MS = 10000;
const LEAST_MS = 1000;
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
// A row is rebuilt only when what it says has changed, so that focus and selection stay.
function rowOf(row) {
  const said = JSON.stringify([row, alertsOf(row).map((alert) => [alert.id, alert.state, alert.priority, alert.doctor])], (key, value) => (key === "freshness_s" ? undefined : value));
  let entry = drawn.get(row.patient);
  if (!entry) { entry = { node: h("tr", {}), said: "" }; drawn.set(row.patient, entry); }
  if (entry.said !== said) { update(entry.node, cells(row, state.loaded)); entry.said = said; }
  update(entry.node.querySelector("[data-fresh]"), freshCell(row, state.loaded));
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
function anew() { state.page = 0; load(); }
typed($("search"), (text) => { state.search = text; anew(); });
chooser($("filters"), (data) => {
  state.show = data.show;
  anew();
});
$("back").addEventListener("click", () => { state.page -= 1; load(); });
$("on").addEventListener("click", () => { state.page += 1; load(); });
setInterval(() => { for (const cell of $$("[data-fresh]")) { const row = state.rows.find((one) => one.patient === cell.dataset.fresh); if (row) update(cell, freshCell(row, state.loaded)); } }, 5000);

await watch();
await load();
soon(REFRESH_MS);
new AlertStream({ onEvent, onState: (line) => lineState(line) }).run();
