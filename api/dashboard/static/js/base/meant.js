// What the server doubts is asked: is it meant, why, and until when? Then it is sent again with the answer.
import { dateText, dayStart, wardNow } from "./clock.js";
import { field, formDialog } from "./dialog.js";
import { h } from "./dom.js";

const DAY_MS = 86400000;
const day = dateText;

// Sends `body`; `send(body)` may be refused as doubtful, and then gets what the person adds.
export async function meant(send, body, { whose, until = true, reason = true }) {
  try { return await send(body); } catch (problem) {
    if (problem.type !== "doubtful" || !problem.send.length) throw problem;
    return asked(problem, (said) => send({ ...body, ...said }), { whose, until, reason });
  }
}
function asked(problem, again, { whose, until, reason }) {
  return new Promise((resolve, reject) => {
    const why = h("textarea", { rows: 2, required: true, minlength: 3, maxlength: 1000 });
    const end = h("input", { type: "date", required: true, min: day(wardNow() + DAY_MS), max: day(wardNow() + 90 * DAY_MS), value: day(wardNow() + 7 * DAY_MS) });
    const dialog = formDialog({ title: `Is this meant for ${whose}?`, act: "It is meant", danger: true, parts: [
      h("p", {}, "This is not usual. A slip of the finger here can silence an alert, or raise one without end."),
      h("ul", {}, problem.errors.map((one) => h("li", {}, h("b", {}, one.field), `: ${one.message}`))),
      reason && field("reason", "Why", why), until && field("until", "Until the end of, then the ward's limit holds again", end)],
      send: async () => {
        const said = { confirm: true, ...(reason ? { reason: why.value.trim() } : {}), ...(until ? { until: new Date(dayStart(end.value, { days: 1 })).toISOString() } : {}) };
        resolve(await again(said));
      } });
    dialog.addEventListener("close", () => reject(problem));
  });
}
