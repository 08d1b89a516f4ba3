// Settings by name: how each is called, in which unit, what its value reads like, and what a search finds.
import { metricName, metricUnit } from "./metrics.js";

/** @typedef {{ value: string, label: string }} Choice */
/** @typedef {{ name: string, group: string, unit: string, source: string, default: any, kind?: string, choices?: Choice[] }} Setting */

const SIDES = /** @type {Record<string, string>} */ ({ low: "alert below", high: "alert above" });
const UNITS = /** @type {Record<string, string>} */ ({ "1": "", "mm[Hg]": "mmHg", Cel: "°C", d: "days" });
const OF_METRICS = ["ages", "margins", "apart", "sessions"];

/** @param {Setting} setting */
export function settingLabel({ name, group }) {
  const [, what, side] = name.split(".");
  const words = what.replaceAll("_", " ").replace(/\bspo2\b/, "SpO₂").replace(/\bnews2\b/, "NEWS2");
  if (side) return `${metricName(what)}, ${group === "critical" ? side : SIDES[side]}`;
  return OF_METRICS.includes(group) && metricName(what) !== what ? metricName(what) : words.charAt(0).toUpperCase() + words.slice(1);
}
/** @param {Setting} one */
export const settingUnit = (one) => UNITS[one.unit] ?? (one.unit === "%" ? "%" : one.unit || (one.kind && one.kind !== "number" ? "" : metricUnit(one.name.split(".")[1])));
/** A value as its field holds it. @param {any} value */
export const asTyped = (value) => (value === null || value === undefined ? "" : typeof value === "number" ? `${Math.round(value * 1000) / 1000}` : `${value}`);
/** A value in words. @param {Setting | undefined} one @param {any} value */
export function asRead(one, value) {
  const choice = one?.choices?.find((each) => each.value === value);
  if (choice) return choice.label;
  const text = asTyped(value);
  return text === "" ? (one?.kind && one.kind !== "number" ? "none" : "no limit") : `${text} ${one ? settingUnit(one) : ""}`.trim();
}
/** What a field says as a value to send. @param {Setting} one @param {string} text */
export const asSent = (one, text) => (one.kind && one.kind !== "number" ? text.trim() : text.trim() === "" ? null : Number(text));

// Every word that is sought must be somewhere in the label, the name, the group's words or the source.
/** @param {Setting} one @param {string} groupWords @param {string} sought */
export function finds(one, groupWords, sought) {
  const text = `${settingLabel(one)} ${one.name} ${one.name.replaceAll(/[._]/g, " ")} ${groupWords} ${one.source}`.toLowerCase();
  return sought.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
/** The value under a name like `limits.hr.high`. @param {string} path @param {any} tree */
export const at = (path, tree) => path.split(".").reduce((inner, name) => inner?.[name], tree);
/** Nested groups as the server takes them. @param {[string, any][]} pairs */
export function inGroups(pairs) {
  /** @type {Record<string, any>} */
  const groups = {};
  for (const [name, value] of pairs) {
    const [group, what, side] = name.split(".");
    groups[group] ??= {};
    if (side) (groups[group][what] ??= {})[side] = value; else groups[group][what] = value;
  }
  return groups;
}
// What a profile would change of what is not set by anybody: name, old and new value.
/** @param {Setting[]} settings @param {Record<string, Record<string, any>>} profiles @param {{ before: string, after: string, own: string[] }} how */
export function byProfile(settings, profiles, { before, after, own }) {
  const of = (/** @type {string} */ profile, /** @type {Setting} */ one) => profiles[profile]?.[one.name] ?? one.default;
  return settings.filter((one) => !own.includes(one.name) && of(before, one) !== of(after, one)).map((one) => ({ setting: one.name, old: of(before, one), new: of(after, one) }));
}
