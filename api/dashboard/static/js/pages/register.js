// A patient opens an account of their own; it sees nothing until the ward has linked it.
import { refused, answers } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { post } from "../base/http.js";

const form = $("register");
const button = form.querySelector("button");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  const said = answers(form);
  try {
    await post("/auth/register", { username: said.get("username").trim(), password: said.get("password"), display_name: said.get("display_name").trim() });
    form.hidden = true;
    $("done").hidden = false;
    $("done").querySelector("a").focus();
  } catch (problem) { refused(form, $("told"), problem); }
  button.disabled = false;
});
button.disabled = false;
