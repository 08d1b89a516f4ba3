// The ward's settings as rows of a form: value, unit, default, range, source, and who changed it before.
import { options } from "../base/dialog.js";
import { $$, h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { asRead, asTyped, at, finds, settingLabel, settingUnit } from "../words/settings.js";

function editor(one, id, value) {
  const own = { id, name: one.name, "aria-describedby": `${id}-about` };
  if (one.choices?.length) return h("select", own, options(one.choices.map((each) => [each.value, each.label]), value));
  if (one.kind === "text") return h("input", { ...own, type: "text", value: asTyped(value), pattern: one.pattern, placeholder: "none" });
  return h("input", { ...own, type: "number", step: "any", value: asTyped(value), min: one.lowest, max: one.highest, required: !one.none, placeholder: one.none ? "no limit" : "", inputmode: "decimal" });
}
const range = (one) => (one.kind && one.kind !== "number" ? "" : `; ${one.lowest} to ${one.highest}${one.usual ? `, usually ${one.usual[0]} to ${one.usual[1]}` : ""}`);

function past(one, changes) {
  if (!changes.length) return null;
  return h("details", { class: "past" }, h("summary", {}, `Changed ${changes.length === 1 ? "once" : `${changes.length} times`}`, h("span", { class: "visually-hidden" }, `: ${settingLabel(one)}, ${one.name}`)),
    h("ol", { class: "history" }, changes.map((each) => h("li", {}, `${asRead(one, each.old)} → `, h("b", {}, asRead(one, each.new)), ", ", moment(each.set_at), ` by ${each.set_by_name ?? "somebody outside your accounts (another ward, or a command)"}: “${each.reason}”`))));
}
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
// What several settings of a group have for a source is said once, before them.
export function sharedSources(settings) {
  const all = settings.map((one) => one.source);
  return [...new Set(all)].filter((text) => all.filter((one) => one === text).length > 2);
}
export const sourcesOf = (shared) => shared.map((text) => h("p", { class: "small soft source" }, sentence(text)));
// `own`: set by this ward; `usual`: what holds where nobody sets anything; `changes`: newest first.
export function settingRow(one, { value, own, usual, changes, shared }) {
  const id = `set-${one.name.replaceAll(".", "-")}`;
  const back = own ? h("button", { type: "button", class: "quiet small", "data-default": asTyped(usual), "aria-label": `Back to the default: ${settingLabel(one)}, ${one.name}` }, `Use ${asRead(one, usual)}`) : null;
  return h("div", { class: "setting", "data-setting": one.name, "data-own": own }, h("label", { for: id }, settingLabel(one), " ", h("span", { class: "hint" }, settingUnit(one))), editor(one, id, value),
    h("p", { class: "small soft", id: `${id}-about` }, `Default ${asRead(one, usual)}${range(one)}.${shared.includes(one.source) ? "" : ` ${sentence(one.source)}`}`), back, past(one, changes));
}
// The changes of each setting, by its name, from the revisions, newest first.
export function changesByName(revisions) {
  const found = new Map();
  for (const { changes, ...who } of revisions) for (const one of changes) found.set(one.setting, [...(found.get(one.setting) ?? []), { ...one, ...who }]);
  return found;
}
export function profileChoice(schema, now) {
  const offered = Object.keys(schema.profiles).filter((name) => name === now.profile || !schema.former_profiles.includes(name));
  const parts = (name) => (schema.about_profiles[name] ?? "").match(/^(.*?\.)(?: (.*))?$/s) ?? [];
  return h("fieldset", { class: "profiles" }, h("legend", {}, "Profile ", h("span", { class: "hint" }, "the limits that hold where nothing else is set")),
    offered.map((name) => h("div", {}, h("label", { class: "choice profile" }, h("input", { type: "radio", name: "profile", value: name, checked: name === now.profile, "aria-describedby": `profile-${name}` }),
      h("b", {}, name.replaceAll("_", " "))), h("p", { class: "small soft", id: `profile-${name}` }, parts(name)[1] ?? ""), parts(name)[2] && h("details", { class: "small" }, h("summary", {}, `What ${name.replaceAll("_", " ")} sets, and why`), parts(name)[2]))));
}

// Shows what is sought: a group without a hit is hidden, one with a hit is open while anything is
// sought. Returns how many are shown; null: nothing is sought.
export function showFound(form, sought, { byName, groups, all, wanted }) {
  let hits = 0;
  const seeking = sought !== "" || !all;
  for (const part of $$("[data-group]", form)) {
    const rows = $$(".setting", part).filter((row) => {
      const one = byName(row.dataset.setting);
      row.hidden = !(wanted(one) && finds(one, groups[one.group], sought));
      return !row.hidden;
    });
    part.hidden = !rows.length;
    hits += rows.length;
    if (seeking) { part.dataset.was ??= `${part.open}`; part.open = true; } else if (part.dataset.was) { part.open = part.dataset.was === "true"; delete part.dataset.was; }
  }
  return seeking ? hits : null;
}
// Somebody saved first: what they changed and what is wanted here, each value beside the others.
export function clashTable(settings, { before, now, wanted }) {
  const told = settings.filter((one) => wanted.has(one.name) || asTyped(at(one.name, now)) !== asTyped(at(one.name, before)));
  const row = (one) => h("tr", {}, h("th", { scope: "row" }, settingLabel(one)), h("td", {}, asRead(one, at(one.name, before))), h("td", {}, h("b", {}, asRead(one, at(one.name, now)))), h("td", {}, wanted.has(one.name) ? h("b", {}, asRead(one, wanted.get(one.name))) : h("span", { class: "soft" }, "as theirs")));
  return [h("p", {}, h("b", {}, `${now.set_by_name ?? "Somebody"} has saved revision ${now.revision} meanwhile`), now.reason ? `: “${now.reason}”.` : "."),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Setting", "As you read it", "As it is now", "As you want it"].map((one) => h("th", { scope: "col" }, one)))), h("tbody", {}, told.map(row)))),
    h("p", {}, "Save again to set yours over it, or cancel and look.")];
}
