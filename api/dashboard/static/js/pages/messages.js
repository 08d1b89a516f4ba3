// Messages with patients and the calls that they ask for, live; a patient's own.
import { $, h, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { unconfirmed } from "../messages/advice.js";
import { askForCall, callList, ownCall } from "../messages/calls.js";
import { thread, writing } from "../messages/thread.js";
import { called } from "../words/people.js";
import { t } from "../base/language.js";

const REFRESH_MS = 60000;
const PAGE = 30;
const asPatient = document.body.dataset.role === "patient";
let chosen = asPatient ? document.body.dataset.patient : new URLSearchParams(location.search).get("patient");
let open = null;
let shown = PAGE;

function choose(patient) {
  open?.stop();
  chosen = patient;
  open = thread({ patient, asPatient });
  if (!asPatient) {
    history.replaceState(null, "", `/messages?patient=${patient}`);
    $("none-chosen").hidden = true;
    $("conversation").hidden = false;
    $("wrote").textContent = "";
    named(patient);
  }
  open.load();
}
async function named(patient) {
  try {
    const one = await get(`/patients/${patient}`);
    update($("thread-head"), h("a", { href: `/patients/${patient}` }, called(one)));
  } catch (problem) {
    $("conversation").hidden = true;
    $("none-chosen").hidden = false;
    $("none-chosen").textContent = problem.status === 404 ? t("This patient is not in your care.") : problem.message;
  }
}
const threadItem = (one) => h("li", { "data-key": one.patient }, h("a", { href: `/messages?patient=${one.patient}`, "aria-current": one.patient === chosen ? "true" : null, onclick: (event) => { if (event.ctrlKey || event.metaKey) return; event.preventDefault(); choose(one.patient); lists(); $("thread-head").scrollIntoView({ block: "nearest" }); } },
  h("b", {}, called(one)), one.unread > 0 && h("span", { class: "count" }, h("span", { "aria-hidden": "true" }, String(one.unread)), h("span", { class: "visually-hidden" }, t("{n} unread", { n: one.unread }))),
  h("span", { class: "cut soft" }, one.by_patient ? one.text ?? t("(erased)") : t("Ward: {text}", { text: one.text ?? t("(erased)") })), h("small", { class: "soft" }, moment(one.written_at))));
async function threads() {
  try {
    const { items, next } = await get("/messages", { limit: shown });
    update($("threads"), items.length ? items.map(threadItem) : h("li", { class: "soft", "data-key": "none" }, t("Nobody has written yet.")));
    update($("more-threads"), next && h("button", { type: "button", class: "quiet", onclick: () => { shown += PAGE; threads(); } }, t("More patients")));
  } catch (problem) { trouble($("threads"), problem); }
}
const lists = () => (asPatient ? ownCall() : Promise.all([threads(), callList(), unconfirmed()]));
function again() { lists(); open?.load(); }

if ($("write")) writing(() => open, lists);
await watch();
if (!asPatient || chosen) {
  if (asPatient) askForCall();
  if (chosen) choose(chosen);
  await lists();
  if (chosen && !asPatient) $("conversation").closest("section").scrollIntoView({ block: "nearest" }); // on a phone it stands below the lists
  addEventListener("care", again);
  setInterval(again, REFRESH_MS);
}
new AlertStream({ onEvent: () => {}, onState: (state) => lineState(state) }).run();
