// Emergency access: opens the record of somebody who is not one's patient, and goes there.
import { answers, tried } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { post } from "../base/http.js";
import { watch } from "../base/vigil.js";

const form = /** @type {HTMLFormElement} */ ($("break-glass"));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = answers(form);
  await tried($("told"), "Opened.", async () => {
    const made = await post("/emergency-access", { external_id: said.get("external_id").trim(), reason: said.get("reason").trim() });
    window.location.assign(`/patients/${made.patient}`);
  }, form);
});
/** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]")).disabled = false;
await watch();
