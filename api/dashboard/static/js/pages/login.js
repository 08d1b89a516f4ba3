// Log-in without losing what was typed: the one-time code is asked for only when it is needed.
import { able, assert, plain } from "../base/passkeys.js";
import { t } from "../base/language.js";

const form = document.querySelector("form");
const told = () => document.getElementById("told");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(/** @type {any} */ (new FormData(form))), credentials: "same-origin" });
    if (response.redirected || response.ok) { location.assign(response.url); return; }
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of ["told", "otp-part"]) {
      const fresh = answer.getElementById(id);
      const old = document.getElementById(id);
      if (fresh && old && fresh.outerHTML !== old.outerHTML) old.replaceWith(document.importNode(fresh, true));
    }
    (document.getElementById("otp") ?? document.getElementById("password")).focus();
  } catch { document.getElementById("told").textContent = t("The ward server does not answer. Check the network and try again."); }
  button.disabled = false;
});

// A passkey: no name is asked for, the authenticator knows whose it is.
async function ask(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "same-origin" });
  if (answer.status === 204) return null;
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}
if (able()) document.getElementById("passkey-part").hidden = false;
document.getElementById("passkey").addEventListener("click", async () => {
  told().textContent = "";
  try {
    const { options } = await ask("/api/v1/auth/passkey/options", {});
    const credential = await assert(options);
    await ask("/login/passkey", { credential });
    const next = /** @type {HTMLInputElement} */ (form.elements.namedItem("next")).value;
    location.assign(next);
  } catch (problem) { told().textContent = plain(problem).message; }
});

// A new password by e-mail: the answer is the same whoever was named.
const forgot = document.getElementById("forgot");
forgot?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = document.getElementById("forgot-told");
  const username = /** @type {HTMLInputElement} */ (document.getElementById("forgot-name")).value.trim();
  try {
    const { minutes } = await ask("/api/v1/auth/forgotten", { username });
    said.className = "";
    said.textContent = t("If there is such an account and it has an e-mail address, a link is on its way. It works once, for {minutes} minutes. Nothing there? Call the ward.", { minutes });
  } catch (problem) {
    said.className = "wrong";
    said.textContent = problem.message;
  }
});
