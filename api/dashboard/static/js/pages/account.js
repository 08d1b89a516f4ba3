// One's own account: the password, a second factor, and how one is called away from the page.
import { copyable, field, noticeDialog, refused, tried, answers } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { watch } from "../base/vigil.js";
import { showChannels } from "../staff/channels.js";
import { showPasskeys } from "../staff/passkeys.js";
import { showSessions } from "../staff/sessions.js";
import { languageForm } from "../staff/language.js";
import { t, tn, woven } from "../base/language.js";

$("password-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const said = answers(form);
  const told = $("password-told");
  if (said.get("new") !== said.get("again")) { refused(form, told, { message: t("The two new passwords differ."), fields: ["again"] }); return; }
  if (await tried(told, t("Password changed. Other sessions of yours have ended."), () => post("/me/password", { current: said.get("current"), new: said.get("new") }), form)) form.reset();
});

$("password-form").querySelector("button").disabled = false;

const otpField = () => field("otp", t("Six digits from the program"), h("input", { inputmode: "numeric", autocomplete: "one-time-code", pattern: "\\s*[0-9]{6}\\s*", maxlength: 8, required: true }));

const passwordField = () => field("password", t("Password in use"), h("input", { type: "password", autocomplete: "current-password", required: true }));

function codeForm(text, send, ...more) {
  const form = h("form", { class: "code-form" }, ...more, otpField(), h("button", { class: "primary", type: "submit" }, text));
  form.addEventListener("submit", (event) => { event.preventDefault(); send(answers(form).get("otp").trim(), form); });
  return form;
}
async function show() {
  try {
    const me = await get("/me");
    $("factor").replaceChildren(...(me.totp ? on(me.recovery_codes) : off()));
  } catch (problem) { trouble($("factor"), problem, t("Reload the page to try again.")); }
}
function off() {
  const form = h("form", { class: "code-form" }, passwordField(), h("button", { class: "primary", type: "submit" }, t("Set up…")));
  form.addEventListener("submit", (event) => { event.preventDefault(); offer(answers(form).get("password"), form); });
  return [h("p", {}, t("Off. With it, a stolen password alone opens nothing: logging in also asks for six digits that an authenticator program on your phone shows. Staff may need it before anything else opens.")), form];
}
function on(left) {
  const form = codeForm(t("Switch it off"), async (otp) => { if (await tried($("factor-told"), t("The second factor is off."), () => post("/me/totp/remove", { otp, password: form.elements.password.value }), form)) show(); }, passwordField());
  return [h("p", {}, h("b", {}, t("On.")), " ", t("Logging in asks for a one-time code. If your phone is lost, use a recovery code, or ask the coordinator for a link that takes the second factor away.")),
    codes(left),
    h("details", {}, h("summary", {}, t("Switch it off")), form)];
}
function codes(left) {
  const form = h("form", { class: "code-form" }, passwordField(), h("button", { class: "primary", type: "submit" }, left ? t("Make new codes") : t("Make recovery codes")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tried($("factor-told"), "", async () => {
      const made = await post("/me/recovery-codes", { password: answers(form).get("password") });
      noticeDialog({ title: t("Your recovery codes"), act: t("I have kept them"), keep: true, parts: [
        h("p", {}, t("Each opens one log-in in place of the code from your phone. They are shown this once: print them, or write them down, and keep them away from the phone.")),
        copyable(made.codes.join("\n"), t("Recovery codes"), made.codes.map((code) => h("span", { class: "line" }, code)))] }).addEventListener("close", show);
    }, form);
  });
  return h("div", {}, h("p", { class: left > 2 ? "" : "caution" }, left ? tn("{n} recovery code left for when the phone is lost.", "{n} recovery codes left for when the phone is lost.", left) : t("You have no recovery codes: without the phone you would be locked out.")),
    h("details", { open: !left }, h("summary", {}, left ? t("Make new recovery codes; the old ones end") : t("Make recovery codes")), form));
}
async function offer(password, asked) {
  await tried($("factor-told"), "", async () => {
    const { secret, otpauth_uri: uri } = await post("/me/totp", { password });
    const form = codeForm(t("Confirm"), async (otp) => { if (await tried($("factor-told"), t("The second factor is on."), () => post("/me/totp/verify", { otp }), form)) show(); });
    $("factor").replaceChildren(
      h("ol", { class: "steps" },
        h("li", {}, woven("On a phone, {link}. Otherwise add an account there by hand with this key:", { link: h("a", { href: uri }, t("open your authenticator program")) }), copyable(secret, t("Key for the authenticator"), secret.match(/.{1,4}/g).join(" ")),
          h("p", { class: "small soft" }, t("Time-based, 6 digits, 30 seconds. It is shown once: whoever has it can make your codes.")),
          h("details", {}, h("summary", { class: "small" }, t("As an address, for programs that import one")), copyable(uri, t("Address for the authenticator")))),
        h("li", {}, t("Then type the code that it shows. Until then nothing changes."), form)));
    form.elements.otp.focus();
  }, asked);
}
languageForm();
await watch();
await Promise.all([show(), showPasskeys(), showSessions(), $("channels") && showChannels()]);
