// Using a link that lets somebody in: an account of one's own, or a new password.
import { answers, refused } from "../base/dialog.js";
import { $, h } from "../base/dom.js";
import { post } from "../base/http.js";
import { t, woven } from "../base/language.js";

const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // the address stays in no history and on no screen
const ROLES = { patient: t("a patient"), doctor: t("a doctor"), nurse: t("a nurse"), coordinator: t("a coordinator"), admin: t("an administrator"), auditor: t("an auditor") };
const form = $("join");
let purpose = "";

const OVER = t("This link was used already, was taken back, or has ended. Ask the ward for a new one.");

async function look() {
  try {
    if (!token) throw Object.assign(new Error(t("This address is only half of a link. Open the whole link that you were given.")), { status: 0 });
    const link = await post("/auth/invitations/look", { token });
    purpose = link.purpose;
    $("names").hidden = purpose === "reset";
    $("username").required = purpose !== "reset";
    $("what").textContent = purpose === "reset" ? t("A new password for {name}. Whoever is logged in with the account is logged out.", { name: link.username }) : t("You open an account as {role} of the ward {ward}.", { role: ROLES[link.role] ?? link.role, ward: link.ward });
    form.querySelector("button").textContent = purpose === "reset" ? t("Set the password") : t("Open the account");
    form.hidden = false;
    form.querySelector("button").disabled = false;
    (purpose === "reset" ? $("password") : $("username")).focus();
  } catch (problem) {
    $("what").className = "wrong";
    $("what").textContent = problem.status === 404 || problem.status === 422 ? OVER : problem.message;
  }
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const said = answers(form);
  if (said.get("password") !== said.get("again")) { refused(form, $("told"), { message: t("The two passwords differ."), fields: ["again"] }); return; }
  button.disabled = true;
  try {
    const body = purpose === "reset" ? {} : { username: said.get("username").trim(), display_name: said.get("display_name").trim() };
    const made = await post("/auth/invitations/accept", { token, password: said.get("password"), ...body });
    form.hidden = true;
    $("what").textContent = "";
    $("joined").replaceChildren(...woven("Log in with your user name {name} and the password that you chose.", { name: h("b", {}, made.username) }));
    $("done").hidden = false;
    $("done").querySelector("a").focus();
  } catch (problem) { refused(form, $("told"), problem); }
  button.disabled = false;
});
await look();
