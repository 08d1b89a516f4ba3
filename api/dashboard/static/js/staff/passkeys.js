// One's own passkeys: registered with the device at hand, listed, removed.
import { dateText } from "../base/clock.js";
import { field, formDialog, tried } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { able, plain, register } from "../base/passkeys.js";
import { t } from "../base/language.js";

const password = () => field("password", t("Password in use"), h("input", { type: "password", autocomplete: "current-password", required: true }));
const day = (text) => dateText(Date.parse(text));

export async function showPasskeys() {
  try {
    const { items } = await get("/me/passkeys");
    $("passkeys").replaceChildren(
      items.length ? h("ul", { class: "channels" }, items.map(line)) : h("p", {}, t("None yet.")),
      h("div", { class: "row-end" }, able() ? h("button", { type: "button", onclick: add }, t("Add a passkey…")) : h("p", { class: "small soft" }, t("This browser cannot make passkeys here."))));
  } catch (problem) { trouble($("passkeys"), problem, t("Reload the page to try again.")); }
}
const line = (one) => h("li", {}, h("p", {}, h("b", {}, one.name), h("span", { class: "small soft" }, " ", one.used_at ? t("Added {day}; last used {used}.", { day: day(one.created_at), used: day(one.used_at) }) : t("Added {day}; not used yet.", { day: day(one.created_at) }))),
  h("div", { class: "actions" }, h("button", { type: "button", class: "quiet", "aria-label": t("Remove the passkey {name}", { name: one.name }), onclick: () => drop(one) }, t("Remove…"))));

function add() {
  formDialog({ title: t("Add a passkey"), act: t("Go on with this device"), parts: [
    h("p", {}, t("From then on the account is opened with the passkey, or with password and one-time code if you have set that up: no longer by the password alone.")),
    field("name", t("What you call it"), h("input", { required: true, maxlength: 60, placeholder: t("my phone") })), password()],
    send: async (said) => {
      const { options } = await post("/me/passkeys/options", { password: said.get("password") });
      let credential;
      try { credential = await register(options); } catch (problem) { throw plain(problem); }
      await post("/me/passkeys", { name: said.get("name").trim(), credential });
      await tried($("passkeys-told"), t("Passkey added. Other sessions of yours have ended."), showPasskeys);
    } });
}
function drop(one) {
  formDialog({ title: t("Remove the passkey {name}?", { name: one.name }), act: t("Remove"), danger: true, parts: [h("p", {}, t("The device that holds it logs you in no more.")), password()],
    send: async (said) => {
      await post(`/me/passkeys/${one.id}/remove`, { password: said.get("password") });
      await tried($("passkeys-told"), t("Passkey removed."), showPasskeys);
    } });
}
