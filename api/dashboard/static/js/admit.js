// Admission: the record first, then devices and care team on the record's own page.
import { post } from "./http.js";
import { $ } from "./dom.js";
import { watch } from "./vigil.js";
import { refused } from "./dialog.js";
import { meant } from "./meant.js";
import { enableForms, fillLimits, offerZones, readCare, readPerson, watchScale } from "./patient_form.js";

const form = $("admit");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    const made = await meant((body) => post("/patients", body), { ...readPerson(form), ...readCare(form) }, { whose: form.elements.name.value });
    location.assign(`/patients/${made.id}/record`);
  } catch (problem) {
    button.disabled = false;
    if ((problem.fields ?? []).some((field) => field.startsWith("limits"))) $("limits").open = true;
    refused(form, $("told"), problem);
  }
});
await watch();
fillLimits(form, {});
watchScale(form);
offerZones();
enableForms();
form.elements.name.focus();
