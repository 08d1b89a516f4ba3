// One patient's record: the person, whether they are watched, limits, team, account and devices.
import { clockText, dayText, setPlace, span, wardNow, zoneText } from "../base/clock.js";
import { confirmDialog, field, formDialog, options, tried } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { all, get, patch, page, put } from "../base/http.js";
import { meant } from "../base/meant.js";
import { moment } from "../base/moments.js";
import { watch } from "../base/vigil.js";
import { showDevices } from "../patient/devices.js";
import { enableForms, fillLimits, fillPerson, fillPregnancy, offerZones, readCare, readPerson, watchScale } from "../patient/form.js";
import { limitProposals } from "../patient/limit_proposals.js";
import { limitsHistory } from "../patient/limits_history.js";
import { metricName } from "../words/metrics.js";
import { called } from "../words/people.js";

const id = document.body.dataset.patient;
const manages = $("person") !== null;
let patient = null;

function taken(record) {
  patient = record;
  setPlace(patient.time_zone);
  $("name").textContent = patient.name ?? "(erased)";
  document.title = `${patient.name ?? "Record"} · Homeward`;
  $("state").textContent = `born ${patient.birth_date ?? "–"}${patient.external_id ? ` · record ${patient.external_id}` : ""} · ${patient.state === "active" ? "watched" : patient.state}`;
  if (manages) watching();
}
// Each change names the revision that is shown: what somebody else saved meanwhile is not written over.
const change = async (body) => taken(await patch(`/patients/${id}`, { ...body, revision: patient.revision }));

function watching() {
  const told = { active: "Readings are judged and alerts are raised.", paused: ["Paused until ", moment(patient.until), ". No alert is raised until then."], discharged: "Discharged: nothing is watched. Record and readings are kept." }[patient.state];
  const button = (text, act, kind = "") => h("button", { type: "button", class: kind, "aria-label": `${text} ${called(patient)}`, onclick: act }, text);
  const active = patient.state === "active";
  $("watching").replaceChildren(h("p", { class: patient.state === "active" ? "" : "ageing" }, told),
    h("div", { class: "group" }, active && button("Pause…", pause), !active && button(patient.state === "discharged" ? "Admit again…" : "Resume watching", patient.state === "discharged" ? again : () => tried($("watch-told"), "Watched again.", () => change({ state: "active", until: null })), "primary"),
      patient.state !== "discharged" && button("Discharge…", discharge, "danger")));
}
function pause() {
  const amount = h("input", { type: "number", min: 1, max: 90, step: 1, value: 4, required: true });
  const unit = h("select", {}, options([["3600", "hours"], ["86400", "days"]]));
  const until = () => wardNow() + Number(amount.value) * Number(unit.value) * 1000;
  const shown = h("p", { role: "status" });
  const tell = () => { shown.textContent = amount.checkValidity() ? `Watched again by itself from ${dayText(until())} ${clockText(until())} ${zoneText()}.` : ""; };
  for (const one of [amount, unit]) one.addEventListener("input", tell);
  tell();
  formDialog({ title: `Pause ${called(patient)}?`, act: "Pause", about: called(patient), danger: true, parts: [
    h("p", {}, "While paused ", h("b", {}, "no alert is raised"), ", whatever the readings say: for a hospital visit or a holiday. Readings are still kept."),
    h("div", { class: "inline-form" }, field("amount", "For", amount), field("unit", "Unit", unit)), shown],
    send: async () => { await change({ state: "paused", until: new Date(until()).toISOString() }); $("watch-told").textContent = `Paused for ${span((Date.parse(patient.until) - wardNow()) / 1000)}.`; } });
}
function discharge() {
  confirmDialog({ title: `Discharge ${called(patient)}?`, act: "Discharge", about: called(patient), parts: [h("p", {}, "Homeward stops watching: ", h("b", {}, "no alert is raised any more"), ", and the plan gives their time to others."), h("p", {}, "The stay ends: open alerts are closed, the care team no longer sees the record, and nothing that the devices measure from now on is taken. Record and readings are kept; collect the devices.")],
    send: async () => { await change({ state: "discharged" }); $("watch-told").textContent = "Discharged."; } });
}
function again() {
  formDialog({ title: `Admit ${called(patient)} again?`, act: "Admit again", about: called(patient), parts: [h("p", {}, "A new stay begins, without care team and devices: choose the team, and register the devices anew, those that stayed at home too. What is usual for this person is learnt anew; limits are as they were, so check them.")], send: async () => { await change({ state: "active", until: null }); $("watch-told").textContent = "Watched again."; } });
}

async function team() {
  const clinicians = await all("/clinicians");
  const known = new Set(clinicians.map((one) => one.id));
  const inTeam = new Set(patient.care_team);
  const choice = (one) => h("label", { class: "choice" }, h("input", { type: "checkbox", name: "clinician", value: one.id, checked: inTeam.has(one.id) }), one.display_name || one.username, h("span", { class: "tag" }, one.role));
  const gone = patient.care_team.filter((one) => !known.has(one)).length;
  $("team").replaceChildren($("team").querySelector("legend"), ...(clinicians.length ? clinicians.map(choice) : [empty("No clinicians yet.", "An administrator opens their accounts under “People”.")]),
    gone ? h("p", { class: "ageing" }, `${gone} of the team can no longer sign in; saving takes them out.`) : "");
}
async function accounts() {
  const [linked, waiting] = await Promise.all([page(`/ui/patients/${id}/accounts`), all("/registrations", {}, 500)]);
  const picker = h("select", {}, options(waiting.map((one) => [one.id, `${one.username}${one.display_name ? `, ${one.display_name}` : ""}`])));
  const link = () => {
    const name = picker.selectedOptions[0].textContent;
    confirmDialog({ title: `Link ${name} to ${called(patient)}?`, act: "Link", about: called(patient), parts: [h("p", {}, h("b", {}, name), " will see the readings and messages of ", h("b", {}, called(patient)), "."), h("p", {}, "Make sure that it is the same person, face to face or by phone. Anybody can register under any name.")],
      send: async () => { await put(`/patients/${id}/account`, { user_id: picker.value }); await accounts(); } });
  };
  $("accounts").replaceChildren(
    h("p", {}, linked.items.length ? ["Sees their own readings as ", linked.items.map((one) => h("b", {}, one.username)), "."] : "None yet. The patient registers, then you link the account here."),
    waiting.length ? h("div", { class: "inline-form" }, field("registration", "Registered, waiting", picker), h("button", { type: "button", onclick: link }, "Link…")) : h("p", { class: "small soft" }, "Nobody waits to be linked."));
}

$("care").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const save = () => meant(change, readCare(form, patient), { whose: patient.name ?? "this patient" });
  if (await tried($("care-told"), "Saved. It applies from the next reading on.", save, form)) { fillLimits(form, patient.limits); warn(); await ofLimits(); }
});
// A proposal is taken over by a person, who sees what will be sent; nothing changes by itself.
function accept(one) {
  confirmDialog({ title: `Alert ${one.side === "low" ? "below" : "above"} ${one.proposed} in place of ${one.now}?`, act: "Accept", about: called(patient), parts: [h("p", {}, `${metricName(one.metric)}. ${one.why}.`)],
    send: async () => { await change(one.send); fillLimits($("care"), patient.limits); await ofLimits(); } });
}
const ofLimits = () => Promise.all([limitsHistory($("limits-history"), id), limitProposals($("limits-proposals"), id, accept)]);
const warn = watchScale($("care"), () => patient?.spo2_scale ?? 1);
$("person")?.addEventListener("submit", (event) => { event.preventDefault(); tried($("person-told"), "Saved.", () => change(readPerson(event.target)), event.target); });
$("team-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const clinicians = new FormData(event.target).getAll("clinician");
  tried($("team-told"), "Team saved.", async () => { await put(`/patients/${id}/care-team`, { clinicians, revision: patient.revision }); taken(await get(`/patients/${id}`)); await team(); });
});

await watch();
try {
  taken(await get(`/patients/${id}`));
  $("care").elements.spo2_scale.value = `${patient.spo2_scale}`;
  warn();
  fillLimits($("care"), patient.limits);
  await ofLimits();
  fillPregnancy($("care"), patient.pregnant);
  if (manages) {
    fillPerson($("person"), patient);
    offerZones();
    await Promise.all([team(), accounts(), showDevices(id, () => called(patient))]);
  }
  enableForms();
} catch (problem) {
  if (problem.status === 404) $("trouble").replaceChildren(empty("This patient is not in your care.", "Ask the coordinator if this should be yours."));
  else trouble($("trouble"), problem, "Reload the page to try again.");
}
