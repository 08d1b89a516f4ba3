// What all charts of a page share: one cursor. The charts of a second period follow at the same place.
import uPlot from "../../vendor/uPlot.esm.js";

export const SYNC = "homeward";
export const BEFORE = "homeward-before";
let last = null; // where the cursor stands (ms), or null once it has left: once for all charts
let leading = false;

export function follow(plot) {
  if (leading) return;
  const { left, top, idx } = plot.cursor;
  const inside = left !== undefined && left >= 0 && idx !== null && idx !== undefined;
  const own = plot.cursor.sync.key;
  if (own === SYNC) tell(inside ? plot.posToVal(left, "x") * 1000 : null);
  leading = true;
  for (const other of uPlot.sync(own === SYNC ? BEFORE : SYNC).plots) other.setCursor({ left: inside ? (left / plot.over.clientWidth) * other.over.clientWidth : -10, top });
  leading = false;
}
function tell(at) {
  if (at === last) return;
  last = at;
  document.dispatchEvent(new CustomEvent("chartcursor", { detail: { at } }));
}
