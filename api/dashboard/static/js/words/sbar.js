// A patient in the two lines that are said at a handover: situation and background; assessment and recommendation
// (SBAR; NHS Improvement, 2018). Pure.
import { conditionName } from "./conditions.js";
import { isOpen, RANK } from "./dangers.js";
import { metricName, shortMetrics } from "./metrics.js";
import { notScored, partialWords, bandKey } from "./news2.js";

/** @typedef {import("./dangers.js").Alert & { acknowledged_by?: string | null, doctor_name?: string | null, comment?: string | null, historic?: boolean, message?: string }} Alert */
/** @typedef {{ news2: any, alerts: Alert[], doctor_name: string | null, state: string, received: string | null }} Line */

/** @param {Line} row @param {(text: string) => string} time writes a moment @returns {{ situation: string, background: string, assessment: string, recommendation: string }} */
export function sbar(row, time) {
  const alerts = row.alerts.filter((alert) => !alert.historic);
  const open = alerts.filter(isOpen).sort((a, b) => RANK[a.priority] - RANK[b.priority] || Date.parse(a.raised_at) - Date.parse(b.raised_at));
  const [first] = open;
  const closed = alerts.length - open.length;
  return {
    situation: first ? `${first.message || conditionName(first.condition)}, since ${time(first.raised_at)}${open.length > 1 ? `, and ${open.length - 1} more open` : ""}` : "no open alert",
    background: [closed > 0 ? `${closed} closed in this time` : "", row.doctor_name ? `with ${row.doctor_name}` : "with nobody", row.state === "active" ? "" : row.state].filter(Boolean).join("; "),
    assessment: scored(row.news2),
    recommendation: wanted(row, first),
  };
}
/** @param {any} news2 */
function scored(news2) {
  if (notScored(news2)) return `no NEWS2 (${notScored(news2)})`;
  if (!news2 || news2.band === null || news2.band === undefined) return "no score: nothing measured";
  const band = partialWords(news2, bandKey(news2.band));
  const value = news2.score ?? `${news2.low} to ${news2.high}`;
  const three = (news2.single_3_in ?? []).map(metricName).join(", ");
  return `NEWS2 ${value}, ${band}${news2.stale ? ", not fresh" : ""}${three ? `; 3 points for ${three}` : ""}`;
}
/** @param {Line} row @param {Alert | undefined} first */
function wanted(row, first) {
  const missing = row.news2?.missing ?? [];
  const parts = [];
  if (first?.state === "open") parts.push("nobody has it: answer first");
  else if (first) parts.push(first.comment ? `plan of ${first.acknowledged_by ?? "somebody"}: ${first.comment}` : `${first.acknowledged_by ?? "somebody"} has it: ask what is planned`);
  if (missing.length && !notScored(row.news2)) parts.push(`measure ${shortMetrics(missing.slice(0, 3))}${missing.length > 3 ? " and more" : ""}`);
  return parts.join("; ") || "as before";
}
