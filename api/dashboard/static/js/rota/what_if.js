// "What if": the plan in force with other minutes or more demand, answered and not stored.
import { h, trouble } from "../base/dom.js";
import { answered } from "./jobs.js";

const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;

const REASONS = { nobody: "nobody is there", no_doctor: "no doctor is there", no_skill: "nobody there has the skills", no_time: "nobody there has the time left", max_patients: "everybody there is full" };
export const unmetLine = (one) => ` needs ${whole(one.minutes)}${one.later_minutes >= 1 ? `, ${whole(one.later_minutes)} more expected later` : ""}: ${REASONS[one.reason] ?? one.reason}`;

const minutesOf = (one, factor) => ({ minutes: Math.round(one.minutes * factor), later_minutes: Math.round((one.later_minutes ?? 0) * factor) });

export function whatIf(form, { plan, doctors, name, doctorName, acuity, prepare }) {
  const answer = form.querySelector("output");
  form.addEventListener("toggle", () => rows(form, doctors()), true);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const factor = 1 + Number(said.get("growth")) / 100;
    const people = doctors().map((doctor) => ({ id: doctor.id, minutes: Number(said.get(`minutes-${doctor.id}`) ?? Math.round(doctor.given)), cost_per_hour: doctor.cost_per_hour ?? 0, skills: doctor.skills ?? [], ...(doctor.max_patients ? { max_patients: doctor.max_patients } : {}) }));
    try { await prepare([...(plan()?.assignments ?? []), ...(plan()?.unmet ?? [])].map((one) => one.patient)); } catch (problem) { trouble(answer, problem, ""); return; }
    const held = (plan()?.assignments ?? []).map((one) => ({ patient: one.patient, ...minutesOf(one, factor), acuity: acuity(one.patient), current_doctor: one.doctor }));
    const waiting = (plan()?.unmet ?? []).map((one) => ({ patient: one.patient, ...minutesOf(one, factor), acuity: acuity(one.patient) }));
    try { show(answer, await answered("/allocation/what-if", { doctors: people, demands: [...held, ...waiting] }), name, doctorName); } catch (problem) { trouble(answer, problem, ""); }
  });
}
function rows(form, doctors) {
  form.querySelector("[data-rows]").replaceChildren(...doctors.map((doctor) => h("div", { class: "field" }, h("label", { for: `minutes-${doctor.id}` }, doctor.name, h("span", { class: "hint" }, " minutes")),
    h("input", { id: `minutes-${doctor.id}`, name: `minutes-${doctor.id}`, type: "number", min: 0, max: 1440, step: 5, value: Math.round(doctor.given) }))));
}
function show(where, answer, name, doctorName) {
  const unmet = answer.unmet ?? [];
  const words = { optimal: "Everybody is placed.", feasible: "Everybody is placed (not proved best).", infeasible: `${unmet.length} would have nobody.` }[answer.status] ?? answer.status;
  where.replaceChildren(h("p", {}, h("b", { class: unmet.length ? "overdue" : "" }, words), ` ${answer.moves ?? 0} would change hands. Nothing was stored.`),
    h("ul", { class: "events" }, unmet.map((one) => h("li", {}, name(one.patient), unmetLine(one))),
      (answer.loads ?? []).map((load) => h("li", {}, `${doctorName(load.doctor)}: ${whole(load.load_minutes)} of ${whole(load.minutes)}`))));
}
