// How often a device measures, as a form and as it is sent.
import { options } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { metricName, METRIC_NAMES } from "../words/metrics.js";

export const UNITS = [["1", "seconds"], ["60", "minutes"], ["3600", "hours"]];
export const SCHEDULED = METRIC_NAMES.filter((name) => !["acvpu", "o2"].includes(name));

export function scheduleRow(name = "hr", every = 1, unit = "60") {
  const row = h("div", { class: "schedule" },
    h("select", { name: "metric", "aria-label": "Metric" }, options(SCHEDULED.map((one) => [one, metricName(one)]), name)),
    h("span", {}, "every"), h("input", { name: "every", type: "number", min: 1, max: 10000, step: 1, value: every, required: true, "aria-label": "Every how many" }),
    h("select", { name: "unit", "aria-label": "Unit" }, options(UNITS, unit)),
    h("button", { type: "button", class: "quiet", "aria-label": "Remove this metric", onclick: () => row.remove() }, "Remove"));
  return row;
}
export function readSchedule(said) {
  const [every, unit] = [said.getAll("every"), said.getAll("unit")];
  return Object.fromEntries(said.getAll("metric").map((name, at) => [name, Number(every[at]) * Number(unit[at])]));
}
