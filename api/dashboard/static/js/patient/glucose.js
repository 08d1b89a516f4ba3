// Glucose by the consensus: the five ranges, the ambulatory profile, episodes, and the next half hour.
import { h, onToggle, svg, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";

const RANGES = [["very_high", "above 250"], ["high", "181 to 250"], ["target", "70 to 180"], ["low", "54 to 69"], ["very_low", "below 54"]];
const LOW = 40;
const HIGH = 300;
const percent = (share) => `${Math.round(share * 100)} %`;
const across = (hour) => 30 + (hour / 24) * 460;
const up = (value) => 150 - ((Math.min(HIGH, Math.max(LOW, value)) - LOW) / (HIGH - LOW)) * 140;

function band(hours, low, high, opacity) {
  const there = hours.map((one) => `${across(one.hour + 0.5)} ${up(one.centiles[high])}`);
  const back = hours.toReversed().map((one) => `${across(one.hour + 0.5)} ${up(one.centiles[low])}`);
  return svg("path", { d: `M${[...there, ...back].join("L")}Z`, fill: "currentColor", "fill-opacity": opacity });
}
function profile(hours) {
  if (hours.length < 2) return null;
  const middle = `M${hours.map((one) => `${across(one.hour + 0.5)} ${up(one.centiles.p50)}`).join("L")}`;
  const limits = [70, 180].map((value) => [svg("path", { d: `M30 ${up(value)}H490`, stroke: "currentColor", "stroke-dasharray": "4 3" }), svg("text", { x: 2, y: up(value) + 4, "font-size": 11, fill: "currentColor" }, String(value))]);
  const times = [0, 6, 12, 18, 24].map((hour) => svg("text", { x: across(hour) - 6, y: 166, "font-size": 11, fill: "currentColor" }, String(hour)));
  return h("figure", {}, svg("svg", { viewBox: "0 0 500 170", width: "100%", role: "img", "aria-label": "Ambulatory glucose profile: median and centiles by hour of the day" }, band(hours, "p5", "p95", 0.12), band(hours, "p25", "p75", 0.25), svg("path", { d: middle, fill: "none", stroke: "currentColor", "stroke-width": 2 }), limits, times),
    h("figcaption", { class: "small soft" }, "Median, middle half and middle nine tenths by hour of the patient's day; dashed: 70 and 180 mg/dL."));
}
function ahead(one) {
  if (!one) return h("p", { class: "soft small" }, "No forecast: the last half hour is not whole.");
  const words = `In 30 min about ${Math.round(one.value)} mg/dL (90 %: ${Math.round(one.interval90[0])} to ${Math.round(one.interval90[1])}).`;
  return h("p", {}, words, one.warns && h("b", { class: "overdue" }, ` A low is near (${percent(one.chance_low)}).`));
}
function told(answer) {
  if (!answer.count) return [h("p", { class: "soft" }, "No glucose was measured in the last 14 days.")];
  const lows = answer.episodes.filter((one) => one.kind === "low").slice(-5).reverse();
  return [
    ahead(answer.forecast),
    h("dl", {}, RANGES.map(([name, words]) => [h("dt", {}, `${words} mg/dL`), h("dd", {}, percent(answer.ranges[name]))])),
    h("p", { class: "small" }, `Mean ${answer.mean} mg/dL, variation ${answer.cv} %, GMI ${answer.gmi} %; readings stood for ${percent(answer.covered)} of 14 days.`),
    profile(answer.profile),
    lows.length ? h("ul", {}, lows.map((one) => h("li", {}, `Low, level ${one.level}, down to ${one.worst} mg/dL, `, moment(one.start), one.end ? "" : ", goes on"))) : null,
  ].filter(Boolean);
}
export function glucose(part, patient) {
  const where = part.querySelector("[data-told]");
  async function load() {
    try {
      where.replaceChildren(...told(await get(`/patients/${patient}/glucose`)));
    } catch (problem) { trouble(where, problem, "Open it again to try again."); }
  }
  onToggle(part, (open) => open && load());
}
