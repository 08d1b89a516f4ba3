// Everything on the time line as a list, newest first: for who reads rather than looks.
import { patientAnswers } from "./answers.js";
import { wardNow } from "../base/clock.js";
import { $, empty, h, mark, trouble } from "../base/dom.js";
import { page } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { eventWords, LANES } from "../words/events.js";

const DAYS = 14;
const DAY_MS = 86400000;
const NAMES = Object.fromEntries(LANES);

function entry(one) {
  return h("li", { "data-key": `${one.kind}-${one.id}-${one.at}` }, h("span", { class: "tag" }, NAMES[one.kind] ?? one.kind), " ", one.priority && [mark(one.priority), " "], h("span", { class: "words" }, eventWords(one)), " ",
    h("span", { class: "soft small" }, moment(one.at), one.until && [" to ", moment(one.until)]));
}
async function load(id) {
  try {
    const { items, cut } = await page(`/ui/patients/${id}/events`, { from: new Date(wardNow() - DAYS * DAY_MS).toISOString(), to: new Date(wardNow() + 1).toISOString() });
    update($("event-list"), items.length ? h("ol", { class: "event-list" }, items.toReversed().map(entry)) : empty(`Nothing in the last ${DAYS} days.`, "Notes, messages, alerts, changes of the plan and what happened to devices stand here."),
      cut && h("p", { class: "ageing" }, "There was more than can be listed: this is the older part."));
  } catch (problem) { trouble($("event-list"), problem); }
}
// Shows the list now, and again after something was written.
export async function eventList(id) {
  patientAnswers(id);
  addEventListener("written", () => load(id));
  await load(id);
}
