// Zoom and pan over the course: drawn with the pointer on any chart, by buttons, by keys, by the wheel with Shift.
import { timeText, wardNow } from "../base/clock.js";
import { $ } from "../base/dom.js";
import { keepShown } from "./window.js";

const LEAST_MS = 5 * 60000;
const WHEEL_STEP = 0.15;

// What is shown after a step by `share` of its width (to the right is later), never beyond now.
/** @param {{ from: number, to: number }} shown @param {number} share @param {number} now */
export function panned(shown, share, now) {
  const step = Math.min((shown.to - shown.from) * share, now - shown.to);
  return { from: shown.from + step, to: shown.to + step };
}
/** @param {{ from: number, to: number }} shown @param {number} factor below 1 shows less */
export function zoomed(shown, factor) {
  const middle = (shown.from + shown.to) / 2;
  const half = Math.max(LEAST_MS, (shown.to - shown.from) * factor) / 2;
  return { from: middle - half, to: middle + half };
}
const KEYS = { "[": "earlier", "]": "later", "+": "closer", "-": "wider", 0: "whole" };
// `course.window` is what is shown, if somebody chose it; `draw()` asks for it.
export function zoom(course, draw) {
  const shown = () => course.window ?? { from: wardNow() - course.hours * 3600000, to: wardNow() };
  function tell() {
    $("zoomed").textContent = course.window ? `${timeText(course.window.from)} to ${timeText(course.window.to)}` : "";
    $("whole").hidden = !course.window;
  }
  function show(window) {
    course.window = window;
    keepShown(course);
    tell();
    draw();
  }
  $("charts").addEventListener("zoom", (/** @type {any} */ event) => { if (event.detail.to - event.detail.from >= LEAST_MS) show(event.detail); });
  const acts = { earlier: () => show(panned(shown(), -0.5, wardNow())), later: () => show(panned(shown(), 0.5, wardNow())), closer: () => show(zoomed(shown(), 0.5)), wider: () => show(zoomed(shown(), 2)), whole: () => show(null) };
  for (const [name, act] of Object.entries(acts)) $(name).addEventListener("click", act);
  $("part-course").addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    event.preventDefault();
    acts[act]();
  });
  $("charts").addEventListener("wheel", (event) => {
    if (!event.shiftKey) return;
    event.preventDefault();
    show(panned(shown(), Math.sign(event.deltaY || event.deltaX) * WHEEL_STEP, wardNow()));
  }, { passive: false });
  tell();
  return { whole: () => show(null), tell };
}
