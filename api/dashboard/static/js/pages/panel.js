// The coordinator's panel: every patient by urgency in three bands, live.
// The server ranks, searches and counts over everybody; this page holds the fifty that it shows, and the stream
// says which of them have changed.
import { $, $$, say, trouble } from "../base/dom.js";
import { get, page } from "../base/http.js";
import { arrange, update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { askedOf, byNeed, viewOf } from "../panel/address.js";
import { banded, frame } from "../panel/bands.js";
import { keptChoice, viewChoice } from "../panel/choice.js";
import { liveRows, streamOf } from "../panel/live.js";
import { freshCell } from "../panel/row.js";
import { rows } from "../panel/rows.js";
import { steering } from "../panel/steering.js";
import { nothing, pager, summary } from "../panel/summary.js";
import { conditionName } from "../words/conditions.js";
import { called } from "../words/people.js";

const PAGE_SIZE = 50;
const REFRESH_MS = 60000; // the stream says what changes; this mends what it did not
const DEAF_MS = 10000; // without a stream the page looks by itself
const LEAST_MS = 1000;
const RANK_MS = 3000; // a flood of changes does not rank the ward again with each
const COURSES_MS = 300000;
const FEW = 14; // as many as a screen holds: then nobody is folded away
const clock = watch(); // which no age is drawn without; the rows are asked for meanwhile
const view = viewOf(location.search);
const state = { items: [], total: 0, matched: 0, counts: {}, bands: {}, view, kept: {}, columns: view.columns, loaded: 0, courses: {}, coursesAt: 0, at: /** @type {string | undefined} */ (undefined) };
let asked = 0;
let deaf = false;
async function load() {
  const mine = (asked += 1); // what was asked before is not drawn over what was asked after
  const { view } = state;
  try {
    let answer = await get("/panel", { limit: PAGE_SIZE, offset: view.page * PAGE_SIZE, show: askedOf(view), sort: view.sort, search: view.search });
    if (answer.bands && askedOf(view) === "attention" && answer.total <= FEW) answer = await get("/panel", { limit: PAGE_SIZE, show: "all", sort: view.sort });
    await clock;
    if (mine !== asked) return;
    const last = Math.max(0, Math.ceil(answer.matched / PAGE_SIZE) - 1);
    if (view.page > last) { view.page = last; await load(); return; }
    const came = performance.now();
    Object.assign(state, { items: [...answer.items.map((row) => ({ ...row, came })), ...shownRows.held(answer.items)], at: answer.at, total: answer.total, matched: answer.matched, counts: answer.counts ?? {}, bands: answer.bands ?? {}, loaded: came });
    if (line) shown.follow(line);
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
const shown = liveRows({ state, drawn: () => { arrangeByNeed(); drawSoon(); }, rank: () => soon(LEAST_MS) });
let line = /** @type {AlertStream | null} */ (null);
let choice = /** @type {ReturnType<typeof viewChoice> | null} */ (null);
const { go, choose } = steering(state, load, chosen);
function draw() {
  const { view, bands } = state;
  summary(state, go);
  if (!state.items.length && !bands.steady) { update($("panel"), nothing(state)); pager(state, 0, 0); return; }
  update($("panel"), frame(state.columns));
  const folded = byNeed(view) && askedOf(view) === "attention" && state.total > FEW;
  arrange($("rows"), banded(state.items, { bands, span: state.columns.length + 2, nodeOf: shownRows.nodesOf, folded, unfold: () => go({ steady: true, page: 0 }), apart: byNeed(view) }));
  pager(state, view.page * PAGE_SIZE + 1, Math.max(1, Math.ceil(state.matched / PAGE_SIZE)));
  shownRows.forget();
}
const drawSoon = steady(draw);
addEventListener("unread", drawSoon);
// An event brings the next look forward, never back: a busy ward must not starve its own panel.
let timer = 0;
let due = Infinity;
function soon(delay) {
  const at = performance.now() + delay;
  if (at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(async () => { await load(); due = Infinity; soon(deaf ? DEAF_MS : REFRESH_MS); }, delay);
}
function onEvent(name, alert) {
  if (name === "panel.changed") { shown.changed(alert.patients); return; }
  if (alert?.patient) { shown.changed([alert.patient]); shownRows.told(alert.patient); }
  if (name === "alert.raised" && alert) {
    shownRows.raised(alert.patient);
    say(`New ${alert.priority} alert: ${alert.patient ? called(alert) : "the ward"}, ${conditionName(alert.condition)}`, alert.priority === "high");
  }
  soon(Math.max(300, (name === "alert.raised" ? LEAST_MS : RANK_MS) - (performance.now() - state.loaded)));
}
// A row that has changed stands where its need is, among those that stand here.
function arrangeByNeed() { if (byNeed(state.view)) state.items.sort((a, b) => b.urgency - a.urgency); }
function chosen(now) {
  choice?.show(now);
  if (now.columns.join() !== state.columns.join()) { state.columns = now.columns; shownRows.anew(); drawSoon(); }
}
choose(await keptChoice()); // what is pressed before it is here stands
choice = viewChoice({ view: state.view, kept: state.kept, choose: (change) => go({ ...change, page: 0 }) });
$("columns").append(choice.node);
setInterval(() => { for (const cell of $$("[data-fresh]")) { const row = state.items.find((one) => one.patient === cell.dataset.fresh); if (row) update(cell, freshCell(row)); } }, 5000);
await load();
soon(REFRESH_MS);
line = new AlertStream({ url: streamOf(state.items, state.at), onEvent, onState: (live) => {
  lineState(live);
  if (deaf !== (live !== "live")) { deaf = live !== "live"; soon(LEAST_MS); }
} });
line.run();
