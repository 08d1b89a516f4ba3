// One's own passkeys: registered with the device at hand, listed, removed.
import { dateText } from "../base/clock.js";
import { field, formDialog, tried } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { able, plain, register } from "../base/passkeys.js";

const password = () => field("password", "Password in use", h("input", { type: "password", autocomplete: "current-password", required: true }));
const day = (text) => dateText(Date.parse(text));

export async function showPasskeys() {
  try {
    const { items } = await get("/me/passkeys");
    $("passkeys").replaceChildren(
      items.length ? h("ul", { class: "channels" }, items.map(line)) : h("p", {}, "None yet."),
      h("div", { class: "row-end" }, able() ? h("button", { type: "button", onclick: add }, "Add a passkey…") : h("p", { class: "small soft" }, "This browser cannot make passkeys here.")));
  } catch (problem) { trouble($("passkeys"), problem, "Reload the page to try again."); }
}
const line = (one) => h("li", {}, h("p", {}, h("b", {}, one.name), h("span", { class: "small soft" }, ` Added ${day(one.created_at)}; ${one.used_at ? `last used ${day(one.used_at)}` : "not used yet"}.`)),
  h("div", { class: "actions" }, h("button", { type: "button", class: "quiet", "aria-label": `Remove the passkey ${one.name}`, onclick: () => drop(one) }, "Remove…")));

function add() {
  formDialog({ title: "Add a passkey", act: "Go on with this device", parts: [
    h("p", {}, "From then on the account is opened with the passkey, or with password and one-time code if you have set that up: no longer by the password alone."),
    field("name", "What you call it", h("input", { required: true, maxlength: 60, placeholder: "my phone" })), password()],
    send: async (said) => {
      const { options } = await post("/me/passkeys/options", { password: said.get("password") });
      let credential;
      try { credential = await register(options); } catch (problem) { throw plain(problem); }
      await post("/me/passkeys", { name: said.get("name").trim(), credential });
      await tried($("passkeys-told"), "Passkey added. Other sessions of yours have ended.", showPasskeys);
    } });
}
function drop(one) {
  formDialog({ title: `Remove the passkey ${one.name}?`, act: "Remove", danger: true, parts: [h("p", {}, "The device that holds it logs you in no more."), password()],
    send: async (said) => {
      await post(`/me/passkeys/${one.id}/remove`, { password: said.get("password") });
      await tried($("passkeys-told"), "Passkey removed.", showPasskeys);
    } });
}
