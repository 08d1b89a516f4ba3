// Which stretch of a course is shown, and how: kept in the page's address, so that Back and a copied address show it.
import { keepSaid, saidOf } from "../base/address.js";

const HOUR_MS = 3600000;
const HOURS = 24;
export const VIEWS = ["curves", "news2", "table"];

/** @typedef {{ hours: number, window: { from: number, to: number } | null, view: string, beside: boolean }} Shown */
// What an address says; what it says wrongly is as if it were not said. Pure.
/** @param {(name: string) => string | null} said @returns {Shown} */
export function shownBy(said) {
  const hours = Number(said("hours"));
  const [from, to] = ["from", "to"].map((name) => Date.parse(said(name) ?? ""));
  const view = said("view") ?? "";
  return { hours: hours >= 1 && hours <= 9600 ? hours : HOURS, window: to > from ? { from, to } : null, view: VIEWS.includes(view) ? view : VIEWS[0], beside: said("beside") === "before" };
}
/** @param {Shown} shown @returns {Record<string, string | null>} */
export const saidBy = (shown) => ({
  hours: shown.hours === HOURS ? null : `${shown.hours}`, view: shown.view === VIEWS[0] ? null : shown.view, beside: shown.beside ? "before" : null,
  from: shown.window ? new Date(Math.round(shown.window.from)).toISOString() : null, to: shown.window ? new Date(Math.round(shown.window.to)).toISOString() : null,
});
export const shownNow = () => shownBy(saidOf);
/** @param {Shown} shown */
export const keepShown = (shown) => keepSaid(saidBy(shown), { step: true });

// From and to (ms) of what is shown, and of the same length before it.
/** @param {Shown} shown @param {number} now */
export function stretch(shown, now) {
  const to = shown.window?.to ?? now;
  const from = shown.window?.from ?? to - shown.hours * HOUR_MS;
  return { from, to, before: { from: from - (to - from), to: from } };
}
// How fine the readings are asked for: as they were measured for a day, unless they are more than a chart
// can tell apart; then lowest, mean and highest of stretches, so that nothing extreme is thinned away.
const MOST_READINGS = 30000;
export const MAY_BE_DENSE_MS = HOUR_MS;
/** @param {number} ms @param {number} [readings] how many there are, where it matters */
export function bucketOf(ms, readings = 0) {
  if (ms > 24 * HOUR_MS) return ms <= 72 * HOUR_MS ? "5m" : "1h";
  if (readings <= MOST_READINGS) return undefined;
  return ms <= 12 * HOUR_MS ? "1m" : "2m";
}
/** @param {{ count?: number }[]} hours buckets @returns {number} */
export const readingsIn = (hours) => hours.reduce((sum, one) => sum + (one.count ?? 1), 0);
