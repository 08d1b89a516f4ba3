// Consultations that are booked and that were: a patient's own, or the ward's; booking, moving and cancelling.
import { wardNow, setPlace } from "../base/clock.js";
import { confirmDialog } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { booking } from "../consult/booking.js";
import { signedPart } from "../consult/signed.js";
import { personLink } from "../parts/person.js";
import { called } from "../words/people.js";
import { t, woven } from "../base/language.js";

const REFRESH_MS = 60000;
const HOW = { video: t("picture and voice"), voice: t("voice alone"), text: t("in writing") };
const asPatient = document.body.dataset.role === "patient";
const patient = asPatient ? document.body.dataset.patient : new URLSearchParams(location.search).get("patient");
let book = null;

function cancel(one) {
  confirmDialog({ title: t("Cancel this consultation?"), act: t("Cancel it"), about: called(one), parts: [h("p", {}, t("The other side is told."))], send: async () => { await post(`/consultations/${one.id}/cancel`); await load(); } });
}
function bookedItem(one) {
  const open = wardNow() >= Date.parse(one.opens_at);
  const whom = asPatient ? one.doctor_name : called(one);
  return h("li", { "data-key": one.id }, h("div", {}, asPatient ? h("b", {}, one.doctor_name) : woven("{person} with {doctor}", { person: personLink(one), doctor: one.doctor_name }), " ", moment(one.start), h("span", { class: "soft" }, ` ${HOW[one.wish]}`),
    one.about && h("p", { class: "about" }, one.about), one.waiting_at && !one.admitted_at && one.state === "booked" && !asPatient && h("strong", { class: "overdue" }, woven("Waits since {when}", { when: moment(one.waiting_at) })),
    one.state === "ended" && h("strong", { class: "overdue" }, asPatient ? t("Over; the summary is being written.") : t("Not signed yet."))),
  h("span", { class: "group" }, (open || one.state === "ended") && (asPatient || one.mine) && h("a", { class: "button primary", href: `/call/${one.id}`, "aria-label": one.state === "ended" ? t("Open the consultation with {name}", { name: whom }) : t("Enter the consultation with {name}", { name: whom }) }, one.state === "ended" ? t("Open") : t("Enter")),
    one.state === "booked" && !one.admitted_at && book && h("button", { type: "button", "aria-label": t("Move the consultation with {name}", { name: whom }), onclick: () => book.move(one) }, t("Move")),
    one.state === "booked" && !one.admitted_at && h("button", { type: "button", class: "quiet", "aria-label": t("Cancel the consultation with {name}", { name: whom }), onclick: () => cancel(one) }, t("Cancel"))));
}
const pastItem = (one) => h("li", { "data-key": one.id }, h("div", {}, h("b", {}, one.doctor_name), " ", moment(one.start), " ", one.state === "cancelled" ? t("was cancelled") : one.state === "missed" ? t("did not take place") : "", signedPart(one)));
async function load() {
  try {
    const { items } = await get("/consultations");
    const shown = patient && !asPatient ? items.filter((one) => one.patient === patient) : items;
    update($("coming"), shown.length ? shown.map(bookedItem) : h("li", { class: "soft", "data-key": "none" }, t("Nothing is booked.")));
    if (!patient) return;
    const past = (await get(`/patients/${patient}/consultations`)).items.filter((one) => one.state !== "booked" && (one.state !== "ended" || one.signed_at));
    $("past-part").hidden = !past.length;
    update($("past"), past.map(pastItem));
  } catch (problem) { trouble($("coming"), problem); }
}
await watch();
if (patient) {
  const one = await get(`/patients/${patient}`).catch(() => null);
  if (one) {
    if (asPatient) setPlace(one.time_zone);
    else $("book-head").textContent = t("Book with {name}", { name: called(one) });
    if ($("ask")) { $("ask").href = `/patients/${patient}/ask`; $("ask").hidden = false; }
    book = booking({ patient, changed: load });
    await book.offer().catch((problem) => trouble($("coming"), problem));
  }
}
if (!asPatient || patient) await load(); else update($("coming"), h("li", { class: "soft" }, t("Your account is not linked yet. Until then call the ward.")));
addEventListener("care", load);
setInterval(load, REFRESH_MS);
new AlertStream({ onEvent: () => {}, onState: (state) => lineState(state) }).run();
