// Messages of hospital systems that were refused: why, what they say, tried again or dismissed.
import { confirmDialog, noticeDialog, tried } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { watch } from "../base/vigil.js";

const PAGE_SIZE = 50;
const LOOK_AGAIN_MS = 2000;
const EVENTS = { "ADT^A01": "Admission", "ADT^A02": "Transfer", "ADT^A03": "Discharge", "ADT^A08": "Change of a record", "ADT^A40": "Merge of two records", "ORU^R01": "Results" };
let items = [];
let next = null;
let waits = 0;

async function load(more = false) {
  try {
    const answer = await get("/hl7/refused", { limit: PAGE_SIZE, cursor: more ? next : null });
    items = more ? [...items, ...answer.items] : answer.items;
    next = answer.next;
    draw();
  } catch (problem) { trouble($("messages"), problem, "Try again."); }
}
const words = (one) => EVENTS[one.event] ?? one.event;
const about = (one) => `${words(one)}, control number ${one.control_id || "none"}`;
function act(label, one, onclick) {
  return h("button", { type: "button", class: "quiet", "aria-label": `${label.replace("…", "")}: ${about(one)}`, onclick }, label);
}
function actions(one) {
  if (one.retry_asked_at) return [h("span", { class: "soft" }, "is tried again "), act("Read…", one, () => read(one))];
  return [act("Read…", one, () => read(one)), " ", act("Try again", one, () => again(one)), " ", act("Dismiss…", one, () => dismiss(one))];
}
function row(one) {
  const often = one.times > 1 && h("div", { class: "small soft" }, `${one.times} times, first `, moment(one.first_at));
  return h("tr", { "data-message": one.id, "data-key": one.id },
    h("td", { class: "wide" }, moment(one.last_at), often),
    h("td", { "data-label": "What" }, h("b", {}, words(one)), h("div", { class: "small soft" }, one.direction === "out" ? "a result of ours, refused there" : "came in", one.control_id && [", ", h("code", {}, one.control_id)])),
    h("td", { "data-label": "From" }, one.sender.split("|").filter(Boolean).join(", ") || h("span", { class: "soft" }, "not said")),
    h("td", { "data-label": "Why" }, one.reason || h("span", { class: "soft" }, "no reason was given")),
    h("td", { "data-label": "Patient" }, one.patient ? h("a", { href: `/patients/${one.patient}`, "aria-label": `The record that it is about: ${about(one)}` }, "their record") : h("span", { class: "soft" }, "not known here")),
    h("td", {}, actions(one)));
}
function draw() {
  const heads = ["Came", "What", "From", "Why", "Patient"];
  $("messages").replaceChildren(items.length
    ? h("div", { class: "scroll card" }, h("table", { class: "stack" }, h("caption", { class: "visually-hidden" }, "Refused messages, newest first"),
      h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "What to do")))), h("tbody", {}, items.map(row))))
    : empty("No message is refused.", "What is refused stands here for 30 days."));
  $("pager").hidden = !next;
}
async function read(one) {
  await tried($("hl7-told"), "", async () => {
    const { text } = await get(`/hl7/refused/${one.id}`);
    noticeDialog({ title: words(one), act: "Close", parts: text === null ? h("p", {}, "It cannot be opened any more: the person whom it names was erased.") : h("pre", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The message, a line for each segment" }, text) });
  });
}
async function again(one) {
  await tried($("hl7-told"), `${words(one)}: it is tried again.`, async () => {
    await post(`/hl7/refused/${one.id}/retry`, {});
    await load();
    waits = 10;
    lookAgain();
  });
}
// What is taken leaves the list: look until it has, or until it was refused again.
function lookAgain() {
  if (!waits || !items.some((one) => one.retry_asked_at)) return;
  waits -= 1;
  setTimeout(async () => { await load(); lookAgain(); }, LOOK_AGAIN_MS);
}
function dismiss(one) {
  confirmDialog({ title: "Dismiss this message?", act: "Dismiss it", about: about(one), parts: h("p", {}, `${words(one)}: it is deleted, and nothing of what it says is done. The log keeps that you did it.`),
    send: async () => { await post(`/hl7/refused/${one.id}/dismiss`, {}); await tried($("hl7-told"), `${words(one)}: dismissed.`, load); } });
}
$("more").addEventListener("click", () => load(true));

await watch();
await load();
