// Next week's shifts: planned from the forecast, what an hour is worth, and onto the rota.
import { dateText, dayText } from "../base/clock.js";
import { h, trouble } from "../base/dom.js";
import { post } from "../base/http.js";
import { update } from "../base/patch.js";
import { timeOf } from "./shifts.js";

const PRICES = 12;
const hours = (value) => `${Math.round(value * 10) / 10} h`;

function calendar(plan) {
  const days = [...new Set(plan.shifts.map((one) => dateText(Date.parse(one.start))))].sort();
  const cell = (who, day) => plan.shifts.filter((one) => one.doctor === who.doctor && dateText(Date.parse(one.start)) === day).map((one) => h("span", { class: "shift-chip" }, timeOf(one)));
  return h("div", { class: "scroll" }, h("table", { class: "calendar" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Who"), days.map((day) => h("th", { scope: "col" }, dayText(Date.parse(day)))), h("th", { scope: "col" }, "Hours"))),
    h("tbody", {}, plan.hours.map((who) => h("tr", {}, h("th", { scope: "row" }, who.name), days.map((day) => h("td", {}, cell(who, day))), h("td", {}, hours(who.hours)))))));
}

export function week(where, { told }) {
  const answer = where.querySelector("output");
  const ask = where.querySelector("[data-plan-week]");
  async function add(plan) {
    await told(async () => { for (const one of plan.shifts) await post("/shifts", { doctor_id: one.doctor, start: one.start, end: one.end }); }, `${plan.shifts.length} shifts are on the rota.`);
    update(answer);
  }
  function show(plan) {
    if (!plan.shifts.length) { update(answer, h("p", {}, "Nobody on the rota could have a shift.")); return; }
    update(answer, h("p", {}, h("b", {}, plan.status === "infeasible" ? "Not every hour is covered." : "Every hour is covered."), ` Costs ${Math.round(plan.cost)}${plan.status === "infeasible" ? "" : `; no plan costs less than ${Math.round(plan.bound)}`}.`),
      plan.short.length > 0 && h("ul", { class: "events" }, plan.short.slice(0, 20).map((one) => h("li", { class: "overdue" }, `${hours(one.hours)} of ${one.skills.join(", ") || "anybody"}, ${dayText(Date.parse(one.start))} ${timeOf(one)}`))),
      calendar(plan),
      h("details", {}, h("summary", {}, "What one more hour is worth"), h("ul", { class: "events" }, plan.prices.slice(0, PRICES).map((one) => h("li", {}, one.sentence))),
        h("p", { class: "small soft" }, "From the linear programme behind the plan: an hour that somebody cheap could work more replaces one of somebody dearer.")),
      h("div", { class: "row-end" }, h("button", { type: "button", class: "primary", onclick: () => add(plan) }, "Put these shifts on the rota")));
  }
  ask.addEventListener("click", async () => {
    ask.disabled = true;
    update(answer, h("p", { class: "soft" }, "Planning…"));
    try { show(await post("/staffing/plan", { time_limit_s: 5 })); } catch (problem) { trouble(answer, problem, ""); }
    ask.disabled = false;
  });
}
