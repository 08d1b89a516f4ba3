// The round: from patient to patient, four taps each, with the words for a call beside it.
import { $, h, empty, say, trouble } from "../base/dom.js";
import { all, get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { unsaved } from "../base/unsaved.js";
import { watch } from "../base/vigil.js";
import { vitalValue } from "../panel/row.js";
import { personLink } from "../parts/person.js";
import { score } from "../parts/score.js";
import { quickEntry } from "../patient/quick_entry.js";
import { callScript, phoneLinks } from "../round/call.js";
import { roundKeys } from "../round/keys.js";
import { metricValue, shortMetrics } from "../words/metrics.js";
import { called } from "../words/people.js";

const LOOK_MS = 15000; // a colleague may be on the same round
const FOLLOWS_MS = 3000; // the gateway judges what was entered within moments
const state = { waiting: [], told: [], form: null };

async function load() {
  try {
    state.waiting = await all("/panel", { show: "round", limit: 200 }, 1000);
    show();
  } catch (problem) { $("round").replaceChildren(); trouble($("trouble"), problem, "Reload the page to try again."); }
}
function show() {
  const [now] = state.waiting;
  $("left").textContent = now ? `${state.waiting.length} to ask` : "";
  state.form = null;
  if (!now) { update($("round"), empty("Nobody lacks consciousness or oxygen.", "Whoever does later appears here and on the panel.")); return; }
  state.form = quickEntry(now, { saved: () => saved(now) });
  const call = h("div", {});
  $("round").replaceChildren(
    h("section", { class: "card" }, h("h2", {}, personLink(now)), score(now.news2, { quiet: true }),
      h("p", { class: "vitals" }, now.vitals.filter((vital) => !["acvpu", "o2", "dbp"].includes(vital.metric)).map((vital) => h("span", {}, h("span", { class: "soft small" }, shortMetrics([vital.metric]), " "), vitalValue(vital), " ", h("small", { class: "soft" }, moment(vital.time, { only: "short" }))))),
      state.form, h("button", { type: "button", class: "quiet", onclick: later }, "Later")),
    h("section", { class: "card" }, h("h2", {}, "The call"), call, callScript(now)));
  phoneLinks(now.patient, call);
  state.form.querySelector("input").focus();
}
// Whom a colleague has told meanwhile is not asked again; a form that somebody has begun stays, and says so.
async function look() {
  try {
    const found = await all("/panel", { show: "round", limit: 200 }, 1000);
    const still = new Map(found.map((row) => [row.patient, row]));
    const [now] = state.waiting;
    const known = new Set([...state.waiting, ...state.told.map((one) => one.row)].map((row) => row.patient));
    const done = now && !still.has(now.patient);
    const begun = done && unsaved(document);
    state.waiting = [...state.waiting.filter((row) => still.has(row.patient) || (begun && row === now)), ...found.filter((row) => !known.has(row.patient))];
    $("trouble").replaceChildren();
    if (begun) state.form.querySelector("[role=status]").textContent = "A colleague has told this meanwhile: yours is not needed, or saves what is newer.";
    else if (done || (!now && state.waiting.length)) { if (done) say(`${called(now)}: told by a colleague`); show(); }
    else $("left").textContent = state.waiting.length ? `${state.waiting.length} to ask` : "";
  } catch (problem) { trouble($("trouble"), problem, undefined, state.waiting.length > 0); }
}
const later = () => { state.waiting.push(state.waiting.shift()); show(); };
function saved(row) {
  const given = Object.fromEntries(new FormData(state.form));
  state.waiting = state.waiting.filter((one) => one.patient !== row.patient);
  state.told.unshift({ row, given });
  draw();
  show();
  setTimeout(() => follow(row.patient), FOLLOWS_MS);
}
// What was entered counts once the score has it: until when, the server says.
async function follow(patient) {
  const known = state.told.find((one) => one.row.patient === patient);
  try { [known.row] = (await get("/panel", { patient })).items; draw(); } catch { /* it stands as entered; the panel tells the rest */ }
}
const untilOf = (row) => row.vitals.filter((one) => ["acvpu", "o2"].includes(one.metric)).map((one) => one.until).sort()[0];
function draw() {
  const words = ([name, value]) => metricValue(name, Number(value));
  update($("done"), state.told.map(({ row, given }) => h("li", { "data-key": row.patient }, personLink(row), " ", Object.entries(given).map(words).join(", "),
    untilOf(row) && h("span", { class: "soft" }, ": counts, as assumed, until ", moment(untilOf(row))), Number(given.acvpu) > 0 && h("b", { class: "overdue" }, " scores 3: an alert follows by itself, stay with them"))));
  $("done-part").hidden = state.told.length === 0;
  $("done-count").textContent = `${state.told.length}`;
}
roundKeys({ form: () => state.form, later });
await watch();
await load();
setInterval(look, LOOK_MS);
