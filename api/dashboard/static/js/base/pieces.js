// Long lists and boards are drawn in short tasks, so that a press waits for one of them and not for the whole.
// Nothing is drawn under a hand that presses; printing waits for the whole.
import { arrange, patch } from "./patch.js";
import { pressed } from "./steady.js";

const TASK_MS = 8;
const LATER_MS = 50;
const UNSEEN_MS = 100; // a page that nobody sees is given no frames
const waiting = new Map();
let timer = 0;
let frame = 0;
let busy = false;

function work(until) {
  for (const [what, rest] of waiting) {
    while (rest.length) {
      if (performance.now() >= until) return;
      rest.shift()();
    }
    if (waiting.get(what) === rest) waiting.delete(what);
  }
}
function step(until) {
  clearTimeout(timer);
  cancelAnimationFrame(frame);
  busy = true;
  try { work(until); } finally {
    busy = false;
    if (waiting.size) soon();
  }
}
// What a task has drawn is laid out before the next one draws more: a long list at once would be a long task again.
function soon() {
  timer = setTimeout(later, pressed() ? LATER_MS : UNSEEN_MS);
  if (!pressed()) frame = requestAnimationFrame(() => { clearTimeout(timer); timer = setTimeout(later); });
}
const later = () => step(pressed() ? 0 : performance.now() + TASK_MS);

// Does each of `works` in its turn, the first at once; what was still to be done of `what` is forgotten.
/** @param {unknown} what @param {(() => void)[]} works */
export function inTurn(what, works) {
  waiting.delete(what);
  waiting.set(what, [...works]);
  if (!busy) step(performance.now() + TASK_MS);
}
globalThis.addEventListener?.("beforeprint", () => step(Infinity));

// A list whose lines are made one after another by `line(item)`, each with a `data-key`, and stay the same nodes.
/** @param {HTMLElement} where @param {(item: any) => HTMLElement} line @returns {(items: any[]) => void} */
export function longList(where, line) {
  let nodes = new Map();
  return (items) => {
    const kept = new Map();
    const first = nodes.size === 0;
    const one = (item) => () => {
      const made = line(item);
      const old = nodes.get(made.dataset.key);
      if (old) patch(old, made);
      kept.set(made.dataset.key, old ?? made);
      if (first) where.append(made);
    };
    inTurn(where, [() => { if (first) where.replaceChildren(); }, ...items.map(one), () => { nodes = kept; arrange(where, [...kept.values()]); }]);
  };
}
