// Images of a patient: the studies, pictures under glass with an earlier one beside, the report, and adding more.
import { choosing } from "../images/choosing.js";
import { filed } from "../images/filing.js";
import { reporting } from "../images/reports.js";
import { drawStudies } from "../images/studies.js";
import { $, h, say, trouble } from "../base/dom.js";
import { all, get, put } from "../base/http.js";
import { t } from "../base/language.js";
import { watch } from "../base/vigil.js";

const { patient, role } = document.body.dataset;
const root = `/patients/${patient}`;
/** @type {string | null} */
let open = null;

async function load() {
  try {
    const studies = await all(`${root}/imaging/studies`, { limit: 100 }, 500);
    drawStudies($("studies"), studies, `/api/v1${root}/dicomweb/studies`, look, releasing);
    return studies;
  } catch (problem) { trouble($("trouble"), problem, t("Reload the page to try again.")); return []; }
}
// The patient sees a study once a doctor has let them.
function releasing(study, name) {
  const on = Boolean(study.released_at);
  const told = on && role !== "patient" && h("span", { class: "tag" }, t("The patient sees it"));
  if (role !== "doctor") return told;
  const act = on ? t("Hide from the patient") : t("Show to the patient");
  const button = h("button", { type: "button", "aria-label": `${act}: ${name}`, id: `release-${study.uid}`, onclick: async () => {
    try { await put(`${root}/imaging/studies/${study.uid}/release`, { released: !on }); await load(); $(`release-${study.uid}`)?.focus(); say(on ? t("The patient does not see it any more.") : t("The patient sees it from now on.")); } catch (problem) { trouble($("trouble"), problem, ""); }
  } }, act);
  return [told, button];
}
async function look(study, beside = false) {
  $("viewing").hidden = false;
  if (!beside) {
    open = study.uid;
    $("viewing-head").textContent = `${study.modalities.join(", ") || t("Study")} ${study.taken_on ?? ""} ${study.description ?? ""}`;
    reporting(`${root}/imaging/studies/${study.uid}/reports`);
  }
  try { await choosing(`/api/v1${root}/dicomweb/studies/${study.uid}`, study, beside); }
  catch (problem) { trouble($("glasses"), problem, t("Choose the study again to try again.")); }
  if (!beside) $("viewing").scrollIntoView({ block: "nearest" });
}
if ($("add")) filed($("add"), `${root}/imaging`, async (taken) => {
  const studies = await load();
  const fresh = studies.find((one) => taken.studies.includes(one.uid));
  say(t("The images are there."));
  if (fresh && !open) await look(fresh);
});
await watch();
try {
  const person = await get(root);
  $("whose").textContent = [person.name, person.identifier].filter(Boolean).join(" · ");
} catch (problem) { trouble($("trouble"), problem); }
await load();
