// Fixing a patient to a doctor: a person's knowledge that the plan does not have.
import { put } from "./http.js";
import { h } from "./dom.js";
import { update } from "./patch.js";
import { options } from "./dialog.js";
import { called } from "./ward.js";

export function pins(form, { told, name, doctorName }) {
  const list = form.querySelector("[data-pins]");
  const { patient, doctor } = form.elements;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { patient: patient.value, doctor: doctor.value };
    told(() => put("/allocation/pins", body), `${name(body.patient)} is fixed to ${doctorName(body.doctor)}. A new plan follows by itself.`);
  });
  const letGo = (one) => told(() => put("/allocation/pins", { patient: one.patient, doctor: null }), `The plan may give ${name(one.patient)} to anybody again.`);

  // Redrawn with every plan; what is being chosen stays chosen.
  return ({ people, doctors, pinned }) => {
    const kept = [patient.value, doctor.value];
    const known = [...people].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
    if (document.activeElement !== patient) update(patient, options([["", "choose"], ...known.map((row) => [row.patient, called(row)])], kept[0]));
    if (document.activeElement !== doctor) update(doctor, options([["", "choose"], ...doctors.map((one) => [one.id, one.name])], kept[1]));
    update(list, pinned.map((one) => h("li", { "data-key": one.patient }, h("span", {}, name(one.patient), " stays with ", h("b", {}, doctorName(one.doctor))),
      h("button", { type: "button", class: "quiet", "aria-label": `Let go of ${name(one.patient)}`, onclick: () => letGo(one) }, "Let go"))));
  };
}
