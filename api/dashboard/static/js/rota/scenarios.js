// Scenarios side by side: the ward as it is, and as it would be.
import { answers, field, options } from "../base/dialog.js";
import { h, scroller, trouble } from "../base/dom.js";
import { update } from "../base/patch.js";
import { staffNames } from "../words/people.js";
import { skillsOf, span } from "./hours.js";
import { answered } from "./jobs.js";

// Shares of the routine patients who get worse in a heat wave: proposed.
const HEAT = { reviews: 0.15, urgent: 0.03 };
const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;
const beds = (one) => one.resources.map((each) => (each.short > 0 ? `${each.short} ${each.name} short` : `${each.free} ${each.name} free`)).join("; ") || "not counted";
const overfull = (one) => one.overfull.map((each) => `${whole(each.minutes)} of ${skillsOf(each)}, ${span(each)}`).join("; ") || "none";
/** @type {[string, (one: any) => string][]} */
const COLUMNS = [
  ["People", (one) => `${one.people}`],
  ["Needed / there", (one) => `${whole(one.minutes_asked)} / ${whole(one.minutes_there)}`],
  ["With nobody", (one) => `${one.unmet}${one.unmet_urgent ? `, ${one.unmet_urgent} urgent` : ""}`],
  ["Past their deadline", (one) => `${one.late}${one.late_urgent ? `, ${one.late_urgent} urgent` : ""}`],
  ["Changed hands", (one) => `${one.moves}`],
  ["Cost", (one) => `${Math.round(one.cost)}`],
  ["Short of", (one) => one.shortage.map((short) => `${whole(short.minutes)} of ${short.skill ?? "anybody"}`).join("; ") || "nothing"],
  ["Overfull hours", overfull],
  ["Beds and equipment", beds],
];

function asked(said, people) {
  const away = [said.get("away-1"), said.get("away-2")].filter(Boolean);
  const growth = 1 + Number(said.get("growth")) / 100;
  const found = [{ name: "As it is" }];
  if (away.length) found.push({ name: `Without ${away.map((id) => people.find((one) => one.id === id)?.name ?? id).join(" and ")}`, away });
  if (growth !== 1) found.push({ name: `Need ${growth > 1 ? "+" : ""}${Math.round((growth - 1) * 100)} %`, demand: growth });
  const deadlines = Number(said.get("deadlines")) / 100;
  if (deadlines !== 1) found.push({ name: `Deadlines at ${Math.round(deadlines * 100)} %`, deadlines });
  const admissions = Number(said.get("admissions"));
  if (said.get("heat")) found.push({ name: "Heat wave", ...HEAT });
  if (admissions) found.push({ name: `${admissions} more patients`, admissions });
  if (found.length > 2) found.push({ name: "All of it at once", away, demand: growth, deadlines, admissions, ...(said.get("heat") ? HEAT : {}) });
  return found;
}
const table = (rows) => scroller("What would be", "", h("table", { class: "scenarios" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "What if"), COLUMNS.map(([title]) => h("th", { scope: "col" }, title)))),
  h("tbody", {}, rows.map((one) => h("tr", { class: one.unmet ? "short" : "" }, h("th", { scope: "row" }, one.name), COLUMNS.map(([, value]) => h("td", {}, value(one))))))));

export function scenarios(form, { people }) {
  const answer = form.querySelector("output");
  const pick = form.querySelector("[data-away]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    update(answer, h("p", { class: "soft" }, "Planning…"));
    try {
      const said = await answered("/allocation/scenarios", { scenarios: asked(answers(form), people()) }, (share) => update(answer, h("p", { class: "soft" }, `Planning: ${Math.round(share * 100)} %`)));
      update(answer, table(said.scenarios), h("p", { class: "small soft" }, "Nothing was stored; the plan in force stays."));
    } catch (problem) { trouble(answer, problem, ""); }
  });
  return () => {
    if (pick.contains(document.activeElement)) return;
    const choice = (name, label) => { const old = form.elements[name]?.value ?? ""; return field(name, label, h("select", {}, options([["", "nobody"], ...staffNames(people())], old))); };
    update(pick, choice("away-1", "Away"), choice("away-2", "and"));
  };
}
