// Elements made by hand: text is always text, so nothing that a person typed can become markup.
import { wardNow } from "./clock.js";
import { moment } from "./moments.js";
import { t, woven } from "./language.js";

const SVG = "http://www.w3.org/2000/svg";
/** The element of an id; what kind it is, the template says. @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id);

// Elements by a selector, of whatever kind.
/** @type {(selector: string, within?: ParentNode) => any[]} */
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false || (value === "" && name === "aria-label")) continue;
    if (name === "onclick") node.onclick = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
// What is wider than its place is scrolled there, by keyboard too: for tables and charts in which nothing else has the focus.
export const scroller = (label, kind, ...children) => h("div", { class: `scroll ${kind}`.trim(), tabindex: "0", role: "region", "aria-label": label }, ...children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// One shape for each priority, so that colour is never alone.
const SHAPES = {
  high: "M8 .8 15.6 15H.4z",
  medium: "M8 .5 15.5 8 8 15.5.5 8z",
  low: "M8 1.5a6.5 6.5 0 1 0 .01 0z",
};
export const WORDS = { high: "HIGH", medium: "MEDIUM", low: "LOW" };
export function shape(priority) {
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: SHAPES[priority], fill: "currentColor" }));
}
export function mark(priority, text = WORDS[priority]) {
  return h("span", { class: `mark ${priority}` }, shape(priority), text);
}
export function bar(share, label) {
  const fillIn = h("i");
  fillIn.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return h("span", { class: share > 1 ? "bar over" : "bar", role: "img", "aria-label": label }, fillIn);
}

export function empty(title, advice) {
  return h("div", { class: "empty" }, h("strong", {}, title), advice);
}
const holds = (where) => [...where.children].some((child) => !child.matches(".trouble, .loading"));
// What was shown before stays, as of when it was: old is better than nothing, if it says so.
export function trouble(where, problem, advice = t("The page tries again by itself."), old = holds(where)) {
  const first = ":scope > .trouble";
  const since = where.querySelector(first)?.dataset.since ?? new Date(wardNow()).toISOString();
  const box = h("div", { class: "trouble", role: "alert", "data-key": "trouble", "data-since": since }, h("strong", {}, t("This part could not be loaded.")), `${problem.message} ${advice}`,
    old && [" ", woven("What stands below may be old: failing since {when}.", { when: moment(since) })]);
  for (const child of where.querySelectorAll(`${first}, :scope > .loading`)) child.remove();
  where.prepend(box);
}
// What folds out may have been opened before its script was there: `act` is told at once, and of each change.
/** @param {any} details @param {(open: boolean) => unknown} act */
export function onToggle(details, act) {
  details.addEventListener("toggle", () => act(details.open));
  act(details.open);
}
// Each message is a line of its own, so that of two at once both are heard, and each once.
const HEARD_MS = 10000;
export function say(text, urgent = false) {
  const line = h("p", {}, text);
  $(urgent ? "say-now" : "say")?.append(line);
  setTimeout(() => line.remove(), HEARD_MS);
}
