// What changes every second on the feed, and what is heard again: HIGH until somebody has it, and a
// line that is lost, since nothing can be raised here meanwhile.
import { $, $$ } from "../base/dom.js";
import { countdown, graveUnowned, nextCall } from "../words/unowned.js";

const REPEAT_MS = 10000; // a burst every 2.5 to 15 s (IEC 60601-1-8)
const LOST_MS = 5000; // a line that is opened again at once is no loss
const LOST_AGAIN_MS = 15000;
let lostAt = /** @type {number | null} */ (null);

/** @param {string} state */
export function heardLine(state) { lostAt = state === "live" ? null : lostAt ?? performance.now(); }
/** @param {Map<string, any>} alerts @param {{ burst: (priority: string) => void }} sound */
export function everySecond(alerts, sound) {
  setInterval(() => {
    $("open-due").textContent = nextCall(alerts.values());
    for (const node of $$("[data-due]")) node.textContent = `next call in ${countdown(Date.parse(node.dataset.due ?? ""))}`;
  }, 1000);
  setInterval(() => { if (graveUnowned(alerts.values())) sound.burst("high"); }, REPEAT_MS);
  setInterval(() => { if (lostAt !== null && performance.now() - lostAt > LOST_MS) sound.burst("medium"); }, LOST_AGAIN_MS);
}
