// What was entered without a line is kept on this phone and sent when there is one: under a name of its
// own, so that it counts once however often it is sent.
import { wardNow } from "../base/clock.js";
import { post } from "../base/http.js";
import { t } from "../base/language.js";

const KEY = `homeward.unsent.${document.body.dataset.user ?? ""}`;
const AGAIN_MS = 20000;
const GONE = new Set([401, 403, 404, 409, 422]); // said for good: to send it again changes nothing
let sending = false;

export const unsent = () => { try { return JSON.parse(localStorage.getItem(KEY) ?? "[]"); } catch { return []; } };
const keep = (items) => { try { localStorage.setItem(KEY, JSON.stringify(items)); return true; } catch { return false; } };
const named = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
// No answer, or one that says "later": the line is to blame, not what was entered.
const ofTheLine = (problem) => !problem.status || problem.status >= 500 || problem.status === 429;

// Sends now, or keeps it; resolves to whether it was sent, throws what was refused.
// `told` hears the answer; `once` names it, so that what is asked about first and sent after is one.
export async function sendOrKeep(path, body, { once = named(), kept = body, told = (_answer) => {} } = {}) {
  try {
    told(await post(path, body, { "Idempotency-Key": once }));
    return true;
  } catch (problem) {
    if (!ofTheLine(problem)) throw problem;
    if (!keep([...unsent(), { once, path, body: kept, at: wardNow() }])) throw new Error(t("Not saved: there is no line, and this phone keeps nothing. Call the ward."));
    return false;
  }
}
// Sends what was kept, the oldest first, until one does not go; `told` hears what happened to each.
export async function sendKept(told) {
  if (sending) return;
  sending = true;
  try {
    for (const one of unsent()) {
      try {
        await post(one.path, one.body, { "Idempotency-Key": one.once });
        told(one, null);
      } catch (problem) {
        if (!GONE.has(problem.status) || problem.status === 401) break;
        told(one, problem);
      }
      keep(unsent().filter((other) => other.once !== one.once));
    }
  } finally { sending = false; }
}
export function sendWhenThereIsALine(told) {
  const go = () => sendKept(told);
  addEventListener("online", go);
  setInterval(go, AGAIN_MS);
  return go();
}
