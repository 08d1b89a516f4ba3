// The ward's clock as the server tells it: every age on a page is counted by it, never by this
// computer's own clock, which may be wrong (or a simulated day may run faster than life).
import { LOCALE, t } from "./language.js";
/** @type {string | undefined} */
let place; // the zone of whom the page is about, if it is about one person
/** @type {{ ward: number, at: number, rate: number, zone: string | undefined }} */
let base = { ward: Date.now(), at: performance.now(), rate: 1, zone: undefined };
/** @type {Map<Intl.DateTimeFormatOptions, Map<string | undefined, Intl.DateTimeFormat>>} */
const formats = new Map();

/** @param {string} nowText @param {number} rate @param {string} [zone] */
export function setClock(nowText, rate, zone) {
  base = { ward: Date.parse(nowText), at: performance.now(), rate: rate || 1, zone: zone || undefined };
}
// A page about one person writes their own civil time; what is shown says which.
/** @param {string | null} [zone] */
export function setPlace(zone) { place = zone || undefined; }
const here = () => place ?? base.zone;
export const wardZone = () => base.zone;
export const wardNow = () => base.ward + (performance.now() - base.at) * base.rate;

// Kept by the options themselves, of which there are few: hundreds of ages are written every second.
/** @param {string | undefined} zone @param {Intl.DateTimeFormatOptions} options @returns {Intl.DateTimeFormat} */
function format(zone, options) {
  /** @type {Map<string | undefined, any>} */
  const known = formats.get(options) ?? new Map();
  if (!known.size) formats.set(options, known);
  if (!known.has(zone)) {
    let made;
    try { made = new Intl.DateTimeFormat(LOCALE, { timeZone: zone, ...options }); }
    catch { made = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", ...options }); }
    known.set(zone, made);
  }
  return known.get(zone);
}
/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
/** @type {Intl.DateTimeFormatOptions} */
const SECONDS = { ...CLOCK, second: "2-digit" };
/** @type {Intl.DateTimeFormatOptions} */
const ZONED = { ...CLOCK, timeZoneName: "short" };
/** @type {Intl.DateTimeFormatOptions} */
const DAY = { day: "numeric", month: "short" };

/** @param {number} ms */
export const clockText = (ms, zone = here()) => format(zone, CLOCK).format(ms);
/** @param {number} ms */
export const secondsText = (ms) => format(base.zone, SECONDS).format(ms);
export const zoneName = () => here() ?? "";
// The zone in which this page writes times, short and in words: "CET". The ward's, else this computer's.
export const zoneText = (zone = here()) => format(zone, ZONED).formatToParts(wardNow()).find((part) => part.type === "timeZoneName")?.value ?? "";
/** @param {number} ms */
export const dayText = (ms) => format(here(), DAY).format(ms);
// 2026-10-25, the civil day of a moment.
/** @param {number} ms */
export const dateText = (ms) => new Intl.DateTimeFormat("en-CA", { timeZone: here(), year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);

/** @type {Intl.DateTimeFormatOptions} */
const WHOLE = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" };
// How far a zone's clocks are ahead of UTC at a moment, in ms.
/** @param {number} ms @param {string} [zone] */
function ahead(ms, zone) {
  const told = Object.fromEntries(format(zone, WHOLE).formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  return Date.UTC(told.year, told.month - 1, told.day, told.hour, told.minute, told.second) - Math.floor(ms / 1000) * 1000;
}
// The moment (ms) at which a civil day, like 2026-10-25, begins where this page is; the one after it: when it ends.
/** @param {string} text @param {{ days?: number, zone?: string }} [how] */
export function dayStart(text, { days = 0, zone = here() } = {}) {
  const wall = Date.parse(`${text}T00:00:00Z`) + days * 86400000;
  const near = wall - ahead(wall, zone);
  return wall - ahead(near, zone);
}
// The civil day of what the server tells: a moment by this page's clock, a day as it is.
/** @param {string | null | undefined} text */
export const civilDay = (text) => (text?.includes("T") ? dateText(Date.parse(text)) : text ?? "");

// A civil day in words: 25 October 2026.
/** @param {string} text */
export const dateWords = (text) => new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeZone: "UTC" }).format(Date.parse(`${civilDay(text)}T00:00:00Z`));

/** @type {{ minute: number, zone: string | undefined, text: string }} */
let day = { minute: NaN, zone: undefined, text: "" };
function today() {
  const minute = Math.floor(wardNow() / 60000);
  if (minute !== day.minute || here() !== day.zone) day = { minute, zone: here(), text: dayText(wardNow()) };
  return day.text;
}
// 14:05, or 3 Mar 14:05 when that was another day on the ward.
/** @param {number} ms */
export function timeText(ms) {
  return dayText(ms) === today() ? clockText(ms) : `${dayText(ms)} ${clockText(ms)}`;
}
/** @param {number | null} [seconds] */
export function span(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return t("never");
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return t("{n} s", { n: s });
  if (s < 5400) return t("{n} min", { n: Math.round(s / 60) });
  if (s < 172800) {
    const minutes = Math.floor((s % 3600) / 60);
    const hours = Math.floor(s / 3600);
    return minutes ? t("{hours} h {minutes}", { hours, minutes: String(minutes).padStart(2, "0") }) : t("{n} h", { n: hours });
  }
  return t("{n} days", { n: Math.round(s / 86400) });
}
// An age in a table's cell: whole minutes, so that a screen of them is written once a minute and not every second.
/** @param {number} seconds */
export const shortSpan = (seconds) => (seconds < 60 ? t("<1 min") : seconds < 5400 ? t("{n} min", { n: Math.floor(seconds / 60) }) : span(seconds));
/** @param {number} ms */
export const ago = (ms) => (ms > wardNow() + 1000 ? t("in {span}", { span: span((ms - wardNow()) / 1000) }) : t("{span} ago", { span: span((wardNow() - ms) / 1000) }));
