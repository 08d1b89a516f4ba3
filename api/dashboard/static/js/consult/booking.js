// Booking a slot, and moving to another: the free slots of the ward's doctors, by day.
import { clockText, dayText } from "../base/clock.js";
import { tried } from "../base/dialog.js";
import { $, h } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { update } from "../base/patch.js";
import { t } from "../base/language.js";

const DAYS = 14;

/** @param {{ patient: string, changed: () => void }} asked */
export function booking({ patient, changed }) {
  let moving = null;
  async function offer() {
    const now = new Date();
    const { items } = await get(`/patients/${patient}/consultation-slots`, { to: new Date(now.getTime() + DAYS * 86400000).toISOString() });
    const days = new Map();
    for (const slot of items) { const day = dayText(Date.parse(slot.start)); days.set(day, [...(days.get(day) ?? []), slot]); }
    update($("slot"), [...days].map(([day, slots]) => h("optgroup", { label: day, "data-key": day }, slots.map((slot) => h("option", { value: `${slot.doctor} ${slot.start}`, "data-key": `${slot.doctor} ${slot.start}` }, t("{day} {time}, {name}", { day, time: clockText(Date.parse(slot.start)), name: slot.doctor_name }))))));
    $("slot-hint").textContent = items.length ? "" : t("no doctor has a free time in the next two weeks: write a message, or ask to be called");
    $("do-book").disabled = items.length === 0;
    $("book-part").hidden = false;
  }
  function show() {
    $("book-head").textContent = moving ? t("Move to another time") : t("Book");
    $("do-book").textContent = moving ? t("Move it") : t("Book");
    $("keep").hidden = !moving;
    $("wishes").hidden = $("about-field").hidden = Boolean(moving);
  }
  async function send() {
    const [doctor, start] = $("slot").value.split(" ");
    if (moving) { await post(`/consultations/${moving.id}/move`, { doctor, start }); return; }
    const about = $("about").value.trim();
    const wish = /** @type {HTMLInputElement} */ (document.querySelector("#wishes input:checked")).value;
    await post(`/patients/${patient}/consultations`, { doctor, start, wish, ...(about ? { about } : {}) });
  }
  $("book").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await tried($("booked"), moving ? t("It is moved.") : t("It is booked."), send)) { moving = null; $("about").value = ""; show(); changed(); }
    await offer();
  });
  $("keep").addEventListener("click", () => { moving = null; show(); });
  return { offer, move(one) { moving = one; show(); $("slot").focus(); } };
}
