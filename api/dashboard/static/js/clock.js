// The ward's clock as the server tells it: every age on a page is counted by it, never by this
// computer's own clock, which may be wrong (or a simulated day may run faster than life).
let base = { ward: Date.now(), at: performance.now(), rate: 1, zone: undefined };
const formats = new Map();

export function setClock(nowText, rate, zone) {
  base = { ward: Date.parse(nowText), at: performance.now(), rate: rate || 1, zone: zone || undefined };
}
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

export const clockText = (ms, zone = base.zone) => format(zone, CLOCK).format(ms);
export const secondsText = (ms) => format(base.zone, { ...CLOCK, second: "2-digit" }).format(ms);
export const zoneName = () => base.zone ?? "";
// The zone in which this page writes times, short and in words: "CET". The ward's, else this computer's.
export const zoneText = () => format(base.zone, { ...CLOCK, timeZoneName: "short" }).formatToParts(wardNow()).find((part) => part.type === "timeZoneName").value;
export const dayText = (ms) => format(base.zone, DAY).format(ms);

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
  for (const node of document.querySelectorAll("[data-ward-clock]")) node.textContent = `${secondsText(wardNow())} ${zoneText()}`;
  for (const node of document.querySelectorAll("[data-ward-day]")) node.textContent = dayText(wardNow());
  for (const node of document.querySelectorAll("[data-zone-clock]")) node.textContent = clockText(wardNow(), node.dataset.zoneClock);
}
