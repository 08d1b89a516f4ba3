// Keys of other systems: listed with their last use, made and shown once, ended.
import { clockText, dateText } from "../base/clock.js";
import { confirmDialog, copyable, field, formDialog, noticeDialog, options, tried } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { get, post, remove } from "../base/http.js";
import { watch } from "../base/vigil.js";

const DAYS = [["30", "30 days"], ["90", "90 days"], ["180", "180 days"], ["365", "a year"]];
const FHIR = [["system/*.rs", "Read everything as FHIR"], ["system/Observation.c", "Enter readings as FHIR"]];
const kinds = () => $("keys-head").closest("[data-kinds]").dataset.kinds.split(" ");
const at = (text) => `${dateText(Date.parse(text))}, ${clockText(Date.parse(text))}`;

async function load() {
  try {
    const { items } = await get("/api-keys");
    $("keys").replaceChildren(items.length ? table(items) : empty("No keys yet.", "Make one for the first system that asks for data."));
  } catch (problem) { trouble($("keys"), problem); }
}
function state(one) {
  if (one.revoked_at) return h("span", { class: "soft" }, `ended by hand, ${at(one.revoked_at)}`);
  if (Date.parse(one.expires_at) <= Date.now()) return h("span", { class: "soft" }, `ended ${at(one.expires_at)}`);
  return h("b", {}, `until ${dateText(Date.parse(one.expires_at))}`);
}
const over = (one) => one.revoked_at || Date.parse(one.expires_at) <= Date.now();
function table(items) {
  const row = (one) => h("tr", {}, h("td", { class: "wide" }, h("b", {}, one.name)), h("td", { "data-label": "Ward" }, one.ward),
    h("td", { "data-label": "May" }, one.scopes.map((scope) => [h("code", {}, scope), " "])),
    h("td", { "data-label": "Works" }, state(one)), h("td", { "data-label": "Last used" }, one.last_used ? at(one.last_used) : h("span", { class: over(one) ? "soft" : "ageing" }, "never")),
    h("td", { "data-label": "Made" }, `${one.created_by}, ${at(one.created_at)}`),
    h("td", {}, !over(one) && h("button", { type: "button", class: "quiet", "aria-label": `End the key ${one.name}, made ${at(one.created_at)}`, onclick: () => end(one) }, "End…")));
  const heads = ["System", "Ward", "May", "Works", "Last used", "Made"];
  return h("div", { class: "scroll" }, h("table", { class: "stack" }, h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "End")))), h("tbody", {}, items.map(row))));
}
function end(one) {
  confirmDialog({ title: `End the key of ${one.name}?`, act: "End it", about: one.name, parts: h("p", {}, "The system is refused from this moment, its open streams end, and the key cannot be brought back."),
    send: async () => { await remove(`/api-keys/${one.id}`); await tried($("keys-told"), `The key of ${one.name} opens nothing any more.`, load); } });
}
const choice = (pair) => choiceOf(pair[0], pair[1]);
const choiceOf = (scope, words) => h("label", { class: "choice" }, h("input", { type: "checkbox", name: "scope", value: scope }), words, " ", h("code", { class: "small soft" }, scope));
function choices() {
  const plain = kinds().flatMap((kind) => [[`api/${kind}.read`, `Read ${kind}`], ...(kind === "alerts" ? [] : [[`api/${kind}.write`, `Change ${kind}`]])]);
  return [h("fieldset", {}, h("legend", {}, "As FHIR"), FHIR.map(choice)), h("fieldset", {}, h("legend", {}, "Our own addresses"), plain.map(choice))];
}
function add() {
  formDialog({ title: "Make a key", act: "Make it", wide: true, parts: [h("div", { class: "form-grid" },
    field("name", "Which system", h("input", { required: true, maxlength: 80 })), field("ward", "Ward", h("input", { value: "main", required: true, maxlength: 60 })),
    field("days", "Works for", h("select", {}, options(DAYS, "90")))), h("p", { class: "small soft" }, "Give it what it needs and no more."), choices(),
    field("more", "Other scopes", h("input", { maxlength: 400, placeholder: "system/Patient.rs system/Device.r", spellcheck: "false", autocapitalize: "none" }), "space between; see docs/fhir.md")],
    send: async (said) => {
      const scopes = [...said.getAll("scope"), ...said.get("more").split(/\s+/).filter(Boolean)];
      const made = await post("/api-keys", { name: said.get("name").trim(), ward: said.get("ward").trim(), days: Number(said.get("days")), scopes });
      noticeDialog({ title: `The key of ${made.name}`, act: "I have put it away", keep: true, parts: [
        h("p", {}, "It is shown this once: put it where the other system reads it. Whoever has it can do what it may."), copyable(made.key, "Key")] });
      await tried($("keys-told"), `Key made for ${made.name}.`, load);
    } });
}
$("add-key").addEventListener("click", add);
await watch();
await load();
$("add-key").disabled = false;
