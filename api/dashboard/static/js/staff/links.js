// Links that let people in: invitations, and new passwords; made, listed, taken back.
import { clockText, dateText } from "../base/clock.js";
import { field, options, tried } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { all, get, remove } from "../base/http.js";
import { makeLink } from "./link_dialog.js";

const STATES = { open: "not used yet", used: "used", withdrawn: "taken back", ended: "ended unused" };
const at = (text) => `${dateText(Date.parse(text))}, ${clockText(Date.parse(text))}`;
const admin = () => $("links-head").closest("[data-admin]").dataset.admin === "yes";

export async function links() {
  $("invite").addEventListener("click", invite);
  $("reset").addEventListener("click", reset);
  await load();
  $("invite").disabled = false;
  $("reset").disabled = false;
}
async function load() {
  try {
    const { items } = await get("/invitations");
    $("links").replaceChildren(items.length ? table(items) : empty("None yet.", "Invite the first person by link."));
  } catch (problem) { trouble($("links"), problem); }
}
const forWhom = (one) => (one.purpose === "reset" ? `New password for ${one.username}` : one.username ? `${one.username}, ${one.role}` : `An account: ${one.role}`);
function table(items) {
  const row = (one) => h("tr", {}, h("td", { class: "wide" }, h("b", {}, forWhom(one))),
    h("td", { "data-label": "State" }, one.state === "open" ? h("b", {}, STATES.open) : h("span", { class: "soft" }, STATES[one.state])),
    h("td", { "data-label": "Ward" }, one.ward), h("td", { "data-label": "Made by" }, `${one.made_by}, ${at(one.made_at)}`), h("td", { "data-label": "Ends" }, at(one.expires_at)),
    h("td", {}, one.state === "open" && h("button", { type: "button", "aria-label": `Take back: ${forWhom(one)}, made ${at(one.made_at)}`, onclick: () => back(one) }, "Take back")));
  return h("div", { class: "scroll" }, h("table", { class: "stack" }, h("thead", {}, h("tr", {}, ["For", "State", "Ward", "Made by", "Ends"].map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Take back")))), h("tbody", {}, items.map(row))));
}
const back = (one) => tried($("links-told"), "The link opens nothing any more.", async () => { await remove(`/invitations/${one.id}`); await load(); });

function invite() {
  const roles = admin() ? ["nurse", "doctor", "coordinator", "admin", "auditor", "patient"] : ["nurse", "doctor", "patient"];
  const fields = [field("role", "Role", h("select", {}, options(roles.map((role) => [role, role])))), admin() && field("ward", "Ward", h("input", { value: "main", required: true, maxlength: 60 }))];
  makeLink({ title: "Invite by link", about: "Whoever opens it chooses a user name and a password of their own.", fields, after: load,
    to: (said) => ({ path: "/invitations", body: { role: said.get("role"), ...(admin() ? { ward: said.get("ward").trim() } : {}) } }) });
}
async function reset() {
  const known = admin() ? (await all("/users")).filter((one) => one.state !== "disabled") : await all("/clinicians");
  const picker = field("user", "Account", h("select", {}, options(known.map((one) => [one.id, `${one.username}${one.display_name ? `, ${one.display_name}` : ""} (${one.role})`]))));
  makeLink({ title: "Link for a new password", about: "Make sure who asks, face to face or by a number that you know. The old password holds until the link is used.", fields: [picker], factor: true, after: load,
    to: (said) => ({ path: `/users/${said.get("user")}/reset-link`, body: {} }) });
}
