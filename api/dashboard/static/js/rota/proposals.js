// What a plan changes and why; a proposal to take whole, in part or not; the plans of the past.
import { $$, h, onToggle, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { personLink } from "../parts/person.js";
import { called } from "../words/people.js";
import { why } from "./causes.js";

const SHOWN = 60;
export const changeWords = (one) => [": ", one.from_name ?? "nobody", " to ", h("b", {}, one.to_name ?? "nobody"), `, because ${one.because}`];
export const changeList = (changes) => [h("ul", { class: "events" }, changes.slice(0, SHOWN).map((one) => h("li", { "data-key": one.patient }, personLink(one), changeWords(one)))),
  changes.length > SHOWN && h("p", { class: "soft" }, `and ${changes.length - SHOWN} more.`)];

// Whose patient is not whose they were, with nobody now included; who had nobody changes no hands.
export const changedHands = (plan) => (plan?.changes ?? []).filter((one) => one.reason?.code !== "new");
export function changesCard(plan) {
  const changes = changedHands(plan);
  if (!changes.length) return null;
  return h("section", { class: "card", "data-key": "changes" }, h("h2", {}, `Changed hands by this plan: ${changes.length}`), changeList(changes));
}

export function proposals(where, { told }) {
  const answer = where.querySelector("[data-proposal]");
  const ask = where.querySelector("[data-propose]");
  const beside = (title, { now, then }, words) => h("li", {}, `${title}: ${words(now)} now, ${words(then)} then`);
  async function take(changes, pin) {
    const chosen = changes.filter((one) => one.to).map((one) => ({ patient: one.patient, doctor: one.to, pin }));
    if (!chosen.length) return;
    await told(() => post("/allocation/accept", { changes: chosen }), `${chosen.length} taken over. A new plan follows around them.`);
    update(answer);
  }
  function show(said) {
    const changes = said.changes;
    if (!changes.length) { update(answer, h("p", {}, "No change would make the plan better.")); return; }
    const pin = h("input", { type: "checkbox", id: "proposal-pin" });
    const picked = () => $$("input[name=change]:checked", answer).map((box) => changes[Number(box.value)]);
    update(answer,
      h("ul", { class: "events" }, beside("Cost", said.cost, (value) => `${Math.round(value)}`), beside("Busiest", said.busiest, (value) => `${Math.round(value * 100)} % of their time`), beside("With nobody", said.unmet, (value) => `${value}`)),
      h("fieldset", {}, h("legend", {}, `${changes.length} would change hands`), changes.slice(0, 300).map((one, at) => h("label", { class: "choice", "data-key": one.patient },
        h("input", { type: "checkbox", name: "change", value: `${at}`, checked: true, "aria-label": `${called(one)} to ${one.to_name ?? "nobody"}` }), " ", called(one), changeWords(one)))),
      h("div", { class: "row-end" }, h("label", { class: "choice" }, pin, " and fix them"),
        h("button", { type: "button", onclick: () => update(answer) }, "Leave the plan as it is"),
        h("button", { type: "button", onclick: () => take(picked(), pin.checked) }, "Take over the chosen"),
        h("button", { type: "button", class: "primary", onclick: () => take(changes, pin.checked) }, "Take over all")));
  }
  ask.addEventListener("click", async () => {
    ask.disabled = true;
    try { show(await post("/allocation/proposal")); } catch (problem) { trouble(answer, problem, ""); }
    ask.disabled = false;
  });
}

export function history(details) {
  const list = details.querySelector("[data-history]");
  async function open(one, item) {
    try { item.append(h("div", {}, changeList((await get(`/allocation/plans/${one.id}`)).changes))); } catch (problem) { trouble(item, problem, ""); }
  }
  function entry(one) {
    const item = h("li", { "data-key": one.id }, moment(one.made_at), `, because ${why(one.cause)}: ${one.changed} changed`, one.unmet > 0 && h("span", { class: "overdue" }, `, ${one.unmet} with nobody`), one.in_force && h("b", {}, " (in force)"), " ");
    const more = h("button", { type: "button", class: "quiet", "aria-label": `What plan ${one.id} changed`, onclick: () => { more.remove(); open(one, item); } }, "What it changed");
    if (one.changed) item.append(more);
    return item;
  }
  onToggle(details, async (open) => {
    if (!open) return;
    try { list.replaceChildren(...(await get("/allocation/plans", { limit: 40 })).items.map(entry)); } catch (problem) { trouble(list, problem, ""); }
  });
}
