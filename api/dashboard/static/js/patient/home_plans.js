// The plan at home on the tab “Plan and limits”: goals, tasks with how many of them were done, medicines, what
// to know and when it is looked at again; begun from a template, changed by beginning one in its place.
import { civilDay } from "../base/clock.js";
import { confirmDialog, field, formDialog, opens, options } from "../base/dialog.js";
import { $, bar, h, say, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { update } from "../base/patch.js";
import { whose } from "./held.js";
import { daysWords, linesOf, medicineLine, medicinesOf, shortTimes, taskLine, tasksOf } from "../words/home_plan.js";

const CONDITIONS = { own: "of their own", heart_failure: "heart failure", copd: "COPD", diabetes: "diabetes", hypertension: "hypertension", after_surgery: "after surgery" };
const percent = (share) => `${Math.round(share * 100)} %`;

function task(one) {
  const done = one.adherence;
  return h("li", { "data-key": one.id }, h("b", {}, one.words ?? "(erased)"), " ", h("span", { class: "soft" }, `${shortTimes(one.times)}${daysWords(one.days)}`),
    done === null ? h("span", { class: "soft small" }, " nothing was due yet") : [" ", bar(done, `done ${percent(done)}`), ` ${percent(done)} done`]);
}
function planOf(plan, load) {
  const list = (title, lines) => lines.length > 0 && [h("h3", {}, title), h("ul", {}, lines.map((text) => h("li", {}, text)))];
  const head = h("h3", {}, plan.title ?? "(erased)", " ", h("span", { class: "tag" }, CONDITIONS[plan.condition] ?? plan.condition));
  const review = h("p", { class: plan.review_due ? "overdue" : "soft" }, plan.review_due ? `To be reviewed since ${civilDay(plan.review_on)}` : `To be reviewed on ${civilDay(plan.review_on)}`, plan.begun_by_name && `, begun by ${plan.begun_by_name}`);
  const acts = h("div", { class: "group" },
    h("button", { type: "button", "aria-label": `Change the plan ${plan.title}`, onclick: () => write(load, plan) }, "Change…"),
    h("button", { type: "button", class: "quiet", "aria-label": `End the plan ${plan.title}`, onclick: () => confirmDialog({ title: "End this plan?", about: whose(), act: "End it", parts: [h("p", {}, "Nothing of it falls due any more. What was done of it stays.")], send: async () => { await post(`/patients/${document.body.dataset.patient}/plans/${plan.id}/end`); say("The plan has ended"); await load(); } }) }, "End…"));
  return h("article", { "data-key": plan.id, class: "home-plan" }, head, review, list("Goals", plan.goals),
    plan.tasks.length > 0 && [h("h3", {}, "Tasks and medicines, the last 14 days"), h("ul", {}, plan.tasks.map(task))], list("To know", plan.education), acts);
}
async function load(id) {
  try {
    const { items } = await get(`/patients/${id}/plans`, { limit: 50 });
    const now = items.filter((one) => one.ended_at === null);
    const over = items.length - now.length;
    update($("home-plans"), now.length ? now.map((one) => planOf(one, () => load(id))) : h("p", { class: "soft", "data-key": "none" }, "No plan at home yet."), over > 0 && h("p", { class: "soft small", "data-key": "over" }, over === 1 ? "One earlier plan has ended." : `${over} earlier plans have ended.`));
  } catch (problem) { trouble($("home-plans"), problem); }
}
// Fills the form from a template or the plan that is changed; each line is one goal, task or medicine.
function fill(form, from) {
  form.elements.title.value = from.title ?? "";
  form.elements.goals.value = from.goals.join("\n");
  form.elements.tasks.value = from.tasks.filter((one) => one.kind !== "take").map(taskLine).join("\n");
  form.elements.medicines.value = (from.medicines ?? []).map(medicineLine).join("\n");
  form.elements.education.value = from.education.join("\n");
  form.elements.review_on.value = from.review_on;
}
async function write(shown, old = null) {
  const { items: templates } = await get("/plan-templates");
  const area = (name, label, hint, rows = 3) => field(name, label, h("textarea", { rows }), hint);
  const source = h("p", { class: "small soft", role: "status" });
  const kind = h("select", {}, options(Object.entries(CONDITIONS), old?.condition ?? "own"));
  const dialog = formDialog({ title: old ? "Change the plan at home" : "New plan at home", about: whose(), act: old ? "Save in its place" : "Begin the plan", wide: true,
    parts: [field("condition", "Begin with the template", kind), source, field("title", "Title, as the person reads it", h("input", { required: true, maxlength: 300 })),
      area("goals", "Goals", "one a line"), area("tasks", "Tasks", "one a line: measure weight 07:30 Weigh yourself; answer pain 08:00 How is the pain; walk 10:00 mo,we Walk", 5),
      area("medicines", "Medicines", "one a line: 08:00,20:00 Ramipril 5 mg"), area("education", "What to know", "one a line"),
      field("review_on", "Review on", h("input", { type: "date", required: true }))],
    send: async (said) => {
      const body = { condition: said.get("condition"), title: said.get("title").trim(), goals: linesOf(said.get("goals")), tasks: tasksOf(said.get("tasks")), medicines: medicinesOf(said.get("medicines")), education: linesOf(said.get("education")), review_on: said.get("review_on"), ...(old && { replaces: old.id }) };
      await post(`/patients/${document.body.dataset.patient}/plans`, body);
      say("Saved");
      await shown();
    } });
  const form = dialog.querySelector("form");
  kind.addEventListener("change", () => {
    const from = templates.find((one) => one.condition === kind.value);
    source.textContent = from ? `Source: ${from.source}.` : "";
    if (from) fill(form, from);
  });
  if (old) fill(form, old);
}
export function homePlans(id) {
  opens("new-home-plan", () => write(() => load(id)));
  if (!$("home-plans").children.length) $("home-plans").append(h("p", { class: "soft loading" }, "Loading…"));
  return load(id);
}
