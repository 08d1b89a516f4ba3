// One patient's page: who they are, how they are, what happened, and what staff may enter.
import { alertCard, keepingPlace, lateLine } from "../alerts/alert_card.js";
import { chooser } from "../base/choosing.js";
import { setPlace, wardZone, zoneText } from "../base/clock.js";
import { $, empty, say, trouble } from "../base/dom.js";
import { all, get, page } from "../base/http.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { banner } from "../patient/banner.js";
import { readingList } from "../patient/corrections.js";
import { course, loadCharts, showAs } from "../patient/course.js";
import { enterForm } from "../patient/enter_form.js";
import { diseaseRisk } from "../patient/disease_risk.js";
import { facts } from "../patient/facts.js";
import { zoom } from "../patient/zoom.js";
import { glucose } from "../patient/glucose.js";
import { byDanger, dangers, isOpen } from "../words/dangers.js";

const id = document.body.dataset.patient;
const REFRESH_MS = 15000;
const state = { patient: null, assessment: null, devices: [], alerts: [], late: [] };
const charts = () => loadCharts(id, state.patient);

async function loadFacts() {
  try {
    const [patient, assessment, devices, panel] = await Promise.all([get(`/patients/${id}`), get(`/patients/${id}/assessment`).catch(quiet), page(`/ui/patients/${id}/devices`).catch(quiet), get("/panel", { patient: id }).catch(quiet)]);
    setPlace(patient.time_zone);
    $("zone").textContent = zoneText(patient.time_zone) === zoneText(wardZone()) ? "" : `Times on this page are the patient's own, ${zoneText()} (${patient.time_zone}); the ward has ${zoneText(wardZone())}.`;
    $("name").textContent = patient.name ?? "(erased)";
    $("identifier").textContent = patient.identifier ?? "";
    document.title = `${patient.name} · Homeward`;
    $("there").hidden = false;
    $("gone").replaceChildren();
    const unnamed = state.patient === null;
    Object.assign(state, { patient, assessment, devices: devices?.items ?? [] });
    course.proven = Boolean(assessment?.risk?.probability) && assessment.risk.proven !== false;
    banner($("banner-line"), patient, panel?.items[0]);
    if (unnamed && $("readings-part")?.open) readings?.();  // it was opened before it could name them
    factsSoon();
    alertsSoon();
  } catch (problem) {
    if (problem.status === 404) { $("there").hidden = true; update($("gone"), empty("This patient is not in your care.", "You see patients of your care team, your plan and your open alerts. Ask the coordinator if this should be yours.")); return; }
    trouble($("facts"), problem);
  }
}
const factsSoon = steady(() => facts($("facts"), state.patient, state.assessment, state.devices));
const quiet = (problem) => { if (problem.status === 401) throw problem; return null; };

async function loadAlerts() {
  try {
    const [alerts, late] = await Promise.all([all("/alerts", { patient: id }, 200), get("/alerts", { patient: id, state: "historic", limit: 50 })]);
    state.alerts = alerts.filter((alert) => alert.patient === id);
    state.late = late.items;
    alertsSoon();
  } catch (problem) { $("no-open").hidden = true; trouble($("open"), problem); }
}
function answered(now) {
  state.alerts = state.alerts.map((alert) => (alert.id === now.id ? now : alert));
  drawAlerts();
}
const drawAlerts = () => keepingPlace(() => {
  const make = (alerts, key) => alertCard(alerts, { link: false, person: state.patient ?? undefined, onDone: answered, redraw: drawAlerts, key });
  const open = state.alerts.filter(isOpen).sort(byDanger(dangers(state.alerts)));
  const past = state.alerts.filter((alert) => !isOpen(alert)).sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at));
  update($("open"), open.length ? make(open, id) : null);
  $("no-open").hidden = open.length > 0;
  update($("past"), past.slice(0, 30).map((alert) => make([alert], alert.id)));
  $("past-part").hidden = past.length === 0;
  $("past-count").textContent = `${past.length}`;
  update($("late"), state.late.map(lateLine));
  $("late-part").hidden = state.late.length === 0;
  $("late-count").textContent = `${state.late.length}`;
});
const alertsSoon = steady(drawAlerts);

const whole = zoom(course, charts);
chooser($("ranges"), (data) => { course.hours = Number(data.hours); whole(); });
chooser($("views"), (data) => { showAs(data.view); charts(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", charts);

enterForm($("enter"), id, () => state.patient?.name ?? "this patient", refresh);
const readings = $("readings-part") && readingList(id, { who: () => state.patient?.name ?? "this patient", changed: () => { refresh(); charts(); } });

async function refresh() { await Promise.all([loadFacts(), loadAlerts()]); }
function onEvent(name, alert) { if (name === "reset" || alert?.patient === id) { loadAlerts(); if (name === "alert.raised") say(`New ${alert.priority} alert for this patient`, true); } }

await watch();
if ($("disease")) diseaseRisk($("disease"), id);
glucose($("glucose-part"), id);
await loadFacts();
await Promise.all([loadAlerts(), charts()]);
setInterval(refresh, REFRESH_MS);
setInterval(() => { if (document.visibilityState === "visible") charts(); }, 4 * REFRESH_MS);

// A page that nobody looks at gives its connection back: a browser has few for each server.
let line;
function listen() {
  line = new AlertStream({ onEvent, onState: (state) => lineState(state) });
  line.run();
}
document.addEventListener("visibilitychange", () => {
  line.stop();
  if (document.visibilityState === "visible") { refresh(); listen(); }
});
listen();
