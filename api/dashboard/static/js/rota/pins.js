// Fixing a patient to a doctor: a person's knowledge that the plan does not have.
import { options } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { put } from "../base/http.js";
import { update } from "../base/patch.js";
import { personPicker } from "../patient/person_picker.js";
import { staffNames } from "../words/people.js";

export function pins(form, { told, name, doctorName }) {
  const list = form.querySelector("[data-pins]");
  const { patient, doctor, find } = form.elements;
  const picker = personPicker(patient, find, { first: "choose" });
  picker.offer().catch(() => {}); // the menu is filled by the next word that is typed
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { patient: patient.value, doctor: doctor.value };
    told(() => put("/allocation/pins", body), `${picker.name(body.patient) ?? name(body.patient)} is fixed to ${doctorName(body.doctor)}. A new plan follows by itself.`);
  });
  const letGo = (one) => told(() => put("/allocation/pins", { patient: one.patient, doctor: null }), `The plan may give ${name(one.patient)} to anybody again.`);

  // Redrawn with every plan; what is being chosen stays chosen.
  return ({ doctors, pinned }) => {
    if (document.activeElement !== doctor) update(doctor, options([["", "choose"], ...staffNames(doctors)], doctor.value));
    update(list, pinned.map((one) => h("li", { "data-key": one.patient }, h("span", {}, name(one.patient), " stays with ", h("b", {}, doctorName(one.doctor))),
      h("button", { type: "button", class: "quiet", "aria-label": `Let go of ${name(one.patient)}`, onclick: () => letGo(one) }, "Let go"))));
  };
}
