// One patient's page: who they are, how they are, what happened, and what staff may enter.
import { setPlace, wardZone, zoneText } from "../base/clock.js";
import { $, empty, h, say, trouble } from "../base/dom.js";
import { get, page } from "../base/http.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { AlertStream } from "../base/stream.js";
import { tabs } from "../base/tabs.js";
import { lineState, watch } from "../base/vigil.js";
import { actions } from "../patient/actions.js";
import { banner } from "../patient/banner.js";
import { emergency } from "../patient/emergency.js";
import { readingList } from "../patient/corrections.js";
import { course, loadCharts } from "../patient/course.js";
import { diseaseRisk } from "../patient/disease_risk.js";
import { enterForm } from "../patient/enter_form.js";
import { eventList } from "../patient/event_list.js";
import { followCursor } from "../patient/exact.js";
import { facts } from "../patient/facts.js";
import { glucose } from "../patient/glucose.js";
import { onHeld, see } from "../patient/held.js";
import { letAct, nameless } from "../patient/nameless.js";
import { showPlan } from "../patient/plan.js";
import { problem } from "../patient/problem.js";
import { choosing } from "../patient/choosing.js";
import { called } from "../words/people.js";

const id = document.body.dataset.patient;
const REFRESH_MS = 15000;
const state = { patient: null, known: null, assessment: null, devices: [] };
const whom = () => (state.patient ? called(state.patient) : "this patient");
const charts = () => ($("part-course").hidden ? null : loadCharts(id, state.patient));

async function loadFacts() {
  try {
    const [patient, assessment, devices, panel] = await Promise.all([get(`/patients/${id}`), get(`/patients/${id}/assessment`).catch(quiet), page(`/ui/patients/${id}/devices`).catch(quiet), get("/panel", { patient: id }).catch(quiet)]);
    see(patient);
    setPlace(patient.time_zone);
    $("place-told").textContent = zoneText(patient.time_zone) === zoneText(wardZone()) ? "" : `Times on this page are the patient's own, ${zoneText()} (${patient.time_zone}); the ward has ${zoneText(wardZone())}.`;
    $("name").textContent = patient.name ?? "(erased)";
    $("identifier").textContent = patient.identifier ?? "";
    document.title = `${patient.name} · Homeward`;
    $("there").hidden = $("acts").hidden = false;
    $("gone").replaceChildren();
    const unnamed = state.patient === null;
    if (unnamed) letAct(true);
    Object.assign(state, { patient, assessment, devices: devices?.items ?? [] });
    course.usual = assessment?.baselines ?? [];
    course.proven = Boolean(assessment?.risk?.probability) && assessment.risk.proven !== false;
    banner($("banner-line"), patient, { row: panel?.items[0], freshness: assessment?.freshness_s });
    actions(patient, state.devices, refresh);
    emergency($("emergency"), id).catch(quiet);
    if (unnamed && $("readings-part")?.open) readings?.();  // it was opened before it could name them
    factsSoon();
    alertsSoon();
  } catch (problem) {
    if (problem.status === 404) { $("there").hidden = $("acts").hidden = true; update($("gone"), empty("This patient is not in your care.", "You see patients of your care team, your plan and your open alerts. Ask the coordinator if this should be yours.")); return; }
    if (state.patient) trouble($("facts"), problem); else nameless(state.known, problem);
  }
}
const factsSoon = steady(() => facts(state.patient, state.assessment, state.devices));
const quiet = (problem) => { if (problem.status === 401) throw problem; return null; };

const { loadAlerts, alertsSoon } = problem(id, () => state.patient, (alert) => {
  state.known = alert;
  if (!state.patient) $("name").textContent = called(alert);
});
choosing(course, charts);
followCursor();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", charts);

enterForm($("enter"), id, whom, refresh);
const readings = $("readings-part") && readingList(id, { who: () => state.patient?.name ?? "this patient", changed: () => { refresh(); charts(); } });

async function refresh() { await Promise.all([loadFacts(), loadAlerts()]); }
function onEvent(name, alert) { if (name === "reset" || alert?.patient === id) { loadAlerts(); if (name === "alert.raised") say(`New ${alert.priority} alert for this patient`, true); } }

// What a tab needs beyond the patient's facts, its script too, is asked for when it is first opened.
const FIRST = {
  events: () => eventList(id), plan: () => showPlan(id),
  record: async () => (await import("../patient/record.js")).showRecord(id),
  devices: async () => $("devices") && (await import("../patient/devices.js")).showDevices(id, whom),
};
const begun = new Set();
async function opened(name) {
  const view = course.view === "curves" ? $("charts") : $(`as-${course.view}`);
  if (name === "course" && !view.children.length) view.append(h("p", { class: "soft loading" }, "Loading…"));
  await known;
  if (name === "course") { charts(); return; }
  if (!FIRST[name] || begun.has(name)) return;
  begun.add(name);
  const part = $(`part-${name}`);
  part.setAttribute("aria-busy", "true");
  try { await FIRST[name](); } catch (problem) { begun.delete(name); trouble(part.firstElementChild, problem, "Reload the page to try again."); }
  part.removeAttribute("aria-busy");
}
onHeld(() => loadFacts());

// Tabs answer at once; what they show waits for the ward's clock and for who the patient is.
const clock = watch();
const known = clock.then(loadFacts);
clock.then(loadAlerts);
tabs($("tabs"), opened);
await known;
if ($("disease")) diseaseRisk($("disease"), id);
glucose($("glucose-part"), id);
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
