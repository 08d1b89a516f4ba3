// The doctor's feed: what needs an answer now, live, in the order of danger; equipment and ward apart, for whose job they are.
import { lead } from "../alerts/lead.js";
import { grouped, keepingPlace } from "../alerts/alert_card.js";
import { forgetCards, card } from "../alerts/cards.js";
import { forgetLines, linesOf, loadLines } from "../alerts/card_lines.js";
import { people, loadPeople } from "../alerts/people.js";
import { everySecond, heardLine } from "../alerts/seconds.js";
import { chooser } from "../base/choosing.js";
import { $, h, empty, say, trouble } from "../base/dom.js";
import { all, get } from "../base/http.js";
import { arrange, update } from "../base/patch.js";
import { Sound } from "../base/sound.js";
import { steady } from "../base/steady.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { countMarks } from "../parts/alert_words.js";
import { conditionName } from "../words/conditions.js";
import { counts, isOpen } from "../words/dangers.js";
import { called } from "../words/people.js";
import { isPast, sections } from "../words/sections.js";

const PEOPLE_MS = 15000;
const RETRY_MS = 3000;
const WORDS_MS = 60000;
const FEW = 12; // cards of a list that one task makes: of hundreds the first stand at once, the others follow
let most = FEW;
const alerts = new Map();
const streamedMeanwhile = new Set();
const sound = new Sound($("sound"));
const clinician = ["doctor", "nurse"].includes(document.body.dataset.role);
let kind = "all";
let loaded = false;
let asking = 0;
let me = /** @type {string | null} */ (null);

// The list is asked for once the stream is open, so nothing falls between the two; what the stream
// said meanwhile is newer than the list and stands.
async function load() {
  if (asking === 0) streamedMeanwhile.clear();
  asking += 1;
  try {
    const [open, closed] = await Promise.all([all("/alerts", { state: ["open", "acknowledged"] }), get("/alerts", { state: ["resolved", "expired"], limit: 50 })]);
    const found = [...open, ...closed.items];
    for (const [id, alert] of alerts) if (isOpen(alert) && !streamedMeanwhile.has(id)) alerts.delete(id);
    for (const alert of found) if (!streamedMeanwhile.has(alert.id)) alerts.set(alert.id, alert);
    const first = !loaded;
    loaded = true;
    loadPeople(alerts.values(), soon);
    loadLines([...alerts.values()].filter(isOpen).map((alert) => alert.patient), soon);
    $("trouble").replaceChildren(...(open.cut ? [h("p", { class: "caution" }, `The newest ${open.length} open alerts are shown; there are more.`)] : []));
    if (first) { draw(); lead(); } else soon();
  } catch (problem) {
    trouble($("trouble"), problem, undefined, alerts.size > 0);
    setTimeout(load, RETRY_MS);
  } finally { asking -= 1; }
}
function onEvent(name, alert) {
  if (name === "reset" || !alert) { load(); return; }
  if (clinician && alert.kind === "technical" && !alerts.has(alert.id) && kind !== "technical") return;
  if (asking > 0) streamedMeanwhile.add(alert.id);
  alerts.set(alert.id, alert);
  if (name === "alert.raised") {
    say(`New ${alert.priority} alert: ${alert.patient ? called(alert) : "the ward"}, ${conditionName(alert.condition)}`, alert.priority === "high");
    if (alert.patient && !people.has(alert.patient)) loadPeople(alerts.values(), soon);
  }
  if (alert.patient && (alert.by === "person" || !linesOf(alert.patient))) loadLines([alert.patient], soon);
  if (alert.call) sound.burst(alert.priority);
  title();
  soon();
}

function keep(now) { alerts.set(now.id, now); loadLines([now.patient], soon); draw(); }
function draw() { keepingPlace(lists); }
const soon = steady(draw);

function lists() {
  if (!loaded) { $("calm").hidden = false; update($("calm"), h("p", { class: "soft loading" }, "Loading…")); return; } // not yet calm
  forget();
  const found = sections(alerts.values(), people, kind, me);
  const more = Object.entries(found).filter(([id, some]) => list(id, some)).length > 0;
  if (more) { most += FEW; setTimeout(soon); }
  const { open, taken } = found;
  $("calm").hidden = open.length > 0;
  update($("calm"), open.length ? null : empty("No alert waits for you.", taken.length ? `${taken.length} acknowledged and still open below.` : "New ones appear here by themselves. The sign at the top right says whether the page is live."));
  title();
}
// A page that stays open for weeks keeps no more than it shows.
function forget() { for (const [id, alert] of alerts) if (isPast(alert)) alerts.delete(id); forgetCards(); forgetLines(alerts.values()); }
function list(id, some) {
  const groups = grouped(some);
  arrange($(id), groups.slice(0, most).map((one) => card(id, one, { keep, draw })));
  $(`${id}-part`).hidden = some.length === 0;
  $(`${id}-count`).textContent = `${some.length}`;
  return groups.length > most;
}
function title() {
  const tally = counts([...alerts.values()]);
  const urgent = tally.high ? `${tally.high} HIGH` : tally.medium ? `${tally.medium} medium` : tally.low ? `${tally.low} low` : "";
  document.title = `${urgent ? `(${urgent}) ` : ""}Alerts · Homeward`;
  update($("counts"), countMarks(tally));
}
chooser($("kinds"), (data) => { kind = data.kind; draw(); if (clinician && kind === "technical") loadTechnical(); });
// A clinician is not led by the coordinator's work, but may look at it.
async function loadTechnical() {
  try { for (const alert of await all("/alerts", { state: ["open", "acknowledged"], kind: "technical" })) alerts.set(alert.id, alert); soon(); } catch (problem) { trouble($("trouble"), problem, undefined, true); }
}

await watch();
get("/me").then((mine) => { me = mine.id; soon(); }).catch(() => { /* lanes stay one; nothing is hidden */ });
const line = new AlertStream({ onEvent, onState: (state) => {
  lineState(state);
  heardLine(state);
  if (state === "live" && !loaded) load();
} });
line.run();
loadPeople(alerts.values(), soon);
setInterval(() => loadPeople(alerts.values(), soon), PEOPLE_MS);
setInterval(() => { if (loaded && document.visibilityState === "visible") load(); }, WORDS_MS); // words age
setInterval(soon, 30000);
everySecond(alerts, sound);
