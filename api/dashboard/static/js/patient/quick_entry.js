// Consciousness and oxygen in four taps: two choices and Save, the fourth goes on to the next patient.
import { wardNow } from "../base/clock.js";
import { h, say } from "../base/dom.js";
import { metricName } from "../words/metrics.js";
import { called } from "../words/people.js";
import { enterSample, sampleOf } from "./entering.js";

const ACVPU = [[0, "Alert"], [1, "Confused"], [2, "Voice"], [3, "Pain"], [4, "Unresponsive"]];
const OXYGEN = [[0, "Room air"], [1, "On oxygen"]];
let made = 0;

function choices(name, legend, options) {
  return h("fieldset", { class: "taps" }, h("legend", {}, legend), options.map(([value, text]) => {
    const id = `tap-${(made += 1)}`;
    return [h("input", { type: "radio", name, value, id, class: "visually-hidden" }), h("label", { for: id }, text)];
  }));
}
// `saved()` is called once it is stored.
export function quickEntry(patient, { saved }) {
  const told = h("p", { role: "status" });
  const form = h("form", { class: "quick-entry", "aria-label": `Consciousness and oxygen of ${called(patient)}` }, choices("acvpu", "Consciousness", ACVPU), choices("o2", "Oxygen", OXYGEN),
    h("button", { type: "submit", class: "primary", "aria-label": `Save consciousness and oxygen of ${called(patient)}` }, "Save"), told,
    h("p", { class: "small soft" }, "Counts for 12 hours (a setting of the ward), shown as assumed; then it is asked for again."));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sample = sampleOf(form, ["acvpu", "o2"], wardNow());
    if (!sample) { told.className = "wrong"; told.textContent = "Choose one of each first."; return; }
    const done = () => { told.className = ""; told.textContent = "Saved."; say(`Saved: ${called(patient)}`); saved(); };
    try { await enterSample(`/patients/${patient.patient}/observations`, sample, { whose: called(patient), labels: metricName, saved: done }); } catch (problem) { told.className = "wrong"; told.textContent = `Not saved, still here to send again: ${problem.message}`; }
  });
  return form;
}
