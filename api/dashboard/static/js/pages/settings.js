// What a ward decides by: found by a search, changed with a reason, and looked at over last week before it is saved.
import { tried } from "../base/dialog.js";
import { press, typed } from "../base/choosing.js";
import { $, $$, h, say, trouble } from "../base/dom.js";
import { all, get, put } from "../base/http.js";
import { meant } from "../base/meant.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { watch } from "../base/vigil.js";
import { changesList } from "../patient/limits_history.js";
import { review } from "../staff/review.js";
import { changesByName, clashTable, profileChoice, settingRow, sharedSources, showFound, sourcesOf } from "../staff/setting_rows.js";
import { asRead, asSent, asTyped, at, byProfile, inGroups, settingLabel } from "../words/settings.js";

const ward = $("told").dataset.ward;
const address = `/wards/${encodeURIComponent(ward)}/settings`;
const form = $("settings");
let schema = null;
let now = null;
let past = new Map();

const profile = () => form.elements.profile?.value ?? now.profile;
const usual = (one, of = profile()) => (one.name in (schema.profiles[of] ?? {}) ? schema.profiles[of][one.name] : one.default);
const set = (one) => now.changed.includes(one.name);
const held = (one) => (set(one) ? at(one.name, now) : usual(one));
const input = (one) => form.elements[one.name];
const changed = () => schema.settings.filter((one) => input(one).value !== asTyped(held(one)));
const mine = () => changed().map((one) => [one.name, asSent(one, input(one).value)]);
const named = (path) => schema.settings.find((one) => one.name === path);
const line = (path, ...values) => h("li", {}, path === "profile" ? "Profile" : settingLabel(named(path)), ": ", values);
const arrow = (one, old, fresh) => line(one.name, asRead(one, old), " → ", h("b", {}, asRead(one, fresh)));

function draw(kept = []) {
  $("profiles").replaceChildren(profileChoice(schema, now));
  const group = ([name, words]) => {
    const own = schema.settings.filter((one) => one.group === name);
    const shared = sharedSources(own);
    const rows = own.map((one) => settingRow(one, { value: at(one.name, now), own: set(one), usual: usual(one, now.profile), changes: past.get(one.name) ?? [], shared }));
    const count = own.filter(set).length;
    return h("details", { class: "card", "data-group": name, open: name === "limits" }, h("summary", {}, h("h2", {}, words), h("span", { class: "hint" }, count ? ` ${count} set by this ward` : " all as by default")), sourcesOf(shared), h("div", { class: "settings-grid" }, rows));
  };
  const there = new Set(schema.settings.map((one) => one.group));
  $("groups").replaceChildren(...Object.entries(schema.groups).filter(([name]) => there.has(name)).map(group));
  for (const [name, value] of kept) if (named(name)) form.elements[name].value = asTyped(value);
  $("told").replaceChildren(now.revision ? `Revision ${now.revision}, set by ${now.set_by_name ?? "somebody outside your accounts (another ward, or a command)"} ` : "Nothing was ever set: everything is as by default.", now.set_at ? moment(now.set_at) : "");
  tell();
  filter();
}
function tell() {
  for (const one of schema.settings) input(one).closest(".setting").dataset.changed = `${input(one).value !== asTyped(held(one))}`;
  const count = changed().length + (profile() === now.profile ? 0 : 1);
  $("changed").textContent = count ? `${count} changed, not saved yet.` : "Nothing is changed yet.";
  for (const button of $$("#undo, #review", form)) button.disabled = !count;
}
let shown = "all";
const wantedNow = (one) => shown === "all" || (shown === "own" ? set(one) : input(one).value !== asTyped(held(one)));
function filter() {
  const hits = showFound(form, $("search").value.trim(), { byName: named, groups: schema.groups, all: shown === "all", wanted: wantedNow });
  $("found").textContent = hits === null ? "" : `${hits} of ${schema.settings.length} settings`;
}
// A profile moves what nobody has set: fields that were not touched follow it.
function follow(before) {
  for (const one of schema.settings) if (!set(one) && input(one).value === asTyped(usual(one, before))) input(one).value = asTyped(usual(one));
}
function changes() {
  const moved = profile() === now.profile ? [] : byProfile(schema.settings, schema.profiles, { before: now.profile, after: profile(), own: [...now.changed, ...changed().map((one) => one.name)] });
  return h("ul", { class: "changes" }, profile() === now.profile ? null : line("profile", now.profile, " → ", h("b", {}, profile())), changed().map((one) => arrow(one, held(one), asSent(one, input(one).value))),
    moved.length ? h("li", {}, h("details", {}, h("summary", {}, `${moved.length} more by the profile`), h("ul", {}, moved.map((one) => arrow(named(one.setting), one.old, one.new))))) : null);
}
async function clash(before) {
  const wanted = new Map(mine());
  now = await get(address);
  draw([...wanted]);
  return clashTable(schema.settings, { before, now, wanted });
}
function ask() {
  const groups = inGroups(mine());
  const [whole, to] = [changed().length + (profile() === now.profile ? 0 : 1), profile()];
  review({ title: `Save ${whole} change${whole === 1 ? "" : "s"} of ward ${ward}?`, about: "the ward's settings", changes: changes(), path: "/alerts/what-if", body: () => ({ ward, profile: to, settings: groups }),
    send: async (reason) => {
      const before = now;
      try { now = await meant((said) => put(address, said), { revision: now.revision, reason, profile: to, ...groups }, { whose: `ward ${ward}`, until: false, reason: false }); } catch (problem) {
        if (problem.type !== "stale") throw problem;
        return clash(before);
      }
      await history();
      draw();
      await tried($("saved"), "Saved. It applies from the next reading on.", async () => {});
      return null;
    } });
}
async function history() {
  const items = await all(`${address}/history`, { limit: 100 }, 1000);
  past = changesByName(items);
  update($("history"), items.length ? h("ol", { class: "history" }, items.slice(0, 20).map((one) => h("li", { "data-key": `${one.revision}` }, h("b", {}, `Revision ${one.revision}`), " ", moment(one.set_at), ` by ${one.set_by_name ?? "somebody outside your accounts (another ward, or a command)"}: “${one.reason}”`, changesList(one.changes)))) : h("p", { class: "soft" }, "Nothing was ever changed."));
}
let chosen = "";
form.addEventListener("input", (event) => {
  if (event.target.name === "profile") { follow(chosen || now.profile); chosen = profile(); say(schema.about_profiles[chosen] ?? ""); }
  tell();
});
form.addEventListener("click", (event) => {
  const back = event.target.closest("[data-default]");
  if (back) { back.closest(".setting").querySelector("input, select").value = back.dataset.default; tell(); }
});
form.addEventListener("reset", (event) => { event.preventDefault(); chosen = ""; draw(); });
form.addEventListener("submit", (event) => { event.preventDefault(); $("saved").textContent = ""; if (!$("review").disabled) ask(); });
form.addEventListener("invalid", (event) => { const part = event.target.closest("details"); if (part) part.open = true; }, true);
typed($("search"), filter);
$("shown").addEventListener("click", (event) => { const button = event.target.closest("button"); if (button) { press($("shown"), button); shown = button.dataset.shown; filter(); } });

await watch();
try {
  [schema, now] = await Promise.all([get(`${address}/schema`), get(address)]);
  await history();
  draw();
  $("fixed").replaceChildren(...Object.entries(schema.fixed).flatMap(([name, why]) => [h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, why)]));
  form.querySelector("fieldset").disabled = false;
} catch (problem) { trouble($("groups"), problem, "Reload the page to try again."); }
