// Whether a patient is watched: paused, resumed, discharged, admitted again, each with its question.
import { clockText, dayText, span, wardNow, zoneText } from "../base/clock.js";
import { confirmDialog, field, formDialog, options, tried } from "../base/dialog.js";
import { $, h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { change, held, whose } from "./held.js";

export function watching(patient) {
  const told = { active: "Readings are judged and alerts are raised.", paused: ["Paused until ", moment(patient.until), ". No alert is raised until then."], discharged: "Discharged: nothing is watched. Record and readings are kept." }[patient.state];
  const button = (text, act, kind = "") => h("button", { type: "button", class: kind, "aria-label": `${text} ${whose()}`, onclick: act }, text);
  const active = patient.state === "active";
  $("watching").replaceChildren(h("p", { class: patient.state === "active" ? "" : "ageing" }, told),
    h("div", { class: "group" }, active && button("Pause…", pause), !active && button(patient.state === "discharged" ? "Admit again…" : "Resume watching", patient.state === "discharged" ? again : () => tried($("watch-told"), "Watched again.", () => change({ state: "active", until: null })), "primary"),
      patient.state !== "discharged" && button("Discharge…", discharge, "danger")));
}
function pause() {
  const amount = h("input", { type: "number", min: 1, max: 90, step: 1, value: 4, required: true });
  const unit = h("select", {}, options([["3600", "hours"], ["86400", "days"]]));
  const until = () => wardNow() + Number(amount.value) * Number(unit.value) * 1000;
  const shown = h("p", { role: "status" });
  const tell = () => { shown.textContent = amount.checkValidity() ? `Watched again by itself from ${dayText(until())} ${clockText(until())} ${zoneText()}.` : ""; };
  for (const one of [amount, unit]) one.addEventListener("input", tell);
  tell();
  formDialog({ title: `Pause ${whose()}?`, act: "Pause", about: whose(), danger: true, parts: [
    h("p", {}, "While paused ", h("b", {}, "no alert is raised"), ", whatever the readings say: for a hospital visit or a holiday. Readings are still kept."),
    h("div", { class: "inline-form" }, field("amount", "For", amount), field("unit", "Unit", unit)), shown],
    send: async () => { await change({ state: "paused", until: new Date(until()).toISOString() }); $("watch-told").textContent = `Paused for ${span((Date.parse(held().until) - wardNow()) / 1000)}.`; } });
}
function discharge() {
  confirmDialog({ title: `Discharge ${whose()}?`, act: "Discharge", about: whose(), parts: [h("p", {}, "Homeward stops watching: ", h("b", {}, "no alert is raised any more"), ", and the plan gives their time to others."), h("p", {}, "The stay ends: open alerts are closed, the care team no longer sees the record, and nothing that the devices measure from now on is taken. Record and readings are kept; collect the devices.")],
    send: async () => { await change({ state: "discharged" }); $("watch-told").textContent = "Discharged."; } });
}
function again() {
  formDialog({ title: `Admit ${whose()} again?`, act: "Admit again", about: whose(), parts: [h("p", {}, "A new stay begins, without care team and devices: choose the team, and register the devices anew, those that stayed at home too. What is usual for this person is learnt anew; limits are as they were, so check them.")], send: async () => { await change({ state: "active", until: null }); $("watch-told").textContent = "Watched again."; } });
}
