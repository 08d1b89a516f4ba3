// A patient's record as a form: read from it and written to it, for admission and for changes.
import { civilDay, zoneName } from "../base/clock.js";
import { $, h, $$ } from "../base/dom.js";
import { LANGUAGES, languageName } from "../words/languages.js";

const text = (form, name) => form.elements[name].value.trim() || null;

// Forms are dead until they hold what is stored: saving an empty one would wipe it.
export function enableForms(within = document) {
  for (const body of $$(".form-body", within)) body.disabled = false;
}
export function offerZones() {
  const names = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [];
  $("zones").append(...["UTC", ...names].map((name) => h("option", { value: name })));
  const field = $$("input[list=zones]")[0];
  if (!field.value) field.value = zoneName() || "UTC";
}
export function offerLanguages() {
  $("languages").append(...LANGUAGES.map((code) => h("option", { value: code }, languageName(code))));
}
export function readPerson(form) {
  const contact = { name: text(form, "contact_name") ?? "", phone: text(form, "contact_phone") ?? "", relation: text(form, "contact_relation") ?? "" };
  return {
    name: text(form, "name"), birth_date: text(form, "birth_date"), sex: form.elements.sex.value, external_id: text(form, "external_id"),
    phone: text(form, "phone"), language: text(form, "language"), time_zone: text(form, "time_zone"),
    emergency_contact: Object.values(contact).some(Boolean) ? contact : null,
  };
}
export function fillPerson(form, patient) {
  for (const name of ["name", "birth_date", "sex", "external_id", "phone", "language", "time_zone"]) form.elements[name].value = patient[name] ?? "";
  const contact = typeof patient.emergency_contact === "string" ? { name: patient.emergency_contact } : patient.emergency_contact ?? {};
  for (const name of ["name", "phone", "relation"]) form.elements[`contact_${name}`].value = contact[name] ?? "";
}

// Scale 2 asks who decided, each time it is newly chosen.
export function watchScale(form, before = () => 1) {
  const warn = () => {
    const newly = form.elements.spo2_scale.value === "2" && before() !== 2;
    $("scale-warning").hidden = !newly;
    form.elements.scale_decided.required = newly;
    if (!newly) form.elements.scale_decided.checked = false;
    const low = form.elements.spo2_low;
    if (low.placeholder !== "no limit") low.placeholder = `ward: ${ward(low.closest(".limit"), "low", form)}`;
  };
  for (const choice of form.elements.spo2_scale) choice.addEventListener("change", warn);
  warn();
  return warn;
}

const rows = () => $$(".limit[data-metric]");
// The ward's lower limit of SpO2 depends on the scale.
const ward = (row, side, form) => (side === "low" && row.dataset.low2 && form.elements.spo2_scale.value === "2" ? row.dataset.low2 : row.dataset[side]);
const number = (value) => (value === "" || value === null || value === undefined ? null : Number(value));

// A side left empty is left to the ward, whose limit may depend on the age; it stays without a limit
// only where somebody had taken it away before.
export function readLimits(form, before = {}) {
  const limits = {};
  for (const row of rows()) {
    const name = row.dataset.metric;
    const own = before[name] ?? {};
    const said = ["low", "high"].map((side) => [side, number(form.elements[`${name}_${side}`].value)])
      .filter(([side, at]) => at !== null || own[side] === null);
    if (said.length) limits[name] = Object.fromEntries(said);
  }
  return limits;
}
export function fillLimits(form, limits) {
  for (const row of rows()) {
    const own = limits[row.dataset.metric];
    row.classList.toggle("own", Boolean(own));
    for (const side of ["low", "high"]) {
      const input = form.elements[`${row.dataset.metric}_${side}`];
      input.value = own?.[side] ?? "";
      const usual = ward(row, side, form);
      input.placeholder = own && own[side] === null ? "no limit" : usual ? `ward: ${usual}` : "no limit";
    }
  }
  const count = Object.keys(limits).length;
  $("limits-told").textContent = count ? `${count} of their own` : "none: the ward's apply";
}
// What was told to the minute by a program is kept while its day stands.
function readPregnancy(form, before) {
  const day = (name) => form.elements[name].value || null;
  if (!day("pregnant_from")) return null;
  const kept = (side, now) => (before?.[side] && civilDay(before[side]) === now ? before[side] : now);
  return { from: kept("from", day("pregnant_from")), until: kept("until", day("pregnant_until")) };
}
export function fillPregnancy(form, told) {
  form.elements.pregnant_from.value = civilDay(told?.from);
  form.elements.pregnant_until.value = civilDay(told?.until);
}
export const fillDiabetes = (form, told) => { form.elements.diabetes.value = told === true ? "yes" : told === false ? "no" : ""; };
// A profile that is no longer offered stays chosen until somebody chooses another.
export function fillProfile(form, name) {
  const list = form.elements.profile;
  if (name && ![...list.options].some((one) => one.value === name)) list.append(h("option", { value: name }, name.replaceAll("_", " ")));
  list.value = name ?? "";
  list.dispatchEvent(new Event("change"));
}
export function readCare(form, before) {
  const { spo2_scale: scale, diabetes } = form.elements;
  const profile = form.elements.profile && (form.elements.profile.value || null);
  return { ...(profile === undefined || profile === (before?.profile ?? null) ? {} : { profile }), spo2_scale: Number(scale.value), limits: readLimits(form, before?.limits), pregnant: readPregnancy(form, before?.pregnant), diabetes: diabetes.value ? diabetes.value === "yes" : null };
}
