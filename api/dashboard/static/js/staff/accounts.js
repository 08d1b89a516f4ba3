// Everybody's accounts, for administrators: opened, given a role, disabled, helped back in.
import { dateText } from "../base/clock.js";
import { field, formDialog, options, tried } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { all, patch, post } from "../base/http.js";

const ROLES = ["doctor", "nurse", "coordinator", "admin", "auditor", "patient"].map((role) => [role, role]);
const SHOWN = 100;
let users = [];
let changed;

export async function accounts(onChange) {
  changed = onChange;
  $("add-account").addEventListener("click", () => open());
  $("search").addEventListener("input", draw);
  await load();
  $("add-account").disabled = false;
}
async function load() {
  try { users = await all("/users"); draw(); } catch (problem) { trouble($("accounts"), problem); }
}
function draw() {
  const search = $("search").value.trim().toLowerCase();
  const found = users.filter((one) => `${one.username} ${one.display_name} ${one.role} ${one.state}`.toLowerCase().includes(search));
  $("accounts").replaceChildren(found.length ? table(found.slice(0, SHOWN)) : empty("No account matches.", "Clear the search."),
    found.length > SHOWN ? h("p", { class: "soft" }, `${SHOWN} of ${found.length} shown; search for the others.`) : "");
}
const stateText = (one) => ({ active: "may sign in", disabled: h("b", { class: "overdue" }, "disabled"), pending: h("span", { class: "ageing" }, "waits to be linked to a patient") }[one.state]);

function table(rows) {
  const row = (one) => h("tr", {}, h("td", { class: "wide" }, h("b", {}, one.username), one.display_name && h("span", { class: "soft" }, ` ${one.display_name}`)),
    h("td", { "data-label": "Role" }, one.role), h("td", { "data-label": "State" }, stateText(one)),
    h("td", { "data-label": "Second factor" }, one.totp ? "yes" : h("span", { class: one.role === "admin" ? "ageing" : "soft" }, "no")),
    h("td", { "data-label": "Ward" }, one.ward), h("td", { "data-label": "Opened" }, dateText(Date.parse(one.created_at))),
    h("td", {}, h("button", { type: "button", "aria-label": `Change ${one.username}`, onclick: () => edit(one) }, "Change…")));
  const heads = ["Account", "Role", "State", "Second factor", "Ward", "Opened"];
  return h("div", { class: "scroll" }, h("table", { class: "stack" }, h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Change")))), h("tbody", {}, rows.map(row))));
}
const least = () => Number($("accounts").closest("[data-least]").dataset.least);
const password = (label, required) => field("password", label, h("input", { type: "password", minlength: least(), maxlength: 1024, required, autocomplete: "new-password" }), `${least()} characters or more`);

function open() {
  formDialog({ title: "Open an account", act: "Open", wide: true, parts: [h("div", { class: "form-grid" },
    field("username", "User name", h("input", { required: true, maxlength: 64, pattern: "[A-Za-z0-9][A-Za-z0-9._@\\-]*", autocapitalize: "none", spellcheck: "false", autocomplete: "off" }), "letters, digits, . _ @ -"),
    field("display_name", "Name shown", h("input", { maxlength: 120 })),
    field("role", "Role", h("select", {}, options(ROLES))), field("ward", "Ward", h("input", { value: "main", required: true, maxlength: 60 })), password("First password", true)),
    h("p", { class: "small soft" }, "Hand the password over yourself; its owner changes it under “My account” and adds a second factor there. Doctors and nurses receive alerts once they are also in the list above.")],
    send: async (said) => {
      const body = { username: said.get("username").trim(), password: said.get("password"), role: said.get("role"), display_name: said.get("display_name").trim(), ward: said.get("ward").trim() };
      await post("/users", body);
      await tried($("accounts-told"), `Account ${body.username} opened.`, both);
    } });
}
function edit(one) {
  const pending = one.state === "pending";
  const state = h("select", {}, options(pending ? [["pending", "waits to be linked"], ["disabled", "disabled"]] : [["active", "may sign in"], ["disabled", "disabled"]], one.state));
  formDialog({ title: `Change ${one.username}`, act: "Save", wide: true, parts: [h("div", { class: "form-grid" },
    field("display_name", "Name shown", h("input", { maxlength: 120, value: one.display_name })), field("role", "Role", h("select", {}, options(ROLES, one.role))),
    field("state", "State", state), field("ward", "Ward", h("input", { required: true, maxlength: 60, value: one.ward })), password("New password", false)),
    one.totp && h("label", { class: "choice" }, h("input", { type: "checkbox", name: "reset_totp" }), "Take the second factor away: the phone is lost, and I know who asks"),
    h("p", { class: "small soft" }, "An empty password stays as it is. A new password or role, or disabling, signs the person out everywhere.")],
    send: async (said) => {
      const body = {};
      for (const name of ["display_name", "role", "state", "ward"]) if (said.get(name) !== one[name]) body[name] = said.get(name);
      if (said.get("password")) body.password = said.get("password");
      if (said.get("reset_totp")) body.reset_totp = true;
      if (Object.keys(body).length) await patch(`/users/${one.id}`, { ...body, revision: one.revision });
      await tried($("accounts-told"), `Account ${one.username} changed.`, both);
    } });
}
const both = () => Promise.all([load(), changed?.()]);
