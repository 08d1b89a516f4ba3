// One patient's page: who they are, how they are, what happened, and what staff may enter.
import { all, get, page } from "../base/http.js";
import { enterSample, sampleOf } from "../patient/entering.js";
import { readingList } from "../patient/corrections.js";
import { $, h, empty, say, trouble } from "../base/dom.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { clockText, dateText, moment, setPlace, span, wardNow, wardZone, zoneText } from "../base/clock.js";
import { byDanger, dangers, isOpen, metricName, metricUnit, metricValue, percent, score } from "../words/ward.js";
import { alertCard, keepingPlace, lateLine } from "../alerts/alert_card.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { scoreChart, riskChart, vitalChart } from "../charts/plots.js";
import { figures } from "../charts/figures.js";
import { facts } from "../patient/facts.js";

const id = document.body.dataset.patient;
const REFRESH_MS = 15000;
const RAW_HOURS = 24;
const CHARTS = [
  { metrics: ["hr"], scored: true }, { metrics: ["spo2"], scored: true }, { metrics: ["rr"], scored: true }, { metrics: ["temp"], digits: 1, scored: true },
  { metrics: ["sbp", "dbp"], title: "Blood pressure", scored: true }, { metrics: ["glucose"] }, { metrics: ["weight"], digits: 1 },
];
const state = { hours: 24, patient: null, assessment: null, devices: [], alerts: [], late: [], points: {}, history: [] };

async function loadFacts() {
  try {
    const [patient, assessment, devices] = await Promise.all([get(`/patients/${id}`), get(`/patients/${id}/assessment`).catch(quiet), page(`/ui/patients/${id}/devices`).catch(quiet)]);
    setPlace(patient.time_zone);
    $("zone").textContent = zoneText(patient.time_zone) === zoneText(wardZone()) ? "" : `Times on this page are the patient's own, ${zoneText()} (${patient.time_zone}); the ward has ${zoneText(wardZone())}.`;
    $("name").textContent = patient.name ?? "(erased)";
    $("identifier").textContent = patient.identifier ?? "";
    document.title = `${patient.name} · Homeward`;
    $("there").hidden = false;
    $("gone").replaceChildren();
    Object.assign(state, { patient, assessment, devices: devices?.items ?? [] });
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

async function loadCharts() {
  const to = wardNow();
  const from = to - state.hours * 3600 * 1000;
  const wanted = { from: new Date(from).toISOString(), to: new Date(to + 60000).toISOString() };
  const bucket = state.hours <= RAW_HOURS ? undefined : state.hours <= 72 ? "5m" : "1h";
  try {
    const metrics = CHARTS.flatMap((chart) => chart.metrics);
    const [points, history] = await Promise.all([
      all(`/patients/${id}/observations`, { ...wanted, metric: metrics, bucket, limit: 5000 }, 60000), page(`/ui/patients/${id}/history`, wanted)]);
    state.points = Object.groupBy ? Object.groupBy(points, (point) => point.metric) : group(points);
    state.history = history.items;
    drawCharts(from / 1000, to / 1000);
  } catch (problem) { trouble($("charts"), problem); }
}
function group(points) {
  const found = {};
  for (const point of points) (found[point.metric] ??= []).push(point);
  return found;
}
function newestOf(name) {
  const points = state.points[name] ?? [];
  const last = points[points.length - 1];
  if (!last) return null;
  return [h("b", {}, `${metricValue(name, last.value ?? last.mean)} `), h("span", { class: "soft small" }, metricUnit(name), " ", moment(last.time))];
}
function drawCharts(from, to) {
  $("printed").textContent = `${state.patient?.name ?? ""}, ${state.patient?.identifier ?? ""}: the last ${span(state.hours * 3600)}, until ${dateText(to * 1000)} ${clockText(to * 1000)} ${zoneText()}`;
  const drawable = CHARTS.filter((chart) => chart.metrics.some((name) => state.points[name]?.length));
  const courseOf = (chart) => (drawable.includes(chart) ? vital(chart, from, to) : chart.scored ? missing(chart) : []);
  const wanted = drawable.length || state.history.length ? [...courses(from, to), ...CHARTS.flatMap(courseOf)] : [];
  document.body.dataset.charts = figures($("charts"), wanted, empty("No readings in this time.", "Choose a longer time, or look at the devices: a silent device is shown above with its newest message."));
}
// The course of the score and of the risk.
function courses(from, to) {
  const points = state.history;
  if (!points.length) return [];
  const last = points.at(-1);
  const found = [{ title: "NEWS2", newest: score({ ...last }, { words: false }), about: "NEWS2 over time, lower and upper bound", draw: (plot) => scoreChart(plot, { points, from, to }) }];
  if (points.some((point) => point.risk !== null)) found.push({ title: "Risk of deterioration", newest: last.risk === null ? null : h("b", {}, percent(last.risk)), about: "Predicted risk over time", draw: (plot) => riskChart(plot, { points, from, to }) });
  return found;
}
// What a score needs and nobody measured has its empty place: missing is seen, not overlooked.
function missing(chart) {
  const title = chart.title ?? metricName(chart.metrics[0]);
  const none = h("p", { class: "none" }, "No reading in this time.");
  return { title, newest: null, about: `${title}: no reading`, draw: (plot) => { plot.append(none); return { destroy: () => none.remove() }; } };
}
function vital(chart, from, to) {
  const names = chart.metrics.filter((name) => state.points[name]?.length);
  const title = chart.title ?? metricName(names[0]);
  const newest = names.length > 1 ? [h("b", {}, names.map((name) => { const p = state.points[name].at(-1); return metricValue(name, p.value ?? p.mean); }).join("/")), h("span", { class: "soft small" }, metricUnit(names[0]), " ", moment(state.points[names[0]].at(-1).time))] : newestOf(names[0]);
  const metrics = names.map((name) => ({ name, label: metricName(name), points: state.points[name] }));
  const limits = Object.fromEntries(names.map((name) => [name, state.patient?.limits_in_force?.[name] ?? {}]));
  return { title, newest, about: `${title} over the last ${span(state.hours * 3600)}`, draw: (plot) => vitalChart(plot, { metrics, unit: metricUnit(names[0]), digits: chart.digits ?? 0, from, to, limits }) };
}

$("ranges").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  state.hours = Number(button.dataset.hours);
  for (const one of $("ranges").querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
  loadCharts();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => loadCharts());

$("enter")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const told = $("entered");
  const sample = sampleOf(form, ["rr", "acvpu", "o2", "temp", "sbp", "dbp", "hr", "spo2"], wardNow());
  if (!sample) { told.textContent = "Nothing was filled in."; told.className = "wrong"; return; }
  const saved = () => {
    form.reset();
    told.textContent = "Saved. The score follows in a few seconds.";
    told.className = "";
    say("Observations saved");
    setTimeout(refresh, 2500);
  };
  try {
    await enterSample(`/patients/${id}/observations`, sample, { whose: state.patient?.name ?? "this patient", labels: metricName, saved });
  } catch (problem) { told.textContent = `Not saved: ${problem.message}`; told.className = "wrong"; }
});

if ($("readings-part")) readingList(id, { who: () => state.patient?.name ?? "this patient", changed: () => { refresh(); loadCharts(); } });

async function refresh() { await Promise.all([loadFacts(), loadAlerts()]); }
function onEvent(name, alert) { if (name === "reset" || alert?.patient === id) { loadAlerts(); if (name === "alert.raised") say(`New ${alert.priority} alert for this patient`, true); } }

await watch();
await loadFacts();
await Promise.all([loadAlerts(), loadCharts()]);
setInterval(refresh, REFRESH_MS);
setInterval(() => { if (document.visibilityState === "visible") loadCharts(); }, 4 * REFRESH_MS);

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
