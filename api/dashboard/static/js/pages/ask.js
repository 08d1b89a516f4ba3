// Opening a case: the question, whom, for how long, and what of the record they see.
import { wardNow } from "../base/clock.js";
import { refused } from "../base/dialog.js";
import { $, $$, h, mark, trouble } from "../base/dom.js";
import { all, get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { watch } from "../base/vigil.js";
import { conditionName } from "../words/conditions.js";
import { metricName, METRIC_NAMES } from "../words/metrics.js";

const patient = document.body.dataset.patient;
const root = `/patients/${patient}`;
const MOST = 5;
const LATEST = 20;
const DAY_MS = 86400000;
const WINDOWS = { 0: "not shown", 1: "the last day", 3: "the last 3 days", 7: "the last week", 30: "the last 30 days" };
const USUAL = new Set(["hr", "spo2", "rr", "temp", "sbp", "dbp"]);

const choice = (group, value, ...about) => h("li", {}, h("label", { class: "choice" }, h("input", { type: "checkbox", name: group, value }), " ", about));
function drawColleagues(items) {
  $("colleagues").replaceChildren(...items.map((one) => {
    const item = choice("experts", one.id, h("b", {}, one.name), h("span", { class: "soft" }, ` ward ${one.ward}${one.skills.length ? `, ${one.skills.join(", ")}` : ""}`));
    item.dataset.words = `${one.name} ${one.ward} ${one.skills.join(" ")}`.toLowerCase();
    return item;
  }));
  if (!items.length) $("colleagues").append(h("li", { class: "soft" }, "There is no other doctor with an account."));
}
function drawWindows() {
  $("windows").replaceChildren(...METRIC_NAMES.filter((name) => name !== "battery").map((name) => h("div", { class: "field" }, h("label", { for: `window-${name}` }, metricName(name)),
    h("select", { id: `window-${name}`, "data-metric": name }, Object.entries(WINDOWS).map(([days, words]) => h("option", { value: days, selected: Number(days) === (USUAL.has(name) ? 3 : 0) }, words))))));
}
const things = (title, group, items, of) => items.length > 0 && h("fieldset", {}, h("legend", {}, title), h("ul", { class: "choices" }, items.map((one) => choice(group, one.uid ?? one.id, ...of(one)))));
const newest = async (path, more = {}) => (await get(path, { limit: LATEST, ...more })).items;
async function drawThings() {
  const [open, past, notes, reports, met, studies] = await Promise.all([newest("/alerts", { patient, state: "open" }), newest("/alerts", { patient, state: "resolved" }), newest(`${root}/notes`), newest(`${root}/reports`), newest(`${root}/consultations`), newest(`${root}/imaging/studies`)]);
  const parts = [
    things("Alerts", "alerts", [...open, ...past].filter((one) => one.kind === "clinical"), (one) => [mark(one.priority), " ", h("b", {}, conditionName(one.condition)), " ", one.state, " ", moment(one.raised_at)]),
    things("Notes", "notes", notes, (one) => [one.text ?? "", h("span", { class: "soft" }, ` ${one.written_by_name ?? ""} `, moment(one.written_at))]),
    things("What the patient reported", "reports", reports, (one) => [one.priority, " ", moment(one.given_at), " ", one.words ?? ""]),
    things("Signed consultations", "consultations", met.filter((one) => one.signed_at), (one) => [one.doctor_name, " ", moment(one.start)]),
    things("Images, with what was found in them", "studies", studies, (one) => [h("b", {}, one.modalities.join(", ") || "Study"), ` ${one.taken_on ?? ""} ${one.description ?? ""}`]),
  ].filter(Boolean);
  $("things").replaceChildren(.../** @type {any[]} */ (parts.length ? parts : [h("p", { class: "soft" }, "Nothing else stands in the record.")]));
}
const chosen = (group) => $$(`input[name="${group}"]:checked`).map((box) => box.value);
function body() {
  const now = wardNow();
  const at = (ms) => new Date(ms).toISOString();
  const readings = $$("select[data-metric]").filter((one) => one.value !== "0").map((one) => ({ metric: one.dataset.metric, from: at(now - Number(one.value) * DAY_MS), to: at(now) }));
  const picked = Object.fromEntries(["experts", "alerts", "notes", "reports", "consultations", "studies"].map((group) => [group, chosen(group)]));
  return { question: $("question").value, hours: Number($("hours").value), naming: $("naming").value, readings, ...picked };
}
$("find").addEventListener("input", () => { const sought = $("find").value.trim().toLowerCase(); for (const item of $$("li[data-words]", $("colleagues"))) item.hidden = !item.dataset.words.includes(sought) && !item.querySelector("input").checked; });
$("colleagues").addEventListener("change", () => { const full = chosen("experts").length >= MOST; for (const box of $$("input", $("colleagues"))) box.disabled = full && !box.checked; });
$("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("told").className = "";
  $("told").textContent = "";
  if (!chosen("experts").length) { $("told").className = "wrong"; $("told").textContent = "Choose at least one colleague."; $("find").focus(); return; }
  try { location.assign(`/cases/${(await post(`${root}/cases`, body())).id}`); } catch (problem) { refused($("ask"), $("told"), problem); }
});
await watch();
drawWindows();
try {
  const [person, doctors, consents] = await Promise.all([get(root), get("/cases/colleagues"), all(`${root}/consents`)]);
  $("whose").textContent = [person.name, person.identifier].filter(Boolean).join(" · ");
  drawColleagues(doctors.items);
  const agreed = consents.some((one) => one.scope === "sharing" && !one.withdrawn_at);
  $("consent").textContent = agreed ? "The patient has agreed to sharing: doctors of other wards can be asked too." : "The patient has not agreed to sharing: only doctors of the own ward can be asked. The consent is given by the patient, or told to the coordinator.";
  await drawThings();
} catch (problem) { trouble($("trouble"), problem, "Reload the page to try again."); }
