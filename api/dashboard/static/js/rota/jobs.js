// Questions that may take longer than a moment: asked once, looked at until they are answered.
import { get, post } from "../base/http.js";

const LOOK_MS = 700;
const later = (ms) => new Promise((done) => { setTimeout(done, ms); });

// Sends `body`; `progress(share)` is told how far it is while it takes its time.
export async function answered(path, body, progress) {
  let told = await post(path, body);
  if (!told.id || told.status) return told;
  const { id } = told;
  do {
    await later(LOOK_MS);
    told = await get(`/allocation/what-if/${id}`);
    progress?.(told.progress);
  } while (told.state !== "done");
  return told.result;
}
