// Using a link that lets somebody in: an account of one's own, or a new password.
import { answers, refused } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { post } from "../base/http.js";

const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // the address stays in no history and on no screen
const ROLES = { patient: "a patient", doctor: "a doctor", nurse: "a nurse", coordinator: "a coordinator", admin: "an administrator", auditor: "an auditor" };
const form = $("join");
let purpose = "";

const OVER = "This link was used already, was taken back, or has ended. Ask the ward for a new one.";

async function look() {
  try {
    if (!token) throw Object.assign(new Error("This address is only half of a link. Open the whole link that you were given."), { status: 0 });
    const link = await post("/auth/invitations/look", { token });
    purpose = link.purpose;
    $("names").hidden = purpose === "reset";
    $("username").required = purpose !== "reset";
    $("what").textContent = purpose === "reset" ? `A new password for ${link.username}. Whoever is logged in with the account is logged out.` : `You open an account as ${ROLES[link.role] ?? link.role} of the ward ${link.ward}.`;
    form.querySelector("button").textContent = purpose === "reset" ? "Set the password" : "Open the account";
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
  if (said.get("password") !== said.get("again")) { refused(form, $("told"), { message: "The two passwords differ.", fields: ["again"] }); return; }
  button.disabled = true;
  try {
    const body = purpose === "reset" ? {} : { username: said.get("username").trim(), display_name: said.get("display_name").trim() };
    const made = await post("/auth/invitations/accept", { token, password: said.get("password"), ...body });
    form.hidden = true;
    $("what").textContent = "";
    $("joined").textContent = made.username;
    $("done").hidden = false;
    $("done").querySelector("a").focus();
  } catch (problem) { refused(form, $("told"), problem); }
  button.disabled = false;
});
await look();
