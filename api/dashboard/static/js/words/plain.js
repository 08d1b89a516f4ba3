// Vital signs in plain words, for the person whose they are. Pure. Missing, old and doubtful is never "as we expect".
import { listed, t } from "../base/language.js";

/** @type {Record<string, string>} */
const NAMES = { spo2: t("oxygen"), hr: t("pulse"), rr: t("breathing"), temp: t("temperature"), sbp: t("blood pressure"), glucose: t("blood sugar"), weight: t("weight") };
// Between these NEWS2 gives no points (Royal College of Physicians, 2017): on which side of them a reading lies.
/** @type {Record<string, [number, number]>} */
const USUAL = { spo2: [96, 100], hr: [51, 90], rr: [12, 20], temp: [36.1, 38], sbp: [111, 219] };
/** @type {Record<string, [string, string]>} */
const WAYS = { hr: [t("slower"), t("faster")], rr: [t("slower"), t("faster")] };
/** @type {Record<string, string>} */
const MEASURE = { spo2: t("your oxygen and pulse"), hr: t("your pulse"), rr: t("your breathing"), temp: t("your temperature"), sbp: t("your blood pressure"), glucose: t("your blood sugar"), weight: t("your weight") };

/** @typedef {{ metric: string, value: number, counts: boolean, points: number | null, time: string }} Vital */
/** @typedef {Record<string, { low?: number | null, high?: number | null }>} Limits */

/** @param {string} metric */
export const plainName = (metric) => NAMES[metric] ?? metric;
/** @param {string} metric */
export const inPlainWords = (metric) => metric in NAMES;

/** @param {Vital} vital @param {Limits} limits @returns {{ state: "well" | "watch" | "off" | "unknown", text: string }} */
export function plain(vital, limits) {
  const what = plainName(vital.metric);
  if (!vital.counts) return { state: "unknown", text: t("We have no fresh reading of your {what}.", { what }) };
  const { low = null, high = null } = limits[vital.metric] ?? {};
  if (low !== null && vital.value < low) return { state: "off", text: t("Your {what} is {way} than we want.", { what, way: ways(vital)[0] }) };
  if (high !== null && vital.value > high) return { state: "off", text: t("Your {what} is {way} than we want.", { what, way: ways(vital)[1] }) };
  const points = vital.points ?? 0;
  if (points === 0) return { state: "well", text: t("Your {what} is as we expect.", { what }) };
  const way = side(vital);
  return points >= 2 ? { state: "off", text: t("Your {what} is {way} than we want.", { what, way }) } : { state: "watch", text: t("Your {what} is a little {way} than usual for most people.", { what, way }) };
}
/** @param {Vital} vital */
const ways = (vital) => WAYS[vital.metric] ?? [t("lower"), t("higher")];
/** @param {Vital} vital */
function side(vital) {
  const [low, high] = USUAL[vital.metric] ?? [-Infinity, Infinity];
  if (vital.value < low) return ways(vital)[0];
  return vital.value > high ? ways(vital)[1] : t("different");
}

// What is to be measured, together what is due together; pulse comes with oxygen from the same finger.
/** @param {{ metric: string, at: string | null }[]} todo @returns {{ at: string | null, words: string }[]} */
export function tasks(todo) {
  const oxygen = todo.some((one) => one.metric === "spo2");
  /** @type {Map<string | null, string[]>} */
  const byTime = new Map();
  for (const { metric, at } of todo) {
    if (oxygen && metric === "hr") continue;
    const minute = at === null ? null : `${at.slice(0, 16)}:00Z`;
    byTime.set(minute, [...(byTime.get(minute) ?? []), MEASURE[metric] ?? metric]);
  }
  return [...byTime].map(([at, names]) => ({ at, words: t("Measure {what}", { what: listed(names) }) }));
}
