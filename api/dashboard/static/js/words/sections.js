// Which alert stands in which part of the feed.
import { wardNow } from "../base/clock.js";
import { byDanger, dangers, isOpen } from "./dangers.js";

/** @typedef {import("./dangers.js").Alert & { closed_at?: string | null, acknowledged_by_id?: string | null }} Alert */
const CLOSED_SHOWN_MS = 3600 * 1000;
/** @param {Alert} alert */
const closedAt = (alert) => Date.parse(alert.closed_at ?? alert.raised_at);

/** @param {Alert} alert @param {string | null} me */
const isMine = (alert, me) => me === null || alert.acknowledged_by_id === me;

// Closed so long ago that a page need not keep it.
/** @param {Alert} alert */
export const isPast = (alert) => !isOpen(alert) && wardNow() - closedAt(alert) > 2 * CLOSED_SHOWN_MS;

/** @param {Iterable<Alert>} alerts @param {Map<string | null, any>} people @param {string} kind "all" or one kind
 *  @param {string | null} me whose page it is: what others have taken on stands apart */
export function sections(alerts, people, kind, me = null) {
  const known = [...alerts];
  const shown = known.filter((alert) => kind === "all" || alert.kind === kind);
  const order = byDanger(dangers(known, people));
  const waiting = shown.filter((alert) => alert.state === "open").sort(order);
  const taken = shown.filter((alert) => alert.state === "acknowledged").sort(order);
  return {
    open: waiting.filter((alert) => alert.kind === "clinical"),
    equipment: waiting.filter((alert) => alert.kind === "technical"),
    taken: taken.filter((alert) => isMine(alert, me)),
    others: taken.filter((alert) => !isMine(alert, me)),
    closed: shown.filter((alert) => !isOpen(alert) && wardNow() - closedAt(alert) < CLOSED_SHOWN_MS).sort((a, b) => closedAt(b) - closedAt(a)).slice(0, 20),
  };
}
// What is wrong with one device is one errand: its alerts stand together, under its name.
/** @param {any[]} alerts @returns {[string, any[]][]} */
export function byDevice(alerts) {
  const parts = new Map();
  for (const alert of alerts) {
    const device = alert.kind === "technical" ? alert.device ?? "" : "";
    parts.set(device, [...(parts.get(device) ?? []), alert]);
  }
  return [...parts];
}
