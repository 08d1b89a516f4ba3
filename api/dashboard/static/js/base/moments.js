// Moments as nodes whose words stay true while the page stands.
import { dayText, shortSpan, zoneText, clockText, secondsText, ago, wardZone, wardNow, timeText } from "./clock.js";
import { $$ } from "./dom.js";
import { t } from "./language.js";

// <time>14:05 (3 min ago)</time>, kept up to date by tick(); `only` the age, or that in short.
/** @param {string} text @param {{ prefix?: string, only?: boolean | "short" }} how */
export function moment(text, { prefix = "", only = false } = {}) {
  const node = document.createElement("time");
  if (!text) { node.textContent = `${prefix}${t("never")}`; return node; }
  node.dateTime = text;
  node.dataset.prefix = prefix;
  if (only) node.dataset.only = only === "short" ? "short" : "age";
  write(node);
  return node;
}
function write(node) {
  const ms = Date.parse(node.dateTime);
  const text = node.dataset.only === "short" ? shortSpan((wardNow() - ms) / 1000) : node.dataset.only ? ago(ms) : `${timeText(ms)} (${ago(ms)})`;
  const whole = `${node.dataset.prefix ?? ""}${text}`;
  if (node.textContent !== whole) node.textContent = whole;
}
export function tick() {
  for (const node of document.querySelectorAll("time[data-prefix]")) write(node);
  for (const node of document.querySelectorAll("[data-ward-clock]")) node.textContent = `${secondsText(wardNow())} ${zoneText(wardZone())}`;
  for (const node of document.querySelectorAll("[data-ward-day]")) node.textContent = dayText(wardNow());
  for (const node of $$("[data-zone-clock]")) node.textContent = clockText(wardNow(), node.dataset.zoneClock);
}
