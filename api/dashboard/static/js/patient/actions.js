// What can be done for a patient from anywhere on their page: observe, note, ask, call; what is rarer, in a menu.
import { field, formDialog, options } from "../base/dialog.js";
import { $, h, say } from "../base/dom.js";
import { post } from "../base/http.js";
import { menu } from "../base/menu.js";
import { update } from "../base/patch.js";
import { metricName } from "../words/metrics.js";
import { called } from "../words/people.js";
import { phoneOf, STATEMENTS } from "../words/statements.js";
import { SCHEDULED } from "./device_schedule.js";

const HOURS_S = 3600;
const told = { patient: null, devices: [], then: () => {} };
const whom = () => called(told.patient);
const written = (text) => { say(text); dispatchEvent(new Event("written")); told.then(); };
const asks = () => document.body.dataset.role !== "patient";

function note() {
  formDialog({ title: `Note about ${whom()}`, act: "Save the note", about: whom(), parts: [field("text", "Note", h("textarea", { rows: 5, required: true, maxlength: 2000 }), "it stands on the time line, with your name, for who cares for this patient")],
    send: async (said) => { await post(`/patients/${told.patient.id}/notes`, { text: said.get("text") }); written("Note saved"); } });
}
// A command needs a device that is enrolled and in use; of several one is chosen.
const usable = () => told.devices.filter((one) => one.state === "enrolled" && !one.bound_to);
const picker = () => field("device", "Device", h("select", {}, options(usable().map((one) => [one.id, `${one.kind} ${one.serial ?? one.id}`]))));
function toDevice({ title, act, parts, order, done }) {
  if (!usable().length) { formDialog({ title, act: "Close", parts: [h("p", {}, "No device of this patient is enrolled and in use, so nothing can be sent. Call instead.")], send: async () => {} }); return; }
  formDialog({ title, act, about: whom(), parts: [usable().length > 1 && picker(), ...parts],
    send: async (said) => { await post(`/devices/${said.get("device") ?? usable()[0].id}/commands`, { ...order(said), expires_in_s: 24 * HOURS_S }); written(done); } });
}
const text = () => toDevice({ title: `Text on the device of ${whom()}`, act: "Send", done: "Text queued for the device", order: (said) => ({ command: "message", args: { text: said.get("text").trim() } }),
  parts: [field("text", "Text", h("textarea", { rows: 4, required: true, maxlength: 2000 }), "shown on the device and on their own page, and given up after a day; what is to be answered goes under Messages")] });
const ask = () => toDevice({ title: `Ask ${whom()} to measure`, act: "Ask", done: "Asked to measure", order: (said) => ({ command: "measure", args: { metric: said.get("metric") } }),
  parts: [field("metric", "What", h("select", {}, options(SCHEDULED.filter((one) => one !== "battery").map((one) => [one, metricName(one)]), "spo2")))] });
// Only what was changed is written: each statement keeps who said it, and when.
function statements() {
  const before = told.patient.statements ?? {};
  const parts = Object.entries(STATEMENTS).map(([kind, { label, hint }]) => field(kind, label, h("textarea", { rows: 2, maxlength: 2000 }, before[kind]?.text ?? ""), hint));
  formDialog({ title: `What the banner says of ${whom()}`, act: "Save", about: whom(), parts, send: async (said) => {
    for (const kind of Object.keys(STATEMENTS)) {
      const text = said.get(kind).trim();
      if (text && text !== (before[kind]?.text ?? "")) await post(`/patients/${told.patient.id}/notes`, { kind, text });
    }
    written("Saved");
  } });
}

// `then()` is called after something was written.
export function actions(patient, devices, then) {
  Object.assign(told, { patient, devices, then });
  const phone = phoneOf(patient.phone);
  const button = (key, words, act, kind = null) => h("button", { type: "button", "data-key": key, class: kind, "aria-label": `${words.replace("…", "")}: ${whom()}`, onclick: act }, words);
  update($("acts-now"), asks() && [button("note", "Note…", note), button("ask", "Ask to measure…", ask, "wide-only")],
    phone && h("a", { class: "button", "data-key": "call", href: `tel:${phone.replace(/[^+\d]/g, "")}`, "aria-label": `Call ${phone}, ${whom()}` }, "Call"));
  update($("acts-rare"), asks() && [button("ask", "Ask to measure…", ask, "narrow-only"), button("text", "Text on the device…", text), button("banner", "Allergies, oxygen, escalation…", statements)]);
  if ($("observe-whom")) $("observe-whom").textContent = whom();
}
menu($("acts-more"));
const observe = $("act-observe");
observe?.addEventListener("click", () => $("observe").showModal());
$("observe-close")?.addEventListener("click", () => $("observe").close());
$("observe")?.addEventListener("close", () => observe.focus());
