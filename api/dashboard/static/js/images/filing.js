// The form by which images are added: a bar while they are sent, and what came of it.
import { $ } from "../base/dom.js";
import { t, tn } from "../base/language.js";
import { upload } from "./upload.js";

/** @param {HTMLFormElement} form @param {string} root @param {(taken: any) => void} then */
export function filed(form, root, then) {
  const [told, bar] = [$("sent"), $("share")];
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  let busy = false;
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...$("files").files];
    if (!files.length || busy) return;
    busy = button.disabled = true;
    $("sending").hidden = false;
    told.className = "";
    try {
      const taken = await upload(root, files, (share, words) => { bar.value = share; told.textContent = words; });
      const stored = taken.state === "stored";
      told.className = stored ? "" : "wrong";
      told.textContent = stored ? tn("{n} picture filed.", "{n} pictures filed.", taken.done) : t("Not taken: {why} Nothing of it was kept.", { why: taken.reason });
      if (stored) { form.reset(); then(taken); }
    } catch (problem) { told.className = "wrong"; told.textContent = problem.message; }
    busy = button.disabled = false;
    $("sending").hidden = true;
  });
}
