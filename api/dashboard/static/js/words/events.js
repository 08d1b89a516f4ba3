// What happened to a patient beside the readings, in words: the lanes of the time line. Pure.
import { conditionName } from "./conditions.js";
import { STATEMENTS } from "./statements.js";

/** @typedef {{ at: string, until: string | null, kind: string, what: string, priority: "high" | "medium" | "low" | null, text: string | null, answered: string | null, by_name: string | null, id: string }} CourseEvent */
/** @type {[string, string][]} */
export const LANES = [["alert", "Alerts"], ["note", "Notes"], ["advice", "Advice"], ["plan", "Plan"], ["device", "Devices"]];

/** @type {Record<string, string>} */
const DEVICE = { enrolled: "device in use", ended: "use of a device ended", measure: "asked to measure", interval: "told to measure at another pace" };

/** @param {CourseEvent} event @returns {string} */
export function eventWords(event) {
  const by = event.by_name ? ` (${event.by_name})` : "";
  if (event.kind === "alert") return `${conditionName(event.what)}${event.text ? `: ${event.text}` : ""}${event.by_name ? `, acknowledged by ${event.by_name}` : ""}`;
  if (event.kind === "note") return `${STATEMENTS[event.what]?.label ?? "Note"}: ${event.text ?? "(erased)"}${by}`;
  if (event.kind === "advice") return `Message${event.text ? `: ${event.text}` : ""}${by}`;
  if (event.kind === "plan") return `Limits or plan changed${by}`;
  return `${DEVICE[event.what] ?? conditionName(event.what)}${event.text ? `: ${event.text}` : ""}${by}`;
}
// Where an event stands between two moments, as shares of the width; one that goes on reaches the end.
/** @param {CourseEvent} event @param {{ from: number, to: number, now: number }} span ms @returns {{ left: number, right: number }} */
export function placeOf(event, { from, to, now }) {
  const share = (/** @type {number} */ at) => Math.min(1, Math.max(0, (at - from) / (to - from)));
  const start = Date.parse(event.at);
  const open = event.kind === "alert" || (event.kind === "device" && event.priority);
  const end = event.until ? Date.parse(event.until) : open ? now : start;
  return { left: share(start), right: share(Math.max(start, end)) };
}
/** @param {CourseEvent[]} events @returns {string} */
export function countWords(events) {
  const told = LANES.map(([kind, name]) => { const count = events.filter((one) => one.kind === kind).length; return count ? `${count} ${name.toLowerCase()}` : ""; }).filter(Boolean);
  return told.length ? told.join(", ") : "nothing beside the readings";
}
