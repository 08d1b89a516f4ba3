// "What if": the plan in force with other minutes, skills or deadlines, or more demand, answered and
// not stored. What is left as it is asks for what the plan in force was made from.
import { wardNow } from "../base/clock.js";
import { answers, options } from "../base/dialog.js";
import { h, onToggle, trouble } from "../base/dom.js";
import { answered } from "./jobs.js";

const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;

const REASONS = { nobody: "nobody is there", no_doctor: "no doctor is there", no_skill: "nobody there has the skills", no_time: "nobody there has the time left", max_patients: "everybody there is full" };
export const unmetLine = (one) => ` needs ${whole(one.minutes)}${one.later_minutes >= 1 ? `, ${whole(one.later_minutes)} more expected later` : ""}: ${REASONS[one.reason] ?? one.reason}`;

const MINUTE_MS = 60000;
const MOST_MINUTES = 100000;
const EVERYBODY = "everybody";
const minutesOf = (one, factor) => ({ minutes: Math.round(one.minutes * factor), later_minutes: Math.round((one.later_minutes ?? 0) * factor) });
const listed = (text) => [...new Set((text ?? "").split(",").map((one) => one.trim()).filter(Boolean))];
// Whoever is a doctor, or a nurse, has that for a skill, too.
const skillsThere = (doctor, said) => [...new Set([...(said === null ? doctor.skills ?? [] : listed(said)), doctor.kind ?? "doctor"])];

// By when and by whom somebody is seen: as the plan knows it, or as the form says.
function needsOf(one, said) {
  const concerned = [EVERYBODY, one.patient].includes(said.get("needs-of"));
  const within = concerned ? said.get("needs-within") : "";
  const skills = concerned ? listed(said.get("needs-skills")) : [];
  const left = one.deadline ? Math.min(MOST_MINUTES, Math.max(0, (Date.parse(one.deadline) - wardNow()) / MINUTE_MS)) : null;
  const deadline = within ? Number(within) : left;
  return { skills: skills.length ? skills : one.skills ?? [], must: one.must ?? false, ...(deadline === null ? {} : { deadline_minutes: deadline }) };
}
const person = (doctor, said) => ({ id: doctor.id, minutes: Number(said.get(`minutes-${doctor.id}`) ?? Math.round(doctor.given)), reserve_minutes: doctor.kept ?? 0, cost_per_hour: doctor.cost_per_hour ?? 0, skills: skillsThere(doctor, said.get(`skills-${doctor.id}`)), ...(doctor.max_patients ? { max_patients: doctor.max_patients } : {}) });

export function whatIf(form, { plan, doctors, name, doctorName, acuity, prepare }) {
  const answer = form.querySelector("output");
  const work = () => [...(plan()?.assignments ?? []), ...(plan()?.unmet ?? [])];
  const boxes = [
    unfolded(form.querySelector("[data-people]"), () => doctors().map((one) => one.id), () => rows(form, doctors())),
    unfolded(form.querySelector("[data-needs]"), () => work().map((one) => one.patient), () => whose(form, work(), name)),
  ];
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = answers(form);
    const factor = 1 + Number(said.get("growth")) / 100;
    const asked = work();
    try { await prepare(asked.map((one) => one.patient)); } catch (problem) { trouble(answer, problem, ""); return; }
    const demands = asked.map((one) => ({ patient: one.patient, ...minutesOf(one, factor), ...needsOf(one, said), acuity: acuity(one.patient), ...(one.doctor ? { current_doctor: one.doctor } : {}) }));
    try { show(answer, await answered("/allocation/what-if", { doctors: doctors().map((doctor) => person(doctor, said)), demands }), name, doctorName); } catch (problem) { trouble(answer, problem, ""); }
  });
  return () => boxes.forEach((box) => box());
}
// What folds out is drawn when it is open and whom it lists has changed: what was typed stays.
function unfolded(box, ids, draw) {
  let drawn = "";
  const redraw = () => {
    const now = ids().join();
    if (!box.open || now === drawn) return;
    drawn = now;
    draw();
  };
  onToggle(box, redraw);
  return redraw;
}
const typed = (form, name, told) => {
  const field = form.elements[name];
  return field && field.value !== field.defaultValue ? field.value : told;
};
function rows(form, doctors) {
  form.querySelector("[data-rows]").replaceChildren(...doctors.flatMap((doctor) => [
    h("div", { class: "field" }, h("label", { for: `minutes-${doctor.id}` }, doctor.name, h("span", { class: "hint" }, " minutes")),
      h("input", { id: `minutes-${doctor.id}`, name: `minutes-${doctor.id}`, type: "number", min: 0, max: 1440, step: 1, value: typed(form, `minutes-${doctor.id}`, Math.round(doctor.given)) })),
    h("div", { class: "field" }, h("label", { for: `skills-${doctor.id}` }, doctor.name, h("span", { class: "hint" }, " skills, comma between")),
      h("input", { id: `skills-${doctor.id}`, name: `skills-${doctor.id}`, maxlength: 400, value: typed(form, `skills-${doctor.id}`, (doctor.skills ?? []).join(", ")) }))]));
}
function whose(form, work, name) {
  const select = form.elements["needs-of"];
  const people = work.map((one) => [one.patient, name(one.patient)]).sort(([, one], [, other]) => one.localeCompare(other));
  select.replaceChildren(...options([["", "nobody"], [EVERYBODY, "everybody"], ...people], select.value));
}
function show(where, answer, name, doctorName) {
  const unmet = answer.unmet ?? [];
  const late = answer.late ?? [];
  const words = { optimal: "Everybody is placed.", feasible: "Everybody is placed (not proved best).", infeasible: `${unmet.length} would have nobody.` }[answer.status] ?? answer.status;
  const past = late.length ? ` ${late.length} would wait past their deadline.` : "";
  where.replaceChildren(h("p", {}, h("b", { class: unmet.length || late.length ? "overdue" : "" }, words, past), ` ${answer.moves ?? 0} would change hands. Nothing was stored.`),
    h("ul", { class: "events" }, unmet.map((one) => h("li", {}, name(one.patient), unmetLine(one))),
      late.map((one) => h("li", {}, `${name(one.patient)} would wait ${whole(one.minutes)} past their deadline, with ${doctorName(one.doctor)}`)),
      (answer.loads ?? []).map((load) => h("li", {}, `${doctorName(load.doctor)}: ${whole(load.load_minutes)} of ${whole(load.minutes)}`))));
}
