// A patient's newest vital signs, leading reason, owner and next observation, in words.
import { conditionName } from "./conditions.js";
import { RANK } from "./dangers.js";
import { metricName, metricValue, shortMetrics } from "./metrics.js";
import { notScored } from "./news2.js";

/** @typedef {{ metric: string, value: number, time: string, quality: string, counts: boolean, until: string | null, points: number | null,
 *   usual: number | null, deviation: number | null }} Vital */
/** @typedef {import("./dangers.js").Alert & { acknowledged_by?: string | null, acknowledged_until?: string | null,
 *   doctor_name?: string | null }} Alert */
/** @typedef {{ urgency: number, state: string, doctor_name: string | null, alerts: Alert[], vitals: Vital[], news2: any, measured: string | null,
 *   due: { at: string | null, metrics: string[] } | null }} Row */

const UNUSUAL = 2; // in the person's own units of spread
const ACT = 300; // as the server ranks: hundreds are the level
const REVIEW = 100;

/** @param {{ urgency: number }} row */
export const bandOf = (row) => (row.urgency >= ACT ? "act" : row.urgency >= REVIEW ? "review" : "steady");

// Where a value lies against the person's own usual: an arrow and its word, or nothing.
/** @param {Vital} vital @returns {[string, string] | null} */
export function against(vital) {
  if (vital.deviation === null || vital.deviation === undefined || Math.abs(vital.deviation) < UNUSUAL) return null;
  return vital.deviation > 0 ? ["↑", "above own usual"] : ["↓", "below own usual"];
}
// A value aloud: what a screen reader and a tip say of the cell.
/** @param {Vital} vital @param {string} written @returns {string} */
export function aloud(vital, written) {
  const found = against(vital);
  const usual = found ? `${found[1]} ${metricValue(vital.metric, vital.usual ?? 0)}` : "";
  const points = vital.points === null ? (vital.counts ? "" : vital.quality === "ok" || vital.quality === "manual" ? "too old for a score" : "questionable, not scored") : `${vital.points} ${vital.points === 1 ? "point" : "points"}`;
  return [`${metricName(vital.metric)} ${written}`, points, usual].filter(Boolean).join(", ");
}

// The alert that leads: what waits before what is taken, the graver first, then the older.
/** @param {Row} row @returns {Alert | undefined} */
export const leading = (row) => [...row.alerts].sort((a, b) => Number(a.kind !== "clinical") - Number(b.kind !== "clinical") || Number(Boolean(a.cleared_at)) - Number(Boolean(b.cleared_at))
  || RANK[a.priority] - RANK[b.priority] || (a.state === "open" ? 0 : 1) - (b.state === "open" ? 0 : 1) || Date.parse(a.raised_at) - Date.parse(b.raised_at))[0];

// Why somebody stands where they stand, and since when: an alert, else what the score says, else nothing.
/** @param {Row} row @returns {{ priority?: "high" | "medium" | "low", words: string, since: string | null, more: number } | null} */
export function reasonOf(row) {
  const first = leading(row);
  if (first) return { priority: first.priority, words: conditionName(first.condition).split(":")[0], since: first.raised_at, more: row.alerts.length - 1 };
  const three = row.vitals.filter((vital) => vital.points === 3).map((vital) => metricName(vital.metric));
  if (three.length) return { words: `${three.join(", ")} scores 3`, since: null, more: 0 };
  if (!notScored(row.news2) && (row.news2?.stale || !row.measured)) return { words: row.measured ? "no fresh score" : "nothing measured yet", since: row.measured, more: 0 };
  return null;
}
// Who has it: taken until when, or sent to whom and due when, or by the plan alone.
/** @param {Row} row @returns {{ kind: "taken" | "sent" | "nobody" | "plan", name: string, until: string | null }} */
export function ownerOf(row) {
  const first = leading(row);
  if (first?.state === "acknowledged") return { kind: "taken", name: first.acknowledged_by ?? "somebody", until: first.acknowledged_until ?? null };
  if (first && first.kind === "clinical") return { kind: first.doctor_name ? "sent" : "nobody", name: first.doctor_name ?? "nobody yet", until: first.respond_by ?? null };
  return row.doctor_name ? { kind: "plan", name: row.doctor_name, until: null } : { kind: "nobody", name: "nobody yet", until: null };
}

const STAFF = ["acvpu", "o2"]; // what only a person can tell
// Whether nothing but consciousness or oxygen is missing: quiet, since a round answers it.
/** @param {any} news2 */
export const lacksStaff = (news2) => !news2?.stale && (news2?.missing ?? []).length > 0 && news2.missing.every((/** @type {string} */ name) => STAFF.includes(name));
// How often by the schedule, and what is due: "every 6 h: BP, Temp".
/** @param {{ every_minutes: number, metrics: string[] }} next */
export function everyWords(next) {
  const often = next.every_minutes % 60 === 0 ? `${next.every_minutes / 60} h` : `${next.every_minutes} min`;
  return `every ${often}: ${shortMetrics(next.metrics.slice(0, 2))}${next.metrics.length > 2 ? ` +${next.metrics.length - 2}` : ""}`;
}
/** @param {Row} row */
export function dueWords(row) {
  const names = row.due?.metrics ?? [];
  return `${shortMetrics(names.slice(0, 2))}${names.length > 2 ? ` +${names.length - 2}` : ""}`;
}
