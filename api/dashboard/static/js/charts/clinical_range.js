// Where a value lies is seen by its place: each vital has its own fixed range, which grows by whole steps, and
// only for a trusted value or a limit that lies beyond it.
import { metricName } from "../words/metrics.js";
import { GLUCOSE_UNIT, t } from "../base/language.js";

// Lowest, highest and step, in the metric's unit (proposed, after the rows of the NEWS2 observation chart).
const RANGES = { hr: [30, 180, 10], spo2: [80, 100, 5], rr: [0, 40, 5], temp: [34, 41, 1], sbp: [40, 220, 20], dbp: [40, 220, 20], glucose: GLUCOSE_UNIT === "mmol/L" ? [2, 22, 2] : [40, 400, 50] };
const WEIGHT_SPAN = 10;
const told = (one) => one !== null && one !== undefined;

export function rangeOf(name, values, limits = []) {
  const known = [...values, ...limits].filter(told);
  const newest = values.filter(told).at(-1) ?? 0;
  const middle = Math.round(newest / 5) * 5;
  const [bottom, top, step] = RANGES[name] ?? [middle - WEIGHT_SPAN / 2, middle + WEIGHT_SPAN / 2, 5];
  const low = Math.min(bottom, ...known);
  const high = Math.max(top, ...known);
  return [bottom - Math.ceil((bottom - low) / step) * step, top + Math.ceil((high - top) / step) * step];
}

// The limits in force as lines, each told with whose it is; those of a second metric stand at the right.
export function limitLines(limits) {
  const many = Object.keys(limits).length > 1;
  const whose = (origin) => ({ patient: t("own"), age: t("by age"), pregnancy: t("pregnancy"), no_diabetes: t("no diabetes") })[origin] ?? t("ward");
  const line = (name, limit, side, column) => ({ at: limit[side], column, below: side === "high", paint: "high-ink", label: `${many ? `${metricName(name)} ` : ""}${side === "low" ? t("low {value}, {whose}", { value: limit[side], whose: whose(limit.origin?.[side]) }) : t("high {value}, {whose}", { value: limit[side], whose: whose(limit.origin?.[side]) })}` });
  return Object.entries(limits).flatMap(([name, limit], column) => ["low", "high"].filter((side) => told(limit[side])).map((side) => line(name, limit, side, column)));
}
