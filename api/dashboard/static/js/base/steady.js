// Keeps the page still under a hand. A list that moves between aiming and pressing makes somebody
// answer another patient's alert, and one that moves during the press loses it. So what an update
// changes waits while a button is pressed or the pointer moves, never long, and is drawn right after.
const RESTED_MS = 400;
const LONGEST_AIM_MS = 2000;
const LONGEST_PRESS_MS = 20000; // a hand that went away must not keep the page old
const CLICK_FOLLOWS_MS = 100;
const LOOK_MS = 50;
const waiting = new Set();
let pressedAt = null;
let draggedAt = null;
let movedAt = -Infinity;
let waitsSince = null;

function letGo() {
  const was = pressedAt;
  setTimeout(() => { if (pressedAt === was) pressedAt = null; }, CLICK_FOLLOWS_MS);
}
addEventListener("pointerdown", () => { pressedAt = performance.now(); }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, letGo, true);
// A drag cancels the press it began with, and moves the pointer without saying so.
addEventListener("dragstart", () => { draggedAt = performance.now(); }, true);
for (const end of ["dragend", "drop"]) addEventListener(end, () => { draggedAt = null; }, true);
addEventListener("blur", (event) => { if (event.target === window) letGo(); });
addEventListener("pointermove", (event) => {
  movedAt = performance.now();
  if (event.buttons === 0 && pressedAt !== null) letGo();
}, true);

const since = () => draggedAt ?? pressedAt;
// Whether something is pressed or dragged now.
export const pressed = () => since() !== null && performance.now() - since() < LONGEST_PRESS_MS;
function handIsOn(now) {
  if (since() !== null) return now - since() < LONGEST_PRESS_MS;
  return now - movedAt < RESTED_MS && now - waitsSince < LONGEST_AIM_MS;
}
function look() {
  if (handIsOn(performance.now())) { setTimeout(look, LOOK_MS); return; }
  waitsSince = null;
  const due = [...waiting];
  waiting.clear();
  for (const draw of due) queueMicrotask(draw); // one that fails keeps no other back
}

// Returns `draw` for updates that nobody at this page asked for: many at once are drawn once. The
// first is drawn at once, since nothing stands there yet that a hand could be on.
export function steady(draw) {
  let drawn = false;
  return () => {
    if (!drawn) { drawn = true; draw(); return; }
    waiting.add(draw);
    if (waitsSince !== null) return;
    waitsSince = performance.now();
    queueMicrotask(look);
  };
}
