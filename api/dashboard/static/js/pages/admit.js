// Admission: the record first, then devices and care team on the record's own page.
import { refused } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { post } from "../base/http.js";
import { meant } from "../base/meant.js";
import { watch } from "../base/vigil.js";
import { enableForms, fillLimits, offerZones, watchScale, readCare, readPerson } from "../patient/form.js";

const form = $("admit");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    const made = await meant((body) => post("/patients", body), { ...readPerson(form), ...readCare(form) }, { whose: form.elements.name.value });
    location.assign(`/patients/${made.id}?tab=record`);
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
