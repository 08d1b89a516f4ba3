// Admission on one page: the record, its limits, the first device and the code with which it enrols.
import { refused } from "../base/dialog.js";
import { $, h, say } from "../base/dom.js";
import { post } from "../base/http.js";
import { meant } from "../base/meant.js";
import { watch } from "../base/vigil.js";
import { readSchedule, scheduleRow } from "../patient/device_schedule.js";
import { codeParts } from "../patient/enrolment.js";
import { enableForms, fillLimits, offerLanguages, offerZones, readCare, readPerson, watchScale } from "../patient/form.js";
import { called } from "../words/people.js";

const form = $("admit");
const withDevice = form.elements.with_device;
let admitted = null; // what is admitted is not admitted again, where the device alone was refused

function choose() {
  $("device-part").hidden = !withDevice.checked;
  for (const input of $("device-part").querySelectorAll("input, select, button")) input.disabled = !withDevice.checked;
}
async function device(patient) {
  const said = new FormData(form);
  return post(`/patients/${patient.id}/devices`, { kind: form.elements.kind.value.trim(), serial: form.elements.serial.value.trim() || null, expected: readSchedule(said) });
}
function done(patient, made) {
  if (!made) { location.assign(`/patients/${patient.id}?tab=record`); return; }
  form.hidden = true;
  $("done").hidden = false;
  $("done").replaceChildren(h("section", { class: "card narrow" },
    h("h2", {}, `${called(patient)} is admitted`),
    codeParts(made),
    h("p", {}, "Next: who cares for them, and an account of their own if they want to see their readings."),
    h("div", { class: "row-end" }, h("a", { class: "button", href: "/patients/new" }, "Admit another"), h("a", { class: "button", href: `/patients/${patient.id}` }, "Readings"), h("a", { class: "button primary", href: `/patients/${patient.id}?tab=record` }, "Record and care team"))));
  $("done").focus();
  say(`${called(patient)} is admitted`);
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    admitted ??= await meant((body) => post("/patients", body), { ...readPerson(form), ...readCare(form) }, { whose: form.elements.name.value });
    done(admitted, withDevice.checked ? await device(admitted) : null);
  } catch (problem) {
    button.disabled = false;
    if ((problem.fields ?? []).some((field) => field.startsWith("limits"))) $("limits").open = true;
    refused(form, $("told"), problem);
    if (admitted) $("told").textContent = `${called(admitted)} is admitted; their device is not registered: ${problem.message}`;
  }
});
withDevice.addEventListener("change", choose);
$("schedule").append(scheduleRow("spo2", 5));
$("add-metric").addEventListener("click", () => $("schedule").append(scheduleRow("hr", 5)));
await watch();
fillLimits(form, {});
watchScale(form);
offerZones();
offerLanguages();
enableForms();
withDevice.checked = location.hash === "#device";
choose();
form.elements.name.focus();
