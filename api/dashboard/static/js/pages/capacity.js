// The capacity board: whose time there is, what needs it, and why the plan is as it is.
import { wardNow } from "../base/clock.js";
import { options } from "../base/dialog.js";
import { $, h, empty, say, trouble } from "../base/dom.js";
import { all, get, post, put } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { inTurn } from "../base/pieces.js";
import { steady } from "../base/steady.js";
import { watch } from "../base/vigil.js";
import { adding } from "../rota/adding.js";
import { axis } from "../rota/axis.js";
import { callInCard, emergencyCard } from "../rota/call_in.js";
import { why } from "../rota/causes.js";
import { hours } from "../rota/hours.js";
import { peopleBoard } from "../rota/people_board.js";
import { pins } from "../rota/pins.js";
import { changedHands, changesCard, history, proposals } from "../rota/proposals.js";
import { resources } from "../rota/resources.js";
import { scenarios } from "../rota/scenarios.js";
import { scoresOf } from "../rota/scores.js";
import { shiftTable } from "../rota/shifts.js";
import { onShift, minutesLeft } from "../rota/there.js";
import { unmetCard } from "../rota/unmet.js";
import { week } from "../rota/week.js";
import { whatIf } from "../rota/what_if.js";
import { worth } from "../rota/worth.js";
import { called, staffNames } from "../words/people.js";

const REFRESH_MS = 15000;
const state = { doctors: [], shifts: [], plan: null, scores: new Map(), assigned: new Map() };
// Whom the plan speaks of, by id: the plan's own answer names them.
const known = () => [...(state.plan?.assignments ?? []), ...(state.plan?.unmet ?? []), ...(state.plan?.pinned ?? [])];
const name = (patient) => called(known().find((one) => one.patient === patient));
const scores = (ids) => scoresOf(ids, state.scores);

async function load() {
  try {
    const [doctors, shifts, plan] = await Promise.all([all("/doctors"), all("/shifts", { from: new Date(wardNow()).toISOString(), removed: true }),
      get("/allocation").catch((problem) => { if (problem.status === 404) return null; throw problem; })]);
    Object.assign(state, { doctors, shifts, plan, assigned: Map.groupBy(plan?.assignments ?? [], (one) => one.doctor) });
    drawSoon();
    await beds.load();
  } catch (problem) { trouble($("board"), problem); }
}
function loadOf(doctor) {
  const said = (state.plan?.loads ?? []).find((load) => load.doctor === doctor.id) ?? {};
  const mine = state.assigned.get(doctor.id) ?? [];
  const used = said.load_minutes ?? mine.reduce((sum, one) => sum + one.minutes, 0);
  const given = said.minutes ?? minutesLeft(state.shifts, doctor);
  return { used, given, kept: said.reserve_minutes ?? 0, mine };
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
  const { plan } = state;
  inTurn("capacity", [
    () => update($("plan"), planCard(), emergencyCard(plan, { doctorName }), unmetCard(plan, draw), changesCard(plan), callInCard(plan)),
    () => drawAxis(plan, { doctorName, pinned: new Set((plan?.pinned ?? []).map((one) => one.patient)) }),
    () => drawHours(plan),
    () => beds.show(plan),
    drawScenarios,
    () => drawBoard(there),
    () => update($("shift-doctor"), options(staffNames(state.doctors), $("shift-doctor").value)),
    () => drawShifts(state.shifts),
    () => drawPins({ doctors: state.doctors, pinned: plan?.pinned ?? [] }),
    drawWhatIf,
  ]);
  document.title = `${state.plan?.unmet?.length ? `(${state.plan.unmet.length} unplaced) ` : ""}Capacity · Homeward`;
}
const drawSoon = steady(draw);
const drawBoard = peopleBoard($("board"), { loadOf, plan: () => state.plan, shifts: () => state.shifts });
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
const drawWhatIf = whatIf($("what-if"), { plan: () => state.plan, doctors: () => state.doctors.map((doctor) => ({ ...doctor, ...loadOf(doctor) })), name, doctorName, prepare: scores, acuity: (patient) => Math.min(20, state.scores.get(patient) ?? 0) });

await watch();
await load();
setInterval(load, REFRESH_MS);
