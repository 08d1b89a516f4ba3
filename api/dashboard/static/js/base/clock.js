// The ward's clock as the server tells it: every age on a page is counted by it, never by this
// computer's own clock, which may be wrong (or a simulated day may run faster than life).
let place; // the zone of whom the page is about, if it is about one person
let base = { ward: Date.now(), at: performance.now(), rate: 1, zone: undefined };
const formats = new Map();

export function setClock(nowText, rate, zone) {
  base = { ward: Date.parse(nowText), at: performance.now(), rate: rate || 1, zone: zone || undefined };
}
// A page about one person writes their own civil time; what is shown says which.
export function setPlace(zone) { place = zone || undefined; }
const here = () => place ?? base.zone;
export const wardZone = () => base.zone;
export const wardNow = () => base.ward + (performance.now() - base.at) * base.rate;

function format(zone, options) {
  const key = `${zone}|${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    let made;
    try { made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }); }
    catch { made = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }); }
    formats.set(key, made);
  }
  return formats.get(key);
}
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY = { day: "numeric", month: "short" };

export const clockText = (ms, zone = here()) => format(zone, CLOCK).format(ms);
export const secondsText = (ms) => format(base.zone, { ...CLOCK, second: "2-digit" }).format(ms);
export const zoneName = () => here() ?? "";
// The zone in which this page writes times, short and in words: "CET". The ward's, else this computer's.
export const zoneText = (zone = here()) => format(zone, { ...CLOCK, timeZoneName: "short" }).formatToParts(wardNow()).find((part) => part.type === "timeZoneName").value;
export const dayText = (ms) => format(here(), DAY).format(ms);
// 2026-10-25, the civil day of a moment.
export const dateText = (ms) => new Intl.DateTimeFormat("en-CA", { timeZone: here(), year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);

// 14:05, or 3 Mar 14:05 when that was another day on the ward.
export function timeText(ms) {
  return dayText(ms) === dayText(wardNow()) ? clockText(ms) : `${dayText(ms)} ${clockText(ms)}`;
}
export function span(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "never";
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 172800) {
    const minutes = Math.floor((s % 3600) / 60);
    return `${Math.floor(s / 3600)} h${minutes ? ` ${String(minutes).padStart(2, "0")}` : ""}`;
  }
  return `${Math.round(s / 86400)} days`;
}
export const ago = (ms) => (ms > wardNow() + 1000 ? `in ${span((ms - wardNow()) / 1000)}` : `${span((wardNow() - ms) / 1000)} ago`);

// <time>14:05 (3 min ago)</time>, kept up to date by tick().
export function moment(text, { prefix = "", only = false } = {}) {
  const node = document.createElement("time");
  if (!text) { node.textContent = `${prefix}never`; return node; }
  node.dateTime = text;
  node.dataset.prefix = prefix;
  if (only) node.dataset.only = "age";
  write(node);
  return node;
}
function write(node) {
  const ms = Date.parse(node.dateTime);
  const text = node.dataset.only ? ago(ms) : `${timeText(ms)} (${ago(ms)})`;
  const whole = `${node.dataset.prefix ?? ""}${text}`;
  if (node.textContent !== whole) node.textContent = whole;
}
export function tick() {
  for (const node of document.querySelectorAll("time[data-prefix]")) write(node);
  for (const node of document.querySelectorAll("[data-ward-clock]")) node.textContent = `${secondsText(wardNow())} ${zoneText(base.zone)}`;
  for (const node of document.querySelectorAll("[data-ward-day]")) node.textContent = dayText(wardNow());
  for (const node of document.querySelectorAll("[data-zone-clock]")) node.textContent = clockText(wardNow(), node.dataset.zoneClock);
}
