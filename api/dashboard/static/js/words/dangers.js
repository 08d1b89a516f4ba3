// Alerts in the order of danger, and how many wait.
import { wardNow } from "../base/clock.js";

/** @typedef {{ id: string, patient: string | null, kind: string, condition: string, priority: "high" | "medium" | "low", state: string,
 *   raised_at: string, cleared_at?: string | null, respond_by?: string | null }} Alert */
export const RANK = { high: 0, medium: 1, low: 2 };

/** @param {Alert} alert */
export const isOpen = (alert) => alert.state === "open" || alert.state === "acknowledged";
// The order of danger, as the server's list has it (api/store/alert_list.py): the patient whom score
// and values endanger most, then who has waited longest; what is over sinks, and the equipment's and
// the ward's own come last. `people` holds the panel's rows, so that the score is that of now.
const WORTH = { high: 7, medium: 5, low: 0 };
const CRITICAL_WORTH = 10;
const FRESH_S = 7200;
/** @param {Alert} alert */
const holding = (alert) => alert.kind === "clinical" && isOpen(alert) && !alert.cleared_at;
/** @param {Alert} alert */
const worth = (alert) => (alert.condition.startsWith("critical_") ? CRITICAL_WORTH : WORTH[alert.priority]);
/** @param {Iterable<Alert>} alerts @param {Map<string | null, any>} people @returns {Map<string | null, number>} */
export function dangers(alerts, people = new Map()) {
  const found = new Map();
  for (const alert of alerts) {
    const row = people.get(alert.patient);
    const fresh = row?.measured && wardNow() - Date.parse(row.measured) < FRESH_S * 1000;
    const now = Math.max(found.get(alert.patient) ?? 0, fresh && alert.kind === "clinical" ? row.news2?.low ?? 0 : 0, holding(alert) ? worth(alert) : 0);
    found.set(alert.patient, now);
  }
  return found;
}
/** @param {Alert} alert */
const part = (alert) => (!alert.patient ? 3 : alert.kind === "technical" ? 2 : alert.cleared_at ? 1 : 0);
/** @param {Map<string | null, number>} found @returns {(a: Alert, b: Alert) => number} */
export const byDanger = (found) => (a, b) => part(a) - part(b)
  || (part(a) < 2 ? (found.get(b.patient) ?? 0) - (found.get(a.patient) ?? 0) : 0)
  || (a.state === "open" ? 0 : 1) - (b.state === "open" ? 0 : 1) || RANK[a.priority] - RANK[b.priority] || Date.parse(a.raised_at) - Date.parse(b.raised_at);
/** @param {Alert[]} alerts */
export function counts(alerts) {
  const tally = { high: 0, medium: 0, low: 0 };
  for (const alert of alerts) if (alert.state === "open") tally[alert.priority] += 1;
  return tally;
}
/** @param {Alert} alert */
export const overdue = (alert) => alert.state === "open" && Boolean(alert.respond_by) && Date.parse(alert.respond_by ?? "") < wardNow();
