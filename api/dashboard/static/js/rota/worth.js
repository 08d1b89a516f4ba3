// What an hour is worth: hours to demands as a linear programme, its optimum and its dual values.
import { h, scroller, trouble } from "../base/dom.js";
import { post } from "../base/http.js";
import { update } from "../base/patch.js";
import { answered } from "./jobs.js";

const numbers = (text) => text.split(/[\s,;]+/).filter(Boolean).map(Number);
const hours = (value) => `${Math.round(value * 100) / 100} h`;
const money = (value) => `${Math.round(value * 100) / 100}`;

function question(said) {
  const rates = numbers(said.get("rates"));
  const each = Number(said.get("each"));
  const asked = numbers(said.get("asked"));
  if (!rates.length || !asked.length || [...rates, ...asked].some((one) => !Number.isFinite(one) || one < 0)) throw new Error("Give numbers, with commas between.");
  return { people: rates.map((rate, at) => ({ id: `doctor ${at + 1}`, hours: each, cost_per_hour: rate })), demands: asked.map((one, at) => ({ id: `demand ${at + 1}`, hours: one })) };
}
const linear = ({ people, demands }) => post("/staffing/plan", { doctors: people, demand: demands });
// The same with each demand done whole by one person, as the plan of the day does it.
const whole = ({ people, demands }) => answered("/allocation/what-if", { doctors: people.map((one) => ({ id: one.id, minutes: one.hours * 60, cost_per_hour: one.cost_per_hour })), demands: demands.map((one) => ({ patient: one.id, minutes: one.hours * 60 })) });

function given({ people, demands }, plan) {
  const of = (who) => plan.assignments.filter((one) => one.doctor === who.id).reduce((sum, one) => sum + one.hours, 0);
  const worth = (who) => plan.prices.find((one) => one.kind === "supply" && one.id === who.id)?.worth ?? 0;
  return scroller("What an hour of each is worth", "", h("table", { class: "scenarios" }, h("thead", {}, h("tr", {}, ["Who", "Costs an hour", "Gives", "Has", "One more hour saves"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, people.map((who) => h("tr", {}, h("th", { scope: "row" }, who.id), h("td", {}, money(who.cost_per_hour)), h("td", {}, hours(of(who))), h("td", {}, hours(who.hours)), h("td", {}, money(worth(who))))),
      h("tr", {}, h("th", { scope: "row" }, "all"), h("td", {}, ""), h("td", {}, hours(people.reduce((sum, who) => sum + of(who), 0))), h("td", {}, `${hours(demands.reduce((sum, one) => sum + one.hours, 0))} asked`), h("td", {}, "")))));
}
// Dual values of equal demands say the same: one sentence for all of them.
function sentences(plan) {
  const demands = plan.prices.filter((one) => one.kind === "demand");
  const equal = demands.length > 1 && demands.every((one) => one.worth === demands[0].worth);
  const told = plan.prices.filter((one) => one.kind === "supply").map((one) => one.sentence);
  return equal ? [...told, demands[0].sentence.replace(demands[0].id, "any demand")] : [...told, ...demands.map((one) => one.sentence)];
}

export function worth(form) {
  const answer = form.querySelector("output");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    update(answer, h("p", { class: "soft" }, "Planning…"));
    try {
      const asked = question(new FormData(form));
      const plan = await linear(asked);
      const one = await whole(asked);
      const short = plan.short.reduce((sum, each) => sum + each.hours, 0);
      update(answer, h("p", {}, h("b", {}, `Costs ${money(plan.cost)}`), " with hours that may be split (the linear relaxation); ", one.unmet.length ? `with each demand whole with one person, ${one.unmet.length} have nobody.` : ["each demand whole with one person costs ", h("b", {}, money(one.cost)), "."], short > 0 && h("span", { class: "overdue" }, ` ${hours(short)} nobody can give.`)),
        given(asked, plan), h("ul", { class: "events", "data-prices": true }, sentences(plan).map((text) => h("li", {}, text))),
        h("p", { class: "small soft" }, "These are the dual values (shadow prices) of the linear programme: how much its cost changes with one hour more in that row. Who has hours left over saves nothing by one more; who is used up is worth what the dearest hour in use costs more than theirs."));
    } catch (problem) { trouble(answer, problem, ""); }
  });
}
