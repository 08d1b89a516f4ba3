// The doctor's feed: what needs an answer now, live, in the order of danger; the equipment and the
// ward itself apart, and only for whose job they are.
import { all, get } from "../base/http.js";
import { $, h, empty, say, trouble } from "../base/dom.js";
import { arrange, patch, update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { alertCard, askedOf, grouped, keepingPlace } from "../alerts/alert_card.js";
import { byDanger, called, conditionName, countMarks, counts, dangers, isOpen, overdue } from "../words/ward.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { Sound } from "../base/sound.js";
import { wardNow } from "../base/clock.js";

const CLOSED_SHOWN_MS = 3600 * 1000;
const PEOPLE_MS = 15000;
const RETRY_MS = 3000;
const WORDS_MS = 60000;
const alerts = new Map();
const people = new Map();
const cards = new Map();
const streamedMeanwhile = new Set();
const sound = new Sound($("sound"));
const clinician = ["doctor", "nurse"].includes(document.body.dataset.role);
let kind = "all";
let loaded = false;

// The list is asked for once the stream is open, so nothing falls between the two; what the stream
// said meanwhile is newer than the list and stands.
async function load() {
  streamedMeanwhile.clear();
  try {
    const [open, closed] = await Promise.all([all("/alerts", { state: ["open", "acknowledged"] }), get("/alerts", { state: ["resolved", "expired"], limit: 50 })]);
    const found = [...open, ...closed.items];
    for (const [id, alert] of alerts) if (isOpen(alert) && !streamedMeanwhile.has(id)) alerts.delete(id);
    for (const alert of found) if (!streamedMeanwhile.has(alert.id)) alerts.set(alert.id, alert);
    loaded = true;
    loadPeople();
    $("trouble").replaceChildren(...(open.cut ? [h("p", { class: "caution" }, `The newest ${open.length} open alerts are shown; there are more.`)] : []));
    soon();
  } catch (problem) {
    trouble($("trouble"), problem, undefined, alerts.size > 0);
    setTimeout(load, RETRY_MS);
  }
}
// Score and doctor of those whom an alert shown is about, and of nobody else.
const ASKED_AT_ONCE = 100;
async function loadPeople() {
  const ids = [...new Set([...alerts.values()].map((alert) => alert.patient).filter(Boolean))];
  try {
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      const part = ids.slice(at, at + ASKED_AT_ONCE);
      for (const row of (await get("/panel", { patient: part, limit: ASKED_AT_ONCE })).items) people.set(row.patient, row);
    }
    soon();
  } catch { /* scores follow later; the alerts stand without them */ }
}
function onEvent(name, alert) {
  if (name === "reset" || !alert) { load(); return; }
  if (clinician && alert.kind === "technical" && !alerts.has(alert.id) && kind !== "technical") return;
  streamedMeanwhile.add(alert.id);
  alerts.set(alert.id, alert);
  if (name === "alert.raised") {
    say(`New ${alert.priority} alert: ${alert.patient ? called(alert) : "the ward"}, ${conditionName(alert.condition)}`, alert.priority === "high");
    if (alert.patient && !people.has(alert.patient)) loadPeople();
  }
  if (alert.call) sound.burst(alert.priority);
  title();
  soon();
}

// A card is made anew only when it has something else to say; the node that stands takes it over.
function card(part, alerts) {
  const key = `${part}:${alerts[0].patient ?? alerts[0].id}`;
  const person = people.get(alerts[0].patient);
  const said = JSON.stringify([alerts, askedOf(alerts), alerts.map(overdue), person?.news2, person?.doctor]);
  const known = cards.get(key);
  if (known?.said === said) return known.node;
  const made = alertCard(alerts, { person, onDone: keep, redraw: draw });
  if (known) patch(known.node, made);
  const node = known?.node ?? made;
  cards.set(key, { node, said });
  return node;
}
function keep(now) {
  alerts.set(now.id, now);
  draw();
}
const closedAt = (alert) => Date.parse(alert.closed_at ?? alert.raised_at);

function draw() { keepingPlace(lists); }
const soon = steady(draw);

function lists() {
  forget();
  const shown = [...alerts.values()].filter((alert) => kind === "all" || alert.kind === kind);
  const order = byDanger(dangers(alerts.values(), people));
  const waiting = shown.filter((alert) => alert.state === "open").sort(order);
  const open = waiting.filter((alert) => alert.kind === "clinical");
  const taken = shown.filter((alert) => alert.state === "acknowledged").sort(order);
  const closed = shown.filter((alert) => !isOpen(alert) && wardNow() - closedAt(alert) < CLOSED_SHOWN_MS).sort((a, b) => closedAt(b) - closedAt(a)).slice(0, 20);
  list("open", open);
  list("equipment", waiting.filter((alert) => alert.kind === "technical"));
  list("taken", taken);
  list("closed", closed);
  $("calm").hidden = open.length > 0;
  if (!open.length) update($("calm"), empty("No alert waits for you.", taken.length ? `${taken.length} acknowledged and still open below.` : "New ones appear here by themselves. The sign at the top right says whether the page is live."));
  title();
}
// A page that stays open for weeks keeps no more than it shows.
function forget() {
  for (const [id, alert] of alerts) if (!isOpen(alert) && wardNow() - closedAt(alert) > 2 * CLOSED_SHOWN_MS) alerts.delete(id);
  for (const [key, { node }] of cards) if (!node.isConnected) cards.delete(key);
}
function list(id, some) {
  arrange($(id), grouped(some).map((one) => card(id, one)));
  $(`${id}-part`).hidden = some.length === 0;
  $(`${id}-count`).textContent = `${some.length}`;
}
function title() {
  const tally = counts([...alerts.values()]);
  const urgent = tally.high ? `${tally.high} HIGH` : tally.medium ? `${tally.medium} medium` : tally.low ? `${tally.low} low` : "";
  document.title = `${urgent ? `(${urgent}) ` : ""}Alerts · Homeward`;
  update($("counts"), countMarks(tally));
}
$("kinds").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  kind = button.dataset.kind;
  for (const one of $("kinds").querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
  draw();
  if (clinician && kind === "technical") loadTechnical();
});
// A clinician is not led by the coordinator's work, but may look at it.
async function loadTechnical() {
  try { for (const alert of await all("/alerts", { state: ["open", "acknowledged"], kind: "technical" })) alerts.set(alert.id, alert); soon(); } catch (problem) { trouble($("trouble"), problem, undefined, true); }
}

await watch();
const line = new AlertStream({ onEvent, onState: (state) => {
  lineState(state);
  if (state === "live" && !loaded) load();
} });
line.run();
loadPeople();
setInterval(loadPeople, PEOPLE_MS);
setInterval(() => { if (loaded && document.visibilityState === "visible") load(); }, WORDS_MS); // words age
setInterval(soon, 30000);
