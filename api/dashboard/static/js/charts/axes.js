// Axes of a chart: whole steps, the day where it changes, values with their unit.
import uPlot from "../../vendor/uPlot.esm.js";
import { dayText, clockText } from "../base/clock.js";
import { colour } from "./drawing.js";

export const shown = (unit, digits) => (plot, value) => (value === null || value === undefined ? "–" : `${value.toFixed(digits)} ${unit}`);
// The day is written where it changes, in the reader's words and not in figures of another country.
function timeLabels(plot, splits, axis, space, step) {
  let day = "";
  return splits.map((seconds) => {
    const at = seconds * 1000;
    const name = dayText(at);
    const clock = step >= 86400 ? "" : clockText(at);
    const text = name === day ? clock : `${clock}\n${name}`.trim();
    day = name;
    return text;
  });
}
export function axes(incrs) {
  const common = { stroke: colour("soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "11px system-ui, sans-serif" };
  return [{ ...common, space: 60, values: timeLabels }, { ...common, size: 42, space: 24, ...(incrs ? { incrs } : {}) }];
}
export const clockOf = (zone) => (seconds) => (zone ? uPlot.tzDate(new Date(seconds * 1e3), zone) : new Date(seconds * 1e3));
