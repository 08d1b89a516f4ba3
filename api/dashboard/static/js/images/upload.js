// Uploads files piece by piece; after a cut line it goes on where the server says that it was.
import { get, post, Problem } from "../base/http.js";
import { t } from "../base/language.js";

const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15000];
const LOOK_MS = 700;
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

// A piece that the line swallowed is worth another try; what the server refuses is not.
const passing = (problem) => !(problem instanceof Problem) || problem.status >= 500 || problem.status === 409 || problem.status === 429;

/** @param {string} path @param {Blob} piece */
async function sent(path, piece) {
  const answer = await fetch(`/api/v1${path}`, { method: "PUT", body: piece, credentials: "same-origin", headers: { "Content-Type": "application/octet-stream" }, signal: AbortSignal.timeout(60000) });
  const told = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, told);
  return told;
}
/** @param {() => Promise<any>} work @param {(text: string) => void} say */
async function stubborn(work, say) {
  for (let tries = 0; ; tries += 1) {
    try { return await work(); } catch (problem) {
      if (!passing(problem)) throw problem;
      say(t("The line is cut: the upload goes on by itself."));
      await wait(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    }
  }
}
// Sends everything and waits until it was taken in; `tell(share, words)` hears how far it is.
/** @param {string} root @param {File[]} files @param {(share: number, words: string) => void} tell */
export async function upload(root, files, tell) {
  const whole = new Blob(files);
  let now = await post(`${root}/uploads`, { sizes: files.map((one) => one.size) });
  const path = `${root}/uploads/${now.id}`;
  const share = () => (whole.size ? now.received / whole.size : 1);
  const cut = (text) => tell(share() * 0.9, text);
  while (now.state === "receiving") {
    now = await stubborn(async () => {
      const from = (await asNow(now, path)).received;
      return sent(`${path}/bytes?at=${from}`, whole.slice(from, from + now.piece));
    }, () => { now = { ...now, stale: true }; cut(t("The line is cut: the upload goes on by itself.")); });
    tell(share() * 0.9, t("{n} % sent", { n: Math.floor(share() * 100) }));
  }
  while (now.state === "checking") {
    tell(0.9 + 0.1 * (now.files ? Math.min(1, now.done / now.files) : 0), t("Sent. Being checked and filed…"));
    await wait(LOOK_MS);
    now = await stubborn(() => get(path), cut);
  }
  return now;
}
// After a failure the server is asked how far it is; else what it said last holds.
async function asNow(now, path) {
  return now.stale ? get(path) : now;
}
