// A plan at home as lines of a form, and back. Pure.
import { LOCALE, t } from "../base/language.js";

const DAYS = ["mo", "tu", "we", "th", "fr", "sa", "su"];
// The same for who reads the plan; Monday the first.
const DAY_NAMES = DAYS.map((_day, at) => new Intl.DateTimeFormat(LOCALE, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + at)));
const KINDS = ["measure", "answer", "walk"];
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** @typedef {{ kind: string, subject?: string | null, words: string | null, times: string[], days: number[] }} Task */
/** @param {string} text */
export const linesOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
/** @param {string[]} times */
export const shortTimes = (times) => times.map((at) => at.slice(0, 5)).join(", ");
/** @param {number[]} days */
export const daysWords = (days) => (days.length === 7 ? "" : `, ${days.map((day) => DAY_NAMES[day - 1]).join(", ")}`);

/** @param {Task} task */
export function taskLine({ kind, subject, words, times, days }) {
  const when = [times.map((at) => at.slice(0, 5)).join(","), ...(days.length === 7 ? [] : [days.map((day) => DAYS[day - 1]).join(",")])];
  return [kind, ...(subject ? [subject] : []), ...when, words ?? ""].join(" ");
}
/** @param {{ text: string, times: string[] }} one */
export const medicineLine = ({ text, times }) => `${times.map((at) => at.slice(0, 5)).join(",")} ${text}`;

/** @param {string} word */
const timesIn = (word) => { const all = word.split(","); return all.every((at) => TIME.test(at)) ? all : null; };
/** @param {string} word */
const daysIn = (word) => { const all = word.toLowerCase().split(",").map((day) => DAYS.indexOf(day) + 1); return all.every((day) => day > 0) ? all : null; };

/** @param {string} line */
function taskOf(line) {
  const words = line.split(/\s+/);
  const kind = words.shift() ?? "";
  if (!KINDS.includes(kind)) throw new Error(t("“{line}”: begin with measure, answer or walk.", { line }));
  const subject = kind === "walk" ? null : words.shift() ?? "";
  const times = timesIn(words.shift() ?? "");
  if (!times) throw new Error(t("“{line}”: the times are missing, for example 08:00,20:00.", { line }));
  const days = words.length > 1 ? daysIn(words[0]) : null;
  if (days) words.shift();
  if (!words.length) throw new Error(t("“{line}”: say in words what is to do.", { line }));
  return { kind, ...(subject !== null && { subject }), times, ...(days && { days }), words: words.join(" ") };
}
/** @param {string} text */
export const tasksOf = (text) => linesOf(text).map(taskOf);
/** @param {string} text */
export const medicinesOf = (text) => linesOf(text).map((line) => {
  const [first, ...rest] = line.split(/\s+/);
  const times = timesIn(first);
  if (!times || !rest.length) throw new Error(t("“{line}”: first the times, then the medicine: 08:00,20:00 Ramipril 5 mg.", { line }));
  return { times, text: rest.join(" ") };
});
