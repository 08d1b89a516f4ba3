// Metrics in words: their names, units and how a value is written.
/** @type {Record<string, [string, string]>} */
const METRICS = {
  hr: ["Heart rate", "/min"], spo2: ["SpO₂", "%"], rr: ["Breathing rate", "/min"], temp: ["Temperature", "°C"],
  sbp: ["Systolic", "mmHg"], dbp: ["Diastolic", "mmHg"], glucose: ["Glucose", "mg/dL"], weight: ["Weight", "kg"],
  steps: ["Steps", ""], acvpu: ["Consciousness", ""], o2: ["Oxygen", ""], battery: ["Battery", "%"],
};
/** @type {Record<string, string>} */
const SHORT = { ...Object.fromEntries(Object.entries(METRICS).map(([key, [name]]) => [key, name])), rr: "RR", sbp: "BP", temp: "temp", hr: "pulse", acvpu: "ACVPU", o2: "O₂", adult: "an adult (no birth date)" };

export const METRIC_NAMES = Object.keys(METRICS);
/** @param {string} name */
export const metricName = (name) => METRICS[name]?.[0] ?? name;
/** @param {string} name */
export const metricUnit = (name) => METRICS[name]?.[1] ?? "";
/** @param {string} name @param {number} value */
export function metricValue(name, value) {
  if (name === "acvpu") return ["Alert", "Confusion", "Voice", "Pain", "Unresponsive"][value] ?? `${value}`;
  if (name === "o2") return value ? "on oxygen" : "room air";
  const digits = name === "temp" || name === "weight" ? 1 : 0;
  return `${Number(value).toFixed(digits)}`;
}
/** @param {string[]} [names] */
export const shortMetrics = (names) => (names ?? []).map((name) => SHORT[name] ?? name).join(", ");
