// What the ward achieves over some weeks, against as many before, with how certain each figure is.
import { dateText, dayStart, wardNow } from "../base/clock.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { watch } from "../base/vigil.js";

const NAMES = {
  measurements: ["Measurements of plans made", "of those that the plans asked for"],
  repeats: ["Measurements made when a device was asked", "of those that the ward asked for"],
  tasks: ["Other tasks confirmed", "taking, walking, answering: of those that fell due"],
  left_out: ["Other tasks left out", "said by the patient: “not today”"],
  alerts: ["Clinical alerts a patient-day", "a patient-day is a day of a stay"],
  calls: ["Calls a patient-day", "each time that somebody was meant to hear of an alert"],
  answer: ["Time until an alert was answered", "the middle one"],
  readmissions: ["Readmissions", ""],
  minutes: ["Minutes of work a patient-day", "reckoned: see below"],
};
const SIGN = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±");
const round = (value, digits = 2) => `${Math.round(Math.abs(value) * 10 ** digits) / 10 ** digits}`;
function lasting(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
const SAY = { share: (value) => `${round(value * 100, 0)} %`, "a patient-day": (value) => round(value), seconds: (value) => lasting(Math.abs(value)) };

function cell(one, unit) {
  if (one.withheld) return [h("span", { class: "soft" }, "of too few people to be told")];
  if (one.value === null) return [h("span", { class: "soft" }, "nothing to count")];
  const interval = one.low === null ? "" : ` (${SAY[unit](one.low)} to ${SAY[unit](one.high)})`;
  const of = unit === "share" ? `${one.count} of ${one.of}` : unit === "seconds" ? `${one.count} answered` : `${round(one.count)} in ${round(one.of, 1)} days`;
  return [h("b", {}, SAY[unit](one.value)), interval, h("small", { class: "soft" }, of)];
}
// Points of a share, not percent: 80 % after 60 % is 20 points more.
function changed(change, unit) {
  if (!change) return [h("span", { class: "soft" }, "–")];
  const say = unit === "share" ? (value) => `${round(value * 100, 0)} points` : SAY[unit];
  const words = change.certain ? (change.value > 0 ? "More than before" : "Less than before") : "No certain change";
  return [change.certain ? h("b", {}, words) : words, h("small", { class: "soft" }, `${SIGN(change.value)}${say(change.value)} (${SIGN(change.low)}${say(change.low)} to ${SIGN(change.high)}${say(change.high)})`)];
}
function line(figure, days) {
  const [name, about] = NAMES[figure.name];
  const said = figure.name === "readmissions" ? `stays begun within ${days} days of the person's last, of all begun` : about;
  return h("tr", { "data-figure": figure.name }, h("th", { scope: "row" }, name, h("small", { class: "soft" }, said)),
    h("td", {}, cell(figure.now, figure.unit)), h("td", {}, cell(figure.before, figure.unit)), h("td", {}, changed(figure.change, figure.unit)));
}
function work({ now, minutes }) {
  const done = now.work;
  if (done === null) return [h("p", {}, "What was done concerns too few people to be told.")];
  const counted = [["alerts of high priority", done.high, minutes.high], ["of medium priority", done.medium, minutes.medium], ["of low priority", done.low, minutes.low], ["calls that patients asked for", done.calls, minutes.call]];
  return [
    h("ul", {}, counted.map(([words, count, each]) => h("li", {}, `${count} ${words}, reckoned at ${round(each)} min each`)),
      h("li", {}, `${done.consultations} consultations, ${round(done.consultation_minutes, 0)} min as they lasted`)),
    h("p", { class: "small soft" }, "An alert counts when a person acted on it. The minutes of each kind are the rota's settings, not measured times. No time saved is claimed: there is no ward without this to hold it against."),
  ];
}
function asked() {
  const day = /** @type {HTMLInputElement} */ ($("until")).value;
  return { weeks: /** @type {HTMLSelectElement} */ ($("weeks")).value, ...(day ? { to: new Date(dayStart(day, { days: 1 })).toISOString() } : {}) };
}
async function load() {
  const question = asked();
  /** @type {HTMLAnchorElement} */ ($("csv")).href = `/api/v1/outcomes.csv?${new URLSearchParams(question)}`;
  try {
    const told = await get("/outcomes", question);
    $("trouble").replaceChildren();
    $("span").textContent = `${dateText(Date.parse(told.now.start))} to ${dateText(Date.parse(told.now.end) - 1)}${told.now.people === null ? "" : `: ${told.now.people} people, ${round(told.now.patient_days, 1)} patient-days`}`;
    $("figures").replaceChildren(told.now.people === 0 && told.before.people === 0 ? empty("Nobody was in the ward in these weeks.", "Choose others.")
      : h("table", { class: "stacked" }, h("thead", {}, h("tr", {}, ["", "These weeks", "The weeks before", "Change"].map((one) => h("th", { scope: "col" }, one || h("span", { class: "visually-hidden" }, "Figure"))))), h("tbody", {}, told.figures.map((one) => line(one, told.readmission_days)))));
    $("work").replaceChildren(...work(told));
  } catch (problem) { trouble($("trouble"), problem, undefined, true); }
}
$("weeks").addEventListener("change", load);
$("until").addEventListener("change", load);
$("print").addEventListener("click", () => print());
await watch();
/** @type {HTMLInputElement} */ ($("until")).max = dateText(wardNow());
await load();
