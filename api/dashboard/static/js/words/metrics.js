// Metrics in words: their names, units and how a value is written.
import { GLUCOSE_UNIT, t } from "../base/language.js";
/** @type {Record<string, [string, string]>} */
const METRICS = {
  hr: [t("Heart rate"), t("/min")], spo2: ["SpO₂", "%"], rr: [t("Breathing rate"), t("/min")], temp: [t("Temperature"), "°C"],
  sbp: [t("Systolic"), "mmHg"], dbp: [t("Diastolic"), "mmHg"], glucose: [t("Glucose"), GLUCOSE_UNIT], weight: [t("Weight"), "kg"],
  steps: [t("Steps"), ""], acvpu: [t("Consciousness"), ""], o2: [t("Oxygen"), ""], battery: [t("Battery"), "%"],
};
/** @type {Record<string, string>} */
const SHORT = { ...Object.fromEntries(Object.entries(METRICS).map(([key, [name]]) => [key, name])), rr: "RR", sbp: "BP", temp: "temp", hr: "pulse", acvpu: "ACVPU", o2: "O₂", adult: t("an adult (no birth date)") };

export const METRIC_NAMES = Object.keys(METRICS);
/** @param {string} name */
export const metricName = (name) => METRICS[name]?.[0] ?? name;
/** @param {string} name */
export const metricUnit = (name) => METRICS[name]?.[1] ?? "";
/** @param {string} name @param {number} value */
export function metricValue(name, value) {
  if (name === "acvpu") return [t("Alert"), t("Confusion"), t("Voice"), t("Pain"), t("Unresponsive")][value] ?? `${value}`;
  if (name === "o2") return value ? t("on oxygen") : t("room air");
  return valueShown(name, Number(value)).toFixed(metricDigits(name));
}
// Blood sugar is kept in mg/dL; whoever knows it in mmol/L reads it so, always with the unit.
const MGDL_PER_MMOLL = 18.016; // the same figure by which the server takes a value that comes in mmol/L
const inMmol = (/** @type {string} */ name) => name === "glucose" && GLUCOSE_UNIT === "mmol/L";
/** @param {string} name */
export const metricDigits = (name) => (name === "temp" || name === "weight" || inMmol(name) ? 1 : 0);
/** @param {string} name @param {number} value */
const valueShown = (name, value) => (inMmol(name) ? value / MGDL_PER_MMOLL : value);
/** @template {Record<string, any>} T @param {string} name @param {T} one @param {string[]} fields @returns {T} */
function shownIn(name, one, fields) {
  if (!inMmol(name)) return one;
  return { ...one, ...Object.fromEntries(fields.filter((field) => typeof one[field] === "number").map((field) => [field, valueShown(name, one[field])])) };
}
// A point of a curve, and limits, in the unit in which they are drawn; a limit is rounded as it is written.
/** @template {Record<string, any>} T @param {string} name @param {T} point */
export const pointShown = (name, point) => shownIn(name, point, ["value", "min", "mean", "max"]);
/** @template {Record<string, any>} T @param {string} name @param {T} limits */
export function limitsShown(name, limits) {
  const shown = shownIn(name, limits, ["low", "high"]);
  if (!inMmol(name)) return shown;
  return { ...shown, ...Object.fromEntries(["low", "high"].filter((side) => typeof shown[side] === "number").map((side) => [side, Number(shown[side].toFixed(1))])) };
}
/** @param {string[]} [names] */
export const shortMetrics = (names) => (names ?? []).map((name) => SHORT[name] ?? name).join(", ");
