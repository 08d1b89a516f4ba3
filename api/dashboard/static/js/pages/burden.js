// What alerts cost the ward and what they are worth: rates, answers, outcomes, the worst sources.
import { clockText, dayText, wardNow } from "../base/clock.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { watch } from "../base/vigil.js";
import { personLink } from "../parts/person.js";
import { conditionName } from "../words/conditions.js";

const DAY_MS = 24 * 3600 * 1000;
const none = "–";
const number = (value) => (value === null || value === undefined ? none : `${Math.round(value * 100) / 100}`);
const percent = (one) => (one ? `${Math.round(one.value * 100)} %` : none);
const interval = (one) => (one ? `${Math.round(one.ci95[0] * 100)}–${Math.round(one.ci95[1] * 100)} % of ${one.n}` : "no outcome was given");
function lasting(seconds) {
  if (seconds === null || seconds === undefined) return none;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
const at = (text) => `${dayText(Date.parse(text))} ${clockText(Date.parse(text))}`;

function figure(title, value, about) {
  return h("section", { class: "card" }, h("h2", {}, title), h("div", { class: "figure" }, h("b", {}, value)), h("p", { class: "small soft" }, about));
}
function table(heads, rows) {
  return h("table", {}, h("thead", {}, h("tr", {}, heads.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, column) => h(column ? "td" : "th", column ? {} : { scope: "row" }, cell))))));
}
function figures({ total, technical, patient_days: days }) {
  return [
    figure("Calls a patient-day", number(total.calls_a_patient_day), `${total.calls} calls in ${number(days)} patient-days`),
    figure("Alerts a patient-day", number(total.alerts_a_patient_day), `${total.alerts} alerts: ${total.high} high, ${total.medium} medium, ${total.low} low`),
    figure("Answered in time", percent(total.in_time), total.in_time ? interval(total.in_time) : "none was waited for"),
    figure("Time to acknowledge", lasting(total.acknowledged_s?.median), `nine of ten within ${lasting(total.acknowledged_s?.p90)}`),
    figure("Time to close", lasting(total.resolved_s?.median), `nine of ten within ${lasting(total.resolved_s?.p90)}`),
    figure("Worth acting on", percent(total.ppv), interval(total.ppv)),
    figure("Technical", `${technical.calls}`, `calls of ${technical.alerts} alerts of the equipment and the ward`),
  ];
}
const NAMES = { condition: (row) => conditionName(row.condition), patient: (row) => personLink(row), hour: (row) => `${String(row.hour).padStart(2, "0")}:00` };
function groups(rows, by) {
  if (!rows.length) return empty("No alert in this time.", "Nobody was called.");
  return table([by === "hour" ? "Hour" : by === "patient" ? "Patient" : "Condition", "Calls", "Alerts", "Calls a patient-day", "In time", "To acknowledge", "Worth acting on"],
    rows.map((row) => [NAMES[by](row), `${row.calls}`, `${row.alerts}`, number(row.calls_a_patient_day), percent(row.in_time), lasting(row.acknowledged_s?.median), row.ppv ? `${percent(row.ppv)} (${interval(row.ppv)})` : none]));
}
function budget({ calls_a_nurse_hour: most, hours_with_calls: hours, hours_broken: over, broken }) {
  const said = h("p", {}, `The budget is ${number(most)} calls an hour for each doctor or nurse on shift (Settings: budget.calls). ${over} of ${hours} hours with calls broke it.`);
  if (!broken.length) return [said];
  return [said, table(["Hour", "Ward", "Calls", "On shift", "Calls each"], broken.map((one) => [at(one.hour), one.ward, `${one.calls}`, number(one.staff), one.staff ? number(one.calls_a_nurse_hour) : "nobody was there"]))];
}

async function load() {
  const by = /** @type {HTMLSelectElement} */ ($("by")).value;
  const days = Number(/** @type {HTMLSelectElement} */ ($("days")).value);
  try {
    const told = await get("/alerts/burden", { from: new Date(wardNow() - days * DAY_MS).toISOString(), by });
    $("trouble").replaceChildren();
    $("span").textContent = `${at(told.from)} to ${at(told.to)}`;
    $("figures").replaceChildren(...figures(told));
    $("groups").replaceChildren(groups(told.groups, by));
    $("top").replaceChildren(told.top.length ? table(["Patient", "Condition", "Calls", "Alerts"], told.top.map((one) => [one.patient ? personLink(one) : "The ward", conditionName(one.condition), `${one.calls}`, `${one.alerts}`])) : empty("Nothing called.", ""));
    $("budget").replaceChildren(...budget(told.budget));
  } catch (problem) { trouble($("trouble"), problem, undefined, true); }
}
$("days").addEventListener("change", load);
$("by").addEventListener("change", load);
$("print").addEventListener("click", () => print());
await watch();
await load();
