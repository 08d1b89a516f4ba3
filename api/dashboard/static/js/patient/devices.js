// A patient's devices: registered, given a one-time code, told what to do, taken back, revoked.
import { civilDay, span } from "../base/clock.js";
import { confirmDialog, field, formDialog, noticeDialog } from "../base/dialog.js";
import { $, h, empty, onToggle, say, trouble } from "../base/dom.js";
import { get, page, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { metricName } from "../words/metrics.js";
import { command } from "./device_commands.js";
import { codeParts } from "./enrolment.js";
import { scheduleRow, readSchedule } from "./device_schedule.js";

const REFRESH_MS = 15000;
const ENDING_DAYS = 30;
const STATES = { registered: "waits for enrolment", enrolled: "enrolled", ended: "use ended", revoked: "revoked" };
const stateOf = (device) => device.state !== "revoked" && device.bound_to ? "ended" : device.state;
let patient;
let whose = () => "";
const about = (device) => `${device.kind} ${device.serial ?? device.id} of ${whose()}`;
let known = [];
const drawSoon = steady(() => update($("devices"), known.length ? known.map(card) : empty("No device yet.", "Register one, then hand its one-time code over.")));

// `called` gives the patient's name with the second identifier, for every question asked here.
export async function showDevices(id, called) {
  patient = id;
  whose = called;
  $("register").addEventListener("click", register);
  $("register").disabled = false;
  await load();
  setInterval(() => { if (document.visibilityState === "visible") load(); }, REFRESH_MS);
}
async function load() {
  try {
    const { items } = await page(`/ui/patients/${patient}/devices`);
    const order = { enrolled: 0, registered: 1, ended: 2, revoked: 3 };
    items.sort((a, b) => order[stateOf(a)] - order[stateOf(b)]);
    known = items;
    drawSoon();
  } catch (problem) { trouble($("devices"), problem); }
}
const schedule = (expected) => Object.entries(expected ?? {}).map(([name, s]) => `${metricName(name)} every ${span(s)}`).join(", ");

function heard(device) {
  if (!device.last_received) return device.state === "enrolled" ? h("b", { class: "overdue" }, "never heard") : "never heard";
  return h("span", { class: device.silent ? "overdue" : "" }, moment(device.last_received, { prefix: device.silent ? "silent since " : "" }));
}
function certificate(device) {
  if (!device.certificate_until) return device.state === "enrolled" ? h("span", { class: "ageing" }, "none: it cannot connect by itself") : "none";
  const days = device.certificate_days;
  const text = `until ${civilDay(device.certificate_until)}`;
  if (days < 0) return h("b", { class: "overdue" }, `ended on ${civilDay(device.certificate_until)}`);
  return days < ENDING_DAYS ? h("b", { class: "ageing" }, `${text}, ${days} days left`) : text;
}
function gaps(device) {
  if (!device.last_received) return "–";
  return device.missing_frames ? h("b", { class: "ageing" }, `${device.missing_frames} messages have not arrived`) : "none";
}
function card(device) {
  const pair = (name, value) => [h("dt", {}, name), h("dd", {}, value)];
  const button = (text, act, kind = "") => h("button", { type: "button", class: kind, "aria-label": `${text} ${about(device)}`, onclick: act }, text);
  const state = stateOf(device);
  const gone = state === "revoked" || state === "ended";
  return h("article", { class: gone ? "device gone" : "device", "data-key": device.id, "data-device": device.id },
    h("h3", {}, device.kind, " ", h("span", { class: "soft" }, device.serial ?? ""), " ", h("span", { class: "tag" }, STATES[state])),
    h("dl", {}, pair("Address", h("code", {}, device.id)), device.bound_to ? pair("Used until", moment(device.bound_to)) : [], pair("Last heard", heard(device)), pair("Gaps", gaps(device)), pair("Certificate", certificate(device)), pair("Expected", schedule(device.expected) || h("span", { class: "ageing" }, "nothing: its silence raises no alert"))),
    state !== "revoked" && h("div", { class: "group" }, state === "enrolled" && button("Send a command…", () => command(device, { about: about(device), load })), !gone && button(state === "registered" ? "New code…" : "Enrol anew…", () => renew(device)), !gone && button("Take back…", () => release(device)), button("Revoke…", () => revoke(device), "danger")),
    device.state === "enrolled" && sent(device));
}
function sent(device) {
  const list = h("div", { "data-apart": true });
  const box = h("details", {}, h("summary", { class: "small", "aria-label": `Commands sent to ${about(device)}` }, "Commands sent"), list);
  onToggle(box, async (open) => {
    if (!open) return;
    try {
      const { items } = await get(`/devices/${device.id}/commands`, { limit: 10 });
      list.replaceChildren(items.length ? h("ul", { class: "events small" }, items.map((one) => h("li", {}, h("b", {}, one.command.replaceAll("_", " ")), ` ${one.state}, `, moment(one.issued, { prefix: "sent " })))) : h("p", { class: "small soft" }, "None yet."));
    } catch (problem) { trouble(list, problem, ""); }
  });
  return box;
}

// The code is told once: it is not kept here and cannot be asked for again.
const handOver = (made, what) => noticeDialog({ title: `One-time code for ${what} of ${whose()}`, act: "I have it, close", keep: true, parts: codeParts(made) });

function register() {
  const rows = h("div", {}, scheduleRow());
  formDialog({ title: `Register a device for ${whose()}`, about: whose(), act: "Register and show the code", wide: true, parts: [
    h("div", { class: "form-grid" }, field("kind", "Kind", h("input", { required: true, maxlength: 80, placeholder: "pulse oximeter" })), field("serial", "Serial number", h("input", { maxlength: 80 }), "on its back, optional")),
    h("fieldset", {}, h("legend", {}, "How often it measures"), h("p", { class: "small soft" }, "When readings stay away for longer, an alert says that the device is silent."), rows,
      h("button", { type: "button", onclick: () => rows.append(scheduleRow("spo2")) }, "Add a metric"))],
    send: async (said) => {
      const made = await post(`/patients/${patient}/devices`, { kind: said.get("kind").trim(), serial: said.get("serial").trim() || null, expected: readSchedule(said) });
      await load();
      queueMicrotask(() => handOver(made, said.get("kind").trim()));
    } });
}
function renew(device) {
  const enrolled = device.state === "enrolled";
  formDialog({ title: enrolled ? `Enrol ${about(device)} anew?` : `New code for ${about(device)}?`, act: "Make a new code", about: about(device), parts: [h("p", {}, "An older unused code ends at once. ", enrolled && "The device stays as it is until somebody enrols with the new code; then its present key ends: for a device that was reset or repaired.")],
    send: async () => { const made = await post(`/devices/${device.id}/token`); queueMicrotask(() => handOver(made, device.kind)); } });
}
function release(device) {
  confirmDialog({ title: `Take back ${about(device)}?`, act: "End its use", about: about(device), parts: [h("p", {}, "Nothing that it measures from now on is taken; what it measured before still is when it comes. The hardware can then be registered for the next patient, as a new device. Revoke it instead if it is lost or stolen.")],
    send: async () => { await post(`/devices/${device.id}/release`); say("Its use has ended"); await load(); } });
}
function revoke(device) {
  confirmDialog({ title: `Revoke ${about(device)}?`, act: "Revoke for ever", about: about(device), parts: [h("p", {}, "It is cut off at once and nothing that it sends is taken any more: for a lost, stolen or returned device."), h("p", {}, h("b", {}, "This cannot be undone."), " The same hardware can be registered again as a new device.")],
    send: async () => { await post(`/devices/${device.id}/revoke`); say("Device revoked"); await load(); } });
}
