// One's own language: kept with the account, and the page is drawn anew in it.
import { answers, tried } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { put } from "../base/http.js";

export function languageForm() {
  const form = $("language-form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await tried($("language-told"), "", () => put("/me/language", { language: answers(form).get("language") || null }))) location.reload();
  });
}
