// The tab “Plan and limits”: profile, scale and limits as a form, what is proposed, who changed what. Each
// change is looked at over the patient's own last week before it is saved, with a reason.
import { say, $, h } from "../base/dom.js";
import { get } from "../base/http.js";
import { meant } from "../base/meant.js";
import { advice } from "./advice.js";
import { homePlans } from "./home_plans.js";
import { review } from "../staff/review.js";
import { metricName, metricUnit } from "../words/metrics.js";
import { enableForms, fillDiabetes, fillLimits, fillPregnancy, fillProfile, readCare, watchScale } from "./form.js";
import { change, held, hold, holdSeen, whose } from "./held.js";
import { limitProposals } from "./limit_proposals.js";
import { changesList, limitsHistory } from "./limits_history.js";
import { weeks } from "./weeks.js";

const JUDGED = ["profile", "spo2_scale", "limits"];
let warn = () => {};
const form = () => $("care");
const only = (body, names) => Object.fromEntries(names.filter((name) => name in body).map((name) => [name, body[name]]));

// Looks at what `body()` would have called, asks why, and saves it.
function ask({ title, changes, body, reason = "" }) {
  const id = held().id;
  review({ title, about: whose(), changes, reason, path: `/patients/${id}/limits/what-if`, body: () => body() && only(body(), JUDGED),
    send: async (why) => {
      try { await meant(change, { ...body(), reason: why }, { whose: held().name ?? "this patient", reason: false }); } catch (problem) {
        if (problem.type !== "stale") throw problem;
        return clash(id);
      }
      await ofLimits(id);
      fill();
      $("care-told").textContent = "Saved. It applies from the next reading on.";
      say("Saved");
      return null;
    } });
}
// Somebody saved first: what they changed, beside what is wanted here.
async function clash(id) {
  await hold(id);
  const { items: [newest] } = await get(`/patients/${id}/limits/history`, { limit: 1 });
  return [h("p", {}, h("b", {}, "Somebody has changed this patient meanwhile."), newest ? ` The newest change of how they are judged, by ${newest.set_by_name ?? "the program"}:` : ""), newest && changesList(newest.changes), h("p", {}, "Save again to set yours over it, or cancel and look.")].filter(Boolean);
}
// A proposal is taken over by a person, who sees what will be sent; nothing changes by itself.
function accept(one) {
  ask({ title: `Alert ${one.side === "low" ? "below" : "above"} ${one.proposed} in place of ${one.now}?`, changes: h("p", {}, `${metricName(one.metric)}. ${one.why}.`), body: () => one.send, reason: one.send.reason });
}
const ofLimits = (id) => Promise.all([limitsHistory($("limits-history"), id), form() && limitProposals($("limits-proposals"), id, accept)]);

// One metric's limits, from the list of those in force: two fields, and last week as they are typed.
function changeLimit(name) {
  const now = held().limits_in_force[name] ?? {};
  const own = held().limits[name] ?? {};
  const bounds = form().querySelector(`.limit[data-metric="${name}"] input`);
  const side = (at, words) => {
    const typed = h("input", { type: "number", step: bounds.step, min: bounds.min, max: bounds.max, inputmode: "decimal", enterkeyhint: "next", value: now[at] ?? "", placeholder: "the ward's", name: at, "aria-label": `${metricName(name)}, alert ${words}` });
    return [typed, h("label", { class: "limit-side" }, `Alert ${words} `, h("span", { class: "hint" }, metricUnit(name)), typed)];
  };
  const [[low, lowField], [high, highField]] = [side("low", "below"), side("high", "above")];
  const text = (value) => (value === null || value === undefined ? "" : `${value}`);
  // What was not touched stays as it is: the patient's own, or left to the ward.
  const said = (at, typed) => (typed.value === text(now[at]) ? (at in own ? { [at]: own[at] } : {}) : typed.value === "" ? {} : { [at]: Number(typed.value) });
  const changed = () => low.value !== text(now.low) || high.value !== text(now.high);
  const body = () => {
    if (!changed() || !low.checkValidity() || !high.checkValidity()) return null;
    const one = { ...said("low", low), ...said("high", high), ...(own.until ? { until: own.until } : {}) };
    const others = { ...held().limits };
    delete others[name];
    return { limits: "low" in one || "high" in one ? { ...others, [name]: one } : others };
  };
  ask({ title: `Change the limits of ${metricName(name)}`, changes: h("div", { class: "inline-form" }, lowField, highField), body: () => body() });
}
function fill() {
  form().elements.spo2_scale.value = `${held().spo2_scale}`;
  warn();
  fillLimits(form(), held().limits);
  fillPregnancy(form(), held().pregnant);
  fillDiabetes(form(), held().diabetes);
  fillProfile(form(), held().profile);
  enableForms(form());
}
// Shows the plan of the patient for the first time; whoever may not change it reads it.
export async function showPlan(id) {
  if (form()) form().elements.profile.addEventListener("change", (event) => { $("profile-about").textContent = event.target.selectedOptions[0]?.dataset.about ?? ""; });
  if (!holdSeen()) await hold(id);
  // The list stands before the rest is read: what is pressed there answers at once.
  if (form()) $("limits-now").addEventListener("click", (event) => {
    const button = event.target.closest("[data-limit]");
    if (button) changeLimit(button.dataset.limit);
  });
  homePlans(id);
  advice(id);
  weeks(id);
  await ofLimits(id);
  if (!form()) return;
  warn = watchScale(form(), () => held()?.spo2_scale ?? 1);
  form().addEventListener("submit", (event) => {
    event.preventDefault();
    $("care-told").textContent = "";
    const body = readCare(form(), held());
    ask({ title: `Save how ${whose()} is judged?`, changes: null, body: () => body });
  });
  fill();
}
