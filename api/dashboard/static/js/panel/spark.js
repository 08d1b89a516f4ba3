// A day in small: the worst NEWS2 of each half-hour as steps, a gap where nothing was scored.
import { svg } from "../base/dom.js";

const WIDTH = 72;
const HEIGHT = 20;
const MOST = 10; // points at the upper edge: above 7 it is an emergency all the same
const URGENT = 5;

// The path of `values` (null: nothing was there), in the coordinates of the picture.
/** @param {(number | null)[]} values @returns {string} */
export function stepsOf(values) {
  const step = WIDTH / values.length;
  const y = (/** @type {number} */ value) => (HEIGHT - 1 - (Math.min(value, MOST) / MOST) * (HEIGHT - 2)).toFixed(1);
  let path = "";
  values.forEach((value, at) => {
    if (value === null) return;
    path += `${at > 0 && values[at - 1] !== null ? "L" : "M"}${(at * step).toFixed(1)} ${y(value)}H${((at + 1) * step).toFixed(1)}`;
  });
  return path;
}
/** @param {(number | null)[] | undefined} values */
export function spark(values) {
  const known = (values ?? []).filter((value) => value !== null);
  if (!values || !known.length) return null;
  const line = HEIGHT - 1 - (URGENT / MOST) * (HEIGHT - 2);
  const label = `NEWS2 of the last 24 h: from ${Math.min(...known)} to ${Math.max(...known)}, now ${values.findLast((value) => value !== null)}`;
  return svg("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    svg("path", { class: "five", d: `M0 ${line}H${WIDTH}` }), svg("path", { class: "course", d: stepsOf(values) }));
}
