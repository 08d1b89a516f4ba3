// How much waits to be read or taken, beside the word Messages on every page, and wherever a page asks for one
// patient's: a node with `data-unread` holds their count. The stream says when to look; so does the clock.
import { get } from "./http.js";
import { $$, h } from "./dom.js";
import { update } from "./patch.js";
import { listed, t, tn } from "./language.js";

const LOOK_MS = 30000;
const SOON_MS = 200;
let known = { unread: 0, calls: 0, overdue: 0, patients: [] };
let of = new Map();
let timer = 0;

export const unreadOf = (patient) => of.get(patient) ?? 0;
const messages = (count) => tn("{n} unread message", "{n} unread messages", count);
const calls = (count) => tn("{n} call asked for", "{n} calls asked for", count);

function show() {
  for (const link of $$("nav a[href='/messages']")) {
    const said = [known.unread > 0 && messages(known.unread), known.calls > 0 && document.body.dataset.role !== "patient" && calls(known.calls)].filter(Boolean);
    const count = known.unread + (said.length && document.body.dataset.role !== "patient" ? known.calls : 0);
    update(link, t("Messages"), said.length > 0 && h("span", { class: known.overdue ? "count late" : "count", "data-key": "count" }, h("span", { "aria-hidden": "true" }, String(count)), h("span", { class: "visually-hidden" }, `, ${listed(said)}`)));
  }
  for (const node of $$("[data-unread]")) {
    const count = unreadOf(node.dataset.unread);
    update(node, count > 0 && h("span", { class: "count", "data-key": "count" }, h("span", { "aria-hidden": "true" }, String(count)), h("span", { class: "visually-hidden" }, messages(count))));
  }
}
export function tell(answer) {
  known = answer;
  of = new Map(answer.patients.map((one) => [one.patient, one.unread]));
  show();
  dispatchEvent(new CustomEvent("unread"));
}
export async function look() {
  clearTimeout(timer);
  try { if (document.visibilityState === "visible") tell(await get("/messages/unread")); } catch { /* the banner says that the line is lost */ }
  timer = setTimeout(look, LOOK_MS);
}
const soon = () => { clearTimeout(timer); timer = setTimeout(look, SOON_MS); };
addEventListener("care", soon);
document.addEventListener("visibilitychange", soon);
look();
