// Beds, kits and equipment: how many are used, who has one, who is to have the next.
import { answers, confirmDialog, field, formDialog } from "../base/dialog.js";
import { bar, h, trouble } from "../base/dom.js";
import { get, patch as change, post, put, remove } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { personLink } from "../parts/person.js";
import { personPicker } from "../patient/person_picker.js";
import { called } from "../words/people.js";

const KINDS = { bed: "bed", kit: "kit", equipment: "equipment" };

// What is short of beds and equipment, for the card of what is short.
export function shortOf(plan) {
  return (plan?.resources ?? []).filter((one) => one.short > 0).map((one) => {
    const waits = one.waiting.filter((each) => !each.next).map((each) => `${called(each)}${each.acuity ? ` (acuity ${each.acuity})` : ""}`);
    return `${one.short} more ${one.name}: ${one.used} of ${one.count} in use${waits.length ? `; ${waits.slice(0, 5).join(", ")}${waits.length > 5 ? ` and ${waits.length - 5} more` : ""} wait${waits.length === 1 ? "s" : ""}` : ""}`;
  });
}

export function resources(where, { told }) {
  const list = where.querySelector("[data-resources]");
  const form = where.querySelector("form");
  let known = [];
  const act = async (work, done) => { await told(work, done); await load(); };
  const give = (one, patient, name) => act(() => put(`/resources/${one.id}/patients/${patient}`, { wait: true }), `${one.name}: ${name} is on the list, or has one.`);
  const takeBack = (one, holder) => confirmDialog({ title: `${holder.state === "given" ? "Take back" : "Take off the list"}: ${one.name}`, act: holder.state === "given" ? "Take back" : "Take off", parts: [h("p", {}, called(holder), holder.state === "given" ? " has one." : " waits for one.")],
    send: () => act(() => remove(`/resources/${one.id}/patients/${holder.patient}`), `${one.name}: done.`) });
  function edit(one) {
    formDialog({ title: one.name, act: "Save", parts: [field("count", "How many there are", h("input", { type: "number", min: 0, max: 100000, required: true, value: one.count })),
      h("p", { class: "small soft" }, "Fewer than are in use take nothing from anybody: what is then too many shows as short.")],
      send: (said) => act(() => change(`/resources/${one.id}`, { count: Number(said.get("count")), revision: one.revision }), `${one.name}: saved.`) });
  }
  function assign(one) {
    const select = h("select", { required: true });
    const find = h("input", { type: "search" });
    formDialog({ title: `Give ${one.name} to a patient`, act: one.free > 0 ? "Give" : "Put on the list", parts: [field("find", "Find", find), field("patient", "Patient", select)],
      send: (_said, made) => give(one, answers(made).get("patient"), picker.name(select.value) ?? "the patient") });
    const picker = personPicker(select, find, { first: "choose" });
    picker.offer().catch(() => {}); // the menu is filled by the next word that is typed
  }
  const gone = (one) => confirmDialog({ title: `Count ${one.name} no more?`, act: "Remove", parts: [h("p", {}, "It is taken off the board. Nobody is taken anything from.")], send: () => act(() => remove(`/resources/${one.id}`), `${one.name} is counted no more.`) });
  const holder = (one, waits) => (each) => h("li", { "data-key": `${each.patient}-${each.state}` }, personLink(each), " ", each.state === "given" ? moment(each.since, { prefix: "has one since " }) : [h("b", {}, "waits"), moment(each.since, { prefix: " since " })], waits.get(each.patient)?.acuity ? ` (acuity ${waits.get(each.patient).acuity})` : "", " ",
    each.state === "waiting" && waits.get(each.patient)?.next && h("button", { type: "button", "aria-label": `Give ${called(each)} the next ${one.name}`, onclick: () => give(one, each.patient, called(each)) }, "Give the next one"),
    h("button", { type: "button", class: "quiet", "aria-label": `${each.state === "given" ? "Take back from" : "Take off the list:"} ${called(each)}, ${one.name}`, onclick: () => takeBack(one, each) }, each.state === "given" ? "Take back" : "Take off"));
  function row(one, plan) {
    const waits = new Map((plan?.resources ?? []).find((each) => each.id === one.id)?.waiting.map((each) => [each.patient, each]) ?? []);
    const over = one.used > one.count || one.waiting > 0;
    const has = one.holders.filter((each) => each.state === "given");
    const words = `${one.used} of ${one.count} in use${one.waiting ? `, ${one.waiting} wait` : ""}`;
    return h("li", { "data-key": one.id, "data-resource": one.name }, h("div", { class: "load" }, h("b", {}, one.name, " ", h("span", { class: "tag" }, KINDS[one.kind])), h("span", { class: over ? "overdue" : "" }, words), bar(one.count ? one.used / one.count : one.used ? 2 : 0, `${one.name}: ${words}`)),
      one.each_patient && h("p", { class: "small soft" }, "Every patient needs one: nobody is taken in while none is free."),
      h("ul", { class: "events" }, one.holders.filter((each) => each.state === "waiting").sort((a, b) => Number(waits.get(b.patient)?.acuity ?? 0) - Number(waits.get(a.patient)?.acuity ?? 0)).map(holder(one, waits))),
      has.length > 0 && h("details", {}, h("summary", {}, `Who has one: ${has.length}`), h("ul", { class: "events" }, has.map(holder(one, waits)))),
      h("div", { class: "row-end" }, h("button", { type: "button", class: "quiet", "aria-label": `Give to a patient: ${one.name}`, onclick: () => assign(one) }, "Give to a patient…"),
        h("button", { type: "button", class: "quiet", "aria-label": `Change how many: ${one.name}`, onclick: () => edit(one) }, "Change…"), h("button", { type: "button", class: "quiet", "aria-label": `Remove ${one.name}`, onclick: () => gone(one) }, "Remove…")));
  }
  let plan = null;
  const draw = steady(() => update(list, known.length ? known.map((one) => row(one, plan)) : h("li", { class: "soft" }, "Nothing is counted yet. Add what limits how many patients the ward can have, such as beds, monitoring kits or oxygen concentrators.")));
  async function load() {
    try { known = (await get("/resources")).items; draw(); } catch (problem) { trouble(list, problem); }
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = answers(form);
    const body = { kind: said.get("kind"), name: said.get("name"), count: Number(said.get("count")), each_patient: said.get("each") === "1" };
    act(async () => { await post("/resources", body); form.reset(); }, `${body.name} is counted now.`);
  });
  return { load, show: (made) => { plan = made; draw(); } };
}
