// What nobody has taken on: how long until the next one is called, and whether it must sound again.
import { wardNow } from "../base/clock.js";

/** @typedef {import("./dangers.js").Alert & { escalates_at?: string | null, snoozed_until?: string | null }} Alert */
/** @param {Iterable<Alert>} alerts */
const unowned = (alerts) => [...alerts].filter((alert) => alert.state === "open" && alert.kind === "clinical");

/** @param {Iterable<Alert>} alerts */
export function nextCall(alerts) {
  const dues = unowned(alerts).flatMap((alert) => (alert.escalates_at ? [Date.parse(alert.escalates_at)] : []));
  if (!dues.length) return "";
  return `next call in ${countdown(Math.min(...dues))}`;
}
// Minutes and seconds until a moment of the ward's time.
/** @param {number} at */
export function countdown(at) {
  const left = Math.max(0, Math.round((at - wardNow()) / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
// A grave one sounds again until somebody has it, or has put it off.
/** @param {Iterable<Alert>} alerts */
export const graveUnowned = (alerts) => unowned(alerts).some((alert) => alert.priority === "high" && !alert.snoozed_until);
