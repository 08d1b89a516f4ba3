// Giving patients to a colleague: who is ticked, with which words, to whom. What was ticked and typed
// stays through every update of the list.
import { options, tried } from "../base/dialog.js";
import { $, $$, h, onToggle } from "../base/dom.js";
import { post } from "../base/http.js";
import { called } from "../words/people.js";

const ticked = () => $$(".tick input:checked");

// The box beside a patient, and the words for who takes over; shown while something is handed over.
export const tickBox = (row) => h("label", { class: "tick choice" }, h("input", { type: "checkbox", value: row.patient, "data-mine": row.own, "aria-label": `Hand over ${called(row)}` }));
export const noteField = (row) => h("input", { class: "tick-note", name: "note", "data-patient": row.patient, maxlength: "500", placeholder: "your words for who takes over", "aria-label": `Your words about ${called(row)}`, autocomplete: "off" });

export function offerPeople(people) {
  const chosen = $("to").value;
  $("to").replaceChildren(...options([["", "choose a colleague"], ...people.map((one) => [one.id, `${one.name}, ${one.role}${one.on_shift ? ", at work" : ""}`])], chosen));
  $("nobody").hidden = people.length > 0;
}
export function recount() {
  const n = ticked().length;
  $("ticked").textContent = `${n} ${n === 1 ? "patient" : "patients"}`;
  $("send").disabled = n === 0 || !$("to").value;
}
function tick(wanted) {
  for (const box of $$(".tick input")) box.checked = wanted(box);
  recount();
}
const mine = (box) => "mine" in box.dataset;
// Calls `given` when an offer stands.
export function giving(hours, given) {
  onToggle($("give"), (open) => { document.body.classList.toggle("giving", open); recount(); });
  $("to").addEventListener("change", () => { if (!ticked().length) tick(mine); recount(); });
  $("tick-mine").addEventListener("click", () => tick(mine));
  $("tick-none").addEventListener("click", () => tick(() => false));
  document.addEventListener("change", (event) => { if (/** @type {any} */ (event.target).matches(".tick input")) recount(); });
  $("give-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = (id) => $$(`.tick-note[data-patient="${CSS.escape(id)}"]`)[0]?.value.trim() || null;
    const patients = ticked().map((box) => ({ patient: box.value, note: words(box.value) }));
    const name = $("to").selectedOptions[0].textContent;
    const sent = await tried($("given"), `Handed to ${name}. It is yours until they sign.`, () => post("/handovers", { to: $("to").value, patients, hours: hours() }));
    if (!sent) return;
    tick(() => false);
    for (const one of $$(".tick-note")) one.value = "";
    $("give").open = false;
    given();
  });
}
