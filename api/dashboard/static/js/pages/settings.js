// What a ward decides by: every figure with its unit, its default and where that comes from; changed with a reason.
import { options, tried } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, put } from "../base/http.js";
import { meant } from "../base/meant.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { watch } from "../base/vigil.js";
import { tryOut } from "../staff/try_settings.js";
import { changesList } from "../patient/limits_history.js";
import { metricName, metricUnit } from "../words/metrics.js";

const ward = $("told").dataset.ward;
const address = `/wards/${encodeURIComponent(ward)}/settings`;
const form = $("settings");
const SIDES = { low: "alert below", high: "alert above" };
let schema = null;
let now = null;

const at = (path, tree) => path.split(".").reduce((inner, name) => inner?.[name], tree);
function label({ name, group }) {
  const [, what, side] = name.split(".");
  const words = what.replaceAll("_", " ");
  if (side) return `${metricName(what)}, ${group === "critical" ? side : SIDES[side]}`;
  return ["ages", "margins", "apart"].includes(group) && metricName(what) !== what ? metricName(what) : words.charAt(0).toUpperCase() + words.slice(1);
}
const unitOf = (one) => ({ "1": "", "mm[Hg]": "mmHg", Cel: "°C", d: "days" })[one.unit] ?? (one.unit === "%" ? "%" : one.unit || metricUnit(one.name.split(".")[1]));
const offered = () => Object.keys(schema.profiles).filter((name) => name === now.profile || !schema.former_profiles.includes(name));
const fallback = (one) => schema.profiles[now.profile]?.[one.name] ?? one.default;
const shown = (value) => (value === null || value === undefined ? "" : typeof value === "number" ? `${Math.round(value * 1000) / 1000}` : value);
const named = (one, value) => one.choices.find((choice) => choice.value === value)?.label ?? (shown(value) || "none");

// What a setting is set by: a number within its bounds, a word or a person that is chosen, a text.
function editor(one, id, value) {
  const own = { id, name: one.name, "aria-describedby": `${id}-about` };
  if (one.choices.length) return h("select", own, options(one.choices.map((choice) => [choice.value, choice.label]), value));
  if (one.kind === "text") return h("input", { ...own, type: "text", value: shown(value), pattern: one.pattern, placeholder: "none" });
  return h("input", { ...own, type: "number", step: "any", value: shown(value), min: one.lowest, max: one.highest, required: !one.none, placeholder: one.none ? "no limit" : "", inputmode: "decimal" });
}

function row(one) {
  const value = at(one.name, now);
  const id = `set-${one.name.replaceAll(".", "-")}`;
  const usual = fallback(one);
  const input = editor(one, id, value);
  const bounds = one.kind === "number" ? `; ${one.lowest} to ${one.highest}` : "";
  return h("div", { class: "setting", "data-own": now.changed.includes(one.name) }, h("label", { for: id }, label(one), " ", h("span", { class: "hint" }, unitOf(one))), input,
    h("p", { class: "small soft", id: `${id}-about` }, `Default ${named(one, usual)}${bounds}${one.usual ? `, usually ${one.usual[0]} to ${one.usual[1]}` : ""}. ${one.source}`));
}
function draw() {
  const profile = h("div", { class: "field" }, h("label", { for: "profile" }, "Profile ", h("span", { class: "hint" }, "which defaults apply where nothing else is set")), h("select", { id: "profile", name: "profile" }, options(offered().map((name) => [name, name]), now.profile)), h("p", { class: "small soft" }, schema.about_profiles[now.profile] ?? ""));
  const groups = Object.entries(schema.groups).map(([group, words]) => {
    const own = schema.settings.filter((one) => one.group === group);
    const set = own.filter((one) => now.changed.includes(one.name)).length;
    return h("details", { class: "card", open: group === "limits" }, h("summary", {}, h("h2", {}, words), h("span", { class: "hint" }, set ? ` ${set} set by this ward` : " all as by default")), h("div", { class: "settings-grid" }, own.map(row)));
  });
  $("groups").replaceChildren(profile, ...groups);
  $("told").replaceChildren(now.revision ? [`Revision ${now.revision}, set by ${now.set_by_name ?? "nobody known"} `] .join("") : "Nothing was ever set: everything is as by default.", now.set_at ? moment(now.set_at) : "");
  tell();
}
// What differs from what was read, as groups.
function wanted() {
  const groups = {};
  for (const one of schema.settings) {
    const input = form.elements[one.name];
    const text = input.value.trim();
    const value = one.kind !== "number" ? text : text === "" ? null : Number(text);
    if (input.value === shown(at(one.name, now))) continue;
    const [group, what, side] = one.name.split(".");
    groups[group] ??= {};
    if (side) (groups[group][what] ??= {})[side] = value; else groups[group][what] = value;
  }
  return groups;
}
function tell() {
  const count = schema.settings.filter((one) => form.elements[one.name].value !== shown(at(one.name, now))).length + (form.elements.profile.value === now.profile ? 0 : 1);
  $("changed").textContent = count ? `${count} changed, not saved yet.` : "Nothing is changed yet.";
}
async function history() {
  try {
    const { items } = await get(`${address}/history`, { limit: 20 });
    update($("history"), items.length ? h("ol", { class: "history" }, items.map((one) => h("li", { "data-key": `${one.revision}` }, h("b", {}, `Revision ${one.revision}`), " ", moment(one.set_at), ` by ${one.set_by_name ?? "nobody known"}: “${one.reason}”`, changesList(one.changes)))) : h("p", { class: "soft" }, "Nothing was ever changed."));
  } catch (problem) { trouble($("history"), problem); }
}
$("try").addEventListener("click", () => tryOut($("tried"), { ward, profile: form.elements.profile.value, settings: wanted() }));
form.addEventListener("input", tell);
form.addEventListener("reset", (event) => { event.preventDefault(); draw(); form.elements.reason.value = ""; });
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { revision: now.revision, reason: form.elements.reason.value.trim(), profile: form.elements.profile.value, ...wanted() };
  const save = async () => { now = await meant((said) => put(address, said), body, { whose: `ward ${ward}`, until: false, reason: false }); };
  if (await tried($("saved"), "Saved. It applies from the next reading on.", save, form)) { form.elements.reason.value = ""; draw(); await history(); }
});
form.addEventListener("invalid", (event) => { const part = event.target.closest("details"); if (part) part.open = true; }, true);

await watch();
try {
  [schema, now] = await Promise.all([get(`${address}/schema`), get(address)]);
  draw();
  $("fixed").replaceChildren(...Object.entries(schema.fixed).flatMap(([name, why]) => [h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, why)]));
  form.querySelector("fieldset").disabled = false;
  await history();
} catch (problem) { trouble($("groups"), problem, "Reload the page to try again."); }
