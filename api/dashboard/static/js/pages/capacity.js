// The capacity board: whose time there is, what needs it, and why the plan is as it is.
import { wardNow } from "../base/clock.js";
import { options } from "../base/dialog.js";
import { $, h, bar, empty, say, trouble } from "../base/dom.js";
import { all, get, post, put } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { watch } from "../base/vigil.js";
import { personLink } from "../parts/person.js";
import { adding } from "../rota/adding.js";
import { axis } from "../rota/axis.js";
import { callInCard, emergencyCard } from "../rota/call_in.js";
import { why } from "../rota/causes.js";
import { hours } from "../rota/hours.js";
import { pins } from "../rota/pins.js";
import { changedHands, changesCard, history, proposals } from "../rota/proposals.js";
import { resources } from "../rota/resources.js";
import { scenarios } from "../rota/scenarios.js";
import { scoresOf } from "../rota/scores.js";
import { shiftTable } from "../rota/shifts.js";
import { onShift, shiftOf, minutesLeft } from "../rota/there.js";
import { unmetCard } from "../rota/unmet.js";
import { week } from "../rota/week.js";
import { whatIf } from "../rota/what_if.js";
import { worth } from "../rota/worth.js";
import { called, staffNames } from "../words/people.js";

const REFRESH_MS = 15000;
const state = { doctors: [], shifts: [], plan: null, scores: new Map() };
// Whom the plan speaks of, by id: the plan's own answer names them.
const known = () => [...(state.plan?.assignments ?? []), ...(state.plan?.unmet ?? []), ...(state.plan?.pinned ?? [])];
const name = (patient) => called(known().find((one) => one.patient === patient));
const scores = (ids) => scoresOf(ids, state.scores);
const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;

async function load() {
  try {
    const [doctors, shifts, plan] = await Promise.all([all("/doctors"), all("/shifts", { from: new Date(wardNow()).toISOString(), removed: true }),
      get("/allocation").catch((problem) => { if (problem.status === 404) return null; throw problem; })]);
    Object.assign(state, { doctors, shifts, plan });
    drawSoon();
    await beds.load();
  } catch (problem) { trouble($("board"), problem); }
}
function loadOf(doctor) {
  const said = (state.plan?.loads ?? []).find((load) => load.doctor === doctor.id) ?? {};
  const mine = (state.plan?.assignments ?? []).filter((one) => one.doctor === doctor.id);
  const used = said.load_minutes ?? mine.reduce((sum, one) => sum + one.minutes, 0);
  const given = said.minutes ?? minutesLeft(state.shifts, doctor);
  return { used, given, kept: said.reserve_minutes ?? 0, mine };
}
function doctorCard(doctor) {
  const { used, given, kept, mine } = loadOf(doctor);
  const shift = shiftOf(state.shifts, doctor);
  const share = given > 0 ? used / given : used > 0 ? 2 : 0;
  const pinned = new Set((state.plan?.pinned ?? []).map((one) => one.patient ?? one));
  return h("section", { class: "card", "data-key": doctor.id },
    h("div", { class: "load" }, h("h3", {}, doctor.name, " ", h("span", { class: "tag" }, doctor.kind ?? "doctor")),
      h("span", { class: share > 1 ? "overdue" : "" }, `${whole(used)} of ${whole(given)}`), bar(share, `${doctor.name}: ${whole(used)} of ${whole(given)}`)),
    h("p", { class: "small soft" }, onShift(state.shifts, doctor) ? ["on shift until ", moment(shift.absent_from ?? shift.end)] : shift ? ["next shift ", moment(shift.start)] : h("span", { class: "ageing" }, "no shift planned"),
      doctor.skills?.length ? ` · ${doctor.skills.join(", ")}` : "", doctor.max_patients ? ` · at most ${doctor.max_patients} patients` : "", kept > 0 ? ` · ${whole(kept)} kept for emergencies` : ""),
    mine.length ? h("ul", { class: "chips" }, mine.sort((a, b) => b.minutes - a.minutes).map((one) => h("li", {}, personLink(one), ` ${whole(one.minutes)}`, pinned.has(one.patient) ? " (pinned)" : ""))) : h("p", { class: "soft" }, "No patient assigned."));
}
function planCard() {
  const { plan } = state;
  if (!plan) return empty("No plan yet.", "A plan is made by itself as soon as somebody is on shift. Add a shift below.");
  const unmet = plan.unmet ?? [];
  const total = (kind) => state.doctors.filter((doctor) => onShift(state.shifts, doctor) || loadOf(doctor).used > 0).map(loadOf).reduce((sum, one) => sum + one[kind], 0);
  const tile = (text, value, bad) => h("div", { class: "card" }, h("b", { class: bad ? "overdue" : "" }, value), h("span", { class: "soft" }, text));
  return h("div", {}, h("p", {}, "Plan made ", moment(plan.made_at), plan.cause ? [", because ", h("b", {}, why(plan.cause))] : "", ". ", h("span", { class: "soft" }, plan.status === "optimal" ? "Proved best." : plan.status === "infeasible" ? "Not everybody could be placed." : "Good, not proved best.")),
    h("div", { class: "big-numbers" }, tile("patients placed", `${(plan.assignments ?? []).length}`), tile("without anybody", `${unmet.length}`, unmet.length > 0), tile("minutes needed / there", `${Math.round(total("used"))} / ${Math.round(total("given"))}`, total("used") > total("given")), tile("changed hands", `${changedHands(plan).length}`), tile("cost", plan.cost === null || plan.cost === undefined ? "–" : `${Math.round(plan.cost)}`)));
}
const doctorName = (id) => state.doctors.find((doctor) => doctor.id === id)?.name ?? "nobody";
function draw() {
  const there = [...state.doctors].sort((a, b) => Number(onShift(state.shifts, b) ?? false) - Number(onShift(state.shifts, a) ?? false) || a.name.localeCompare(b.name));
  update($("plan"), planCard(), emergencyCard(state.plan, { doctorName }), unmetCard(state.plan), changesCard(state.plan), callInCard(state.plan));
  drawAxis(state.plan, { doctorName, pinned: new Set((state.plan?.pinned ?? []).map((one) => one.patient)) });
  drawHours(state.plan);
  beds.show(state.plan);
  drawScenarios();
  update($("board"), there.length ? there.map(doctorCard) : empty("No doctors or nurses yet.", "Add the first one below, then a shift."));
  const picker = $("shift-doctor");
  update(picker, options(staffNames(state.doctors), picker.value));
  drawShifts(state.shifts);
  drawPins({ doctors: state.doctors, pinned: state.plan?.pinned ?? [] });
  document.title = `${state.plan?.unmet?.length ? `(${state.plan.unmet.length} unplaced) ` : ""}Capacity · Homeward`;
}
const drawSoon = steady(draw);
async function told(node, work, done) {
  try { await work(); node.className = ""; node.textContent = done; say(done); setTimeout(load, 1500); return null; } catch (problem) { node.className = "wrong"; node.textContent = problem.message; return problem; }
}
const give = (patient, doctor, who) => told($("axis-told"), () => put("/allocation/pins", { patient, doctor }), `${who} is fixed to ${doctorName(doctor)}. A new plan follows by itself.`);
const drawAxis = axis($("axis"), { give, people: () => state.doctors.filter((doctor) => onShift(state.shifts, doctor)) });
const drawHours = hours($("hours"), { doctorName });
const beds = resources($("resources"), { told: (work, done) => told($("resources-told"), work, done) });
const drawScenarios = scenarios($("scenarios"), { people: () => state.doctors.filter((doctor) => onShift(state.shifts, doctor)) });
proposals($("proposals"), { told: (work, done) => told($("axis-told"), work, done) });
history($("history"));
week($("week"), { told: (work, done) => told($("shift-told"), work, done) });
worth($("worth"));
const drawPins = pins($("pin-form"), { told: (work, done) => told($("pin-told"), work, done), name, doctorName });
const drawShifts = shiftTable($("shifts"), { told: (work, done) => told($("shift-told"), work, done), doctorName });
$("replan").addEventListener("click", () => told($("replan-told"), () => post("/allocation/replan"), "A new plan is being made."));
adding({ told, doctorName });
whatIf($("what-if"), { plan: () => state.plan, doctors: () => state.doctors.map((doctor) => ({ ...doctor, ...loadOf(doctor) })), name, doctorName, prepare: scores, acuity: (patient) => Math.min(20, state.scores.get(patient) ?? 0) });

await watch();
await load();
setInterval(load, REFRESH_MS);
