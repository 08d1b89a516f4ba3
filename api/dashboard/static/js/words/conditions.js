// What an alert is raised for, in words.
import { metricName } from "./metrics.js";

/** @type {Record<string, string>} */
const CONDITIONS = {
  news2_urgent: "NEWS2 5 or more: urgent review", news2_emergency: "NEWS2 7 or more: emergency review",
  single_3: "One measurement scores 3", incomplete_score: "Score incomplete, may be urgent", risk: "Predicted deterioration",
  glucose_low: "Glucose low", glucose_high: "Glucose high", glucose_low_soon: "Glucose low expected", unconfirmed_deterioration: "Late readings show deterioration, nothing fresh since",
  silent: "Device silent", coverage: "Too few readings", battery: "Battery low", clock: "Device clock uncertain", forged: "Forged message refused",
  conflict: "Two devices, one identity", sensor: "Sensor trouble", units: "Readings in another unit", refused: "Readings refused", weight_gain: "Weight gained", feels_worse: "Feels worse, says the patient", questionnaire_pain: "Pain, by a questionnaire", questionnaire_mmrc: "Breathlessness, by a questionnaire", questionnaire_phq9: "Low mood, by a questionnaire", questionnaire_symptom_diary: "Symptoms, by the diary", questionnaire_structured_call: "Told in a structured call", ward_outage: "Many devices silent at once", nobody_on_shift: "Nobody on shift", sign_in_guessing: "Somebody is guessing passwords", emergency_access: "Emergency access to a record",
};

/** @param {string} name */
export function conditionName(name) {
  if (CONDITIONS[name]) return CONDITIONS[name];
  const found = name.match(/^(limit|critical|baseline|trend)_([a-z0-9]+?)(?:_(low|high))?$/);
  if (!found) return name.replaceAll("_", " ");
  const [, sort, metric, side] = found;
  const tail = side === "low" ? " below limit" : side === "high" ? " above limit" : "";
  /** @type {Record<string, string>} */
  const words = { limit: `${metricName(metric)}${tail}`, critical: `${metricName(metric)} critical`, baseline: `${metricName(metric)} away from own usual`, trend: metric === "spo2" ? "SpO2 low in dips" : `${metricName(metric)} drifting over days` };
  return words[sort];
}
