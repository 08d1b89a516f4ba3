// The first steps of a ward, each with what is there already and the one thing to do next.
import { confirmDialog } from "../base/dialog.js";
import { $, h, say, trouble } from "../base/dom.js";
import { page, post, remove } from "../base/http.js";
import { update } from "../base/patch.js";
import { watch } from "../base/vigil.js";

const REFRESH_MS = 15000;
const opens = $("steps").dataset.opensAccounts === "yes";
const many = (n, one, more) => `${n} ${n === 1 ? one : more}`;
let failed = "";

async function load() {
  try {
    draw(await page("/ui/first-steps"));
    $("trouble").replaceChildren();
  } catch (problem) { trouble($("trouble"), problem); }
}
const link = (to, text, primary) => h("a", { class: primary ? "button primary" : "button", href: to }, text);
function step(key, { title, done, state, words, act }) {
  return h("li", { class: done ? "card step done" : "card step", "data-key": key }, h("h2", {}, title, " ", h("span", { class: "tag" }, done ? "done" : "to do")), h("p", {}, state), h("p", { class: "soft" }, words), h("div", { class: "group" }, act));
}
const people = (has) => step("people", {
  title: "A person who can be called", done: has.clinicians > 0 && has.shifts > 0,
  state: `${many(has.clinicians, "doctor or nurse", "doctors and nurses")} with an account, ${has.on_rota} on the rota, ${many(has.shifts, "shift", "shifts")} now or to come.`,
  words: opens ? "Open an account for each doctor and nurse, put them on the rota, then give them shifts. An alert goes to who is on shift; with nobody there it is the coordinator's at once." : "An administrator opens accounts; you put people on the rota and give them shifts. An alert goes to who is on shift; with nobody there it is yours at once.",
  act: [link("/people", "People and accounts", has.clinicians === 0), link("/capacity", "Shifts", has.clinicians > 0 && has.shifts === 0)] });
const patient = (has) => step("patient", {
  title: "The first patient", done: has.patients > 0, state: has.patients ? `${many(has.patients, "patient", "patients")} in the ward.` : "Nobody is admitted yet.",
  words: "One page takes the record, the limits and the first device. Scale 2 and limits of one's own can wait.",
  act: link("/patients/new#device", "Admit a patient", has.patients === 0 && has.clinicians > 0) });
const device = (has) => step("device", {
  title: "The first device", done: has.heard > 0,
  state: has.devices ? `${many(has.devices, "device", "devices")} registered, ${has.enrolled} enrolled, ${has.heard} heard.` : "No device is registered yet.",
  words: "The admission shows a QR code with the ward's address and a one-time code. The device scans it, makes its own key and is enrolled; from then on each reading is signed. Without a device, readings can be entered by hand.",
  act: [link(has.patients ? "/patients" : "/patients/new#device", has.patients ? "Choose the patient's record" : "Admit with a device", has.patients > 0 && has.heard === 0), link("/device-protocol.md", "For who makes the device")] });
function practice(has) {
  const there = has.simulated !== null;
  return step("practice", {
    title: "A simulated patient to learn with", done: there,
    state: there ? "Sam Practice is in the ward, marked SIMULATED wherever the name stands." : "None. You can have one at a time.",
    words: "Made-up readings every two minutes: well at first, ill after a quarter of an hour, better after an hour; then again. Alerts are shown and can be answered, but call nobody away from the page. No statistic and no model learns from it, and the plan gives it to nobody.",
    act: [!there && h("button", { type: "button", onclick: begin }, "Admit a simulated patient"), there && link(`/patients/${has.simulated}`, "Open"), there && h("button", { type: "button", class: "danger", onclick: () => end(has.simulated) }, "Remove the simulated patient…"), failed && h("p", { class: "wrong", role: "alert" }, failed)] });
}
function draw(has) {
  update($("steps"), people(has), patient(has), device(has), practice(has));
}
async function begin() {
  failed = "";
  try { await post("/simulated-patients"); say("The simulated patient is admitted"); } catch (problem) { failed = problem.message; say(failed, true); }
  await load();
}
function end(id) {
  confirmDialog({ title: "Remove the simulated patient?", act: "Remove for good", about: "the simulated patient", parts: [h("p", {}, "The record, its readings, alerts and notes are deleted. This cannot be undone; you can admit a new one.")],
    send: async () => { await remove(`/simulated-patients/${id}`); say("The simulated patient is removed"); await load(); } });
}
await watch();
await load();
setInterval(() => { if (document.visibilityState === "visible") load(); }, REFRESH_MS);
