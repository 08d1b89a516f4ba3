// The coordinator's panel: every patient by urgency in three bands, redrawn when an alert or the clock says so.
// The server ranks, searches and counts over everybody; this page holds the fifty that it shows.
import { $, $$, empty, say, trouble } from "../base/dom.js";
import { get, page } from "../base/http.js";
import { arrange, update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { askedOf, viewOf } from "../panel/address.js";
import { banded, columnChoice, frame, roundLine, unownedLine } from "../panel/bands.js";
import { chooseColumns, chosenColumns } from "../panel/columns.js";
import { freshCell } from "../panel/row.js";
import { rows } from "../panel/rows.js";
import { steering } from "../panel/steering.js";
import { countMarks } from "../parts/alert_words.js";
import { conditionName } from "../words/conditions.js";
import { called } from "../words/people.js";

const PAGE_SIZE = 50;
const REFRESH_MS = 10000;
const LEAST_MS = 1000;
const COURSES_MS = 300000;
const FEW = 14; // as many as a screen holds: then nobody is folded away
const state = { items: [], total: 0, matched: 0, counts: {}, bands: {}, view: viewOf(location.search), columns: chosenColumns(), loaded: 0, courses: {}, coursesAt: 0 };
let asked = 0;

async function load() {
  const mine = (asked += 1); // what was asked before is not drawn over what was asked after
  const { view } = state;
  try {
    let answer = await get("/panel", { limit: PAGE_SIZE, offset: view.page * PAGE_SIZE, show: askedOf(view), search: view.search });
    if (answer.bands && askedOf(view) === "attention" && answer.total <= FEW) answer = await get("/panel", { limit: PAGE_SIZE, show: "all" });
    if (mine !== asked) return;
    const last = Math.max(0, Math.ceil(answer.matched / PAGE_SIZE) - 1);
    if (view.page > last) { view.page = last; await load(); return; }
    Object.assign(state, { items: answer.items, total: answer.total, matched: answer.matched, counts: answer.counts ?? {}, bands: answer.bands ?? {}, loaded: performance.now() });
    $("trouble").replaceChildren();
    drawSoon();
    loadCourses();
  } catch (problem) {
    if (mine !== asked) return;
    if (!state.items.length) $("panel").replaceChildren();
    trouble($("trouble"), problem, undefined, state.items.length > 0);
  }
}
// The days in small follow the rows, and change with the half-hour.
async function loadCourses() {
  const ids = state.items.map((row) => row.patient);
  const old = performance.now() - state.coursesAt > COURSES_MS;
  const wanted = old ? ids : ids.filter((id) => !(id in state.courses));
  if (!wanted.length) return;
  if (old) state.coursesAt = performance.now();
  try {
    const { items } = await page("/ui/day-courses", { patient: wanted });
    state.courses = Object.fromEntries(ids.map((id) => [id, items[id] ?? state.courses[id]]));
    drawSoon();
  } catch { /* the rows stand without them; the next look asks again */ }
}
const shownRows = rows({ state, changed: () => soon(LEAST_MS) });
const go = steering(state, load);
const unfold = () => go({ steady: true, page: 0 });

function draw() {
  const { view, bands } = state;
  summary();
  if (!state.items.length && !bands.steady) { update($("panel"), nothing()); pager(0, 0, 0, 1); return; }
  update($("panel"), frame(state.columns));
  const folded = askedOf(view) === "attention" && state.total > FEW;
  arrange($("rows"), banded(state.items, { bands, span: state.columns.length + 2, nodeOf: shownRows.nodesOf, folded, unfold }));
  pager(view.page * PAGE_SIZE + 1, view.page * PAGE_SIZE + state.items.length, state.matched, Math.max(1, Math.ceil(state.matched / PAGE_SIZE)));
  shownRows.forget();
}
const drawSoon = steady(draw);

function nothing() {
  if (state.total) return empty("No patient matches.", "Clear the search, or choose “All”.");
  return empty("No patients yet.", "Patients appear here as soon as they are admitted and in your care. A coordinator admits them and hands out devices.");
}
function summary() {
  const tally = { high: 0, medium: 0, low: 0, ...state.counts };
  update($("counts"), countMarks(tally));
  $("total").textContent = state.matched === state.total ? `${state.total} patients` : `${state.matched} of ${state.total} patients`;
  update($("lines"), unownedLine(state.bands.unowned, () => go({ show: "unowned", page: 0 })));
  update($("round-line"), roundLine(state.bands.round, () => go({ show: "round", page: 0 })));
  const urgent = tally.high + tally.medium;
  document.title = `${urgent ? `(${urgent}) ` : ""}Panel · Homeward`;
}
function pager(first, last, total, pages) {
  $("pager").hidden = pages < 2;
  $("where").textContent = `${first}–${last} of ${total}`;
  $("back").disabled = state.view.page === 0;
  $("on").disabled = state.view.page >= pages - 1;
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
    shownRows.changed(alert.patient);
    say(`New ${alert.priority} alert: ${alert.patient ? called(alert) : "the ward"}, ${conditionName(alert.condition)}`, alert.priority === "high");
  }
  soon(Math.max(300, LEAST_MS - (performance.now() - state.loaded)));
}
$("columns").append(columnChoice(state.columns, (names) => { state.columns = names; chooseColumns(names); shownRows.anew(); draw(); }));
setInterval(() => { for (const cell of $$("[data-fresh]")) { const row = state.items.find((one) => one.patient === cell.dataset.fresh); if (row) update(cell, freshCell(row, state.loaded)); } }, 5000);

await watch();
await load();
soon(REFRESH_MS);
new AlertStream({ onEvent, onState: (line) => lineState(line) }).run();
