// Questions asked before something is done, and forms that come in front of the page.
import { h, say } from "./dom.js";
import { t } from "./language.js";

let made = 0;

// Opens a form in front of the page; `send(FormData, form)` may refuse by throwing, and is told there.
// `about` says whom it concerns, where the title alone does not make the button plain.
export function formDialog({ title, parts, act, send, danger = false, wide = false, about = "" }) {
  const id = `dialog-${(made += 1)}`;
  const wrong = h("p", { class: "wrong", role: "alert" });
  const button = h("button", { class: danger ? "danger" : "primary", type: "submit", "aria-label": about && `${act}: ${about}` }, act);
  const form = h("form", { method: "dialog" }, h("h2", { id }, title), parts, wrong,
    h("div", { class: "row-end" }, h("button", { type: "button", onclick: () => dialog.close() }, t("Cancel")), button));
  const dialog = h("dialog", { "aria-labelledby": id, class: wide ? "wide" : "" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    wrong.textContent = "";
    try { await send(new FormData(form), form); dialog.close(); } catch (problem) { refused(form, wrong, problem); }
    button.disabled = false;
  });
  return shown(dialog);
}
export function confirmDialog(asked) {
  return formDialog({ ...asked, danger: true });
}
// Something to read or copy, with one way out. Escape does not lose what is shown only once.
export function noticeDialog({ title, parts, act, keep = false }) {
  const id = `dialog-${(made += 1)}`;
  const dialog = h("dialog", { "aria-labelledby": id }, h("h2", { id }, title), parts,
    h("div", { class: "row-end" }, h("button", { type: "button", class: "primary", onclick: () => dialog.close() }, act)));
  if (keep) dialog.addEventListener("cancel", (event) => event.preventDefault());
  return shown(dialog);
}
function shown(dialog) {
  const before = /** @type {HTMLElement} */ (document.activeElement);
  dialog.addEventListener("close", () => { dialog.remove(); if (before?.isConnected) before.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// Says what is wrong beside the form, and brings the reader to the field that the server named.
export function refused(form, told, problem) {
  told.className = "wrong";
  told.textContent = problem.message;
  const named = (problem.fields ?? []).map((field) => field.split(".").pop());
  const field = [...form.elements].find((one) => one.name && (named.includes(one.name) || (problem.fields ?? []).some((path) => path.split(".").join("_").endsWith(one.name))));
  field?.focus();
}
// Does `work`, and says in `told` how it went.
export async function tried(told, done, work, form) {
  told.className = "";
  told.textContent = "";
  try {
    await work();
    told.textContent = done;
    say(done);
    return true;
  } catch (problem) {
    if (form) refused(form, told, problem); else { told.className = "wrong"; told.textContent = problem.message; }
    say(problem.message, true);
    return false;
  }
}

// What a form says: every field that we read is text.
/** @type {(form: any) => { get: (name: string) => string, getAll: (name: string) => string[] }} */
export const answers = (form) => /** @type {any} */ (new FormData(form));

export function field(name, label, input, hint) {
  input.id = `f-${name}-${(made += 1)}`;
  input.name = name;
  return h("div", { class: "field" }, h("label", { for: input.id }, label, hint && h("span", { class: "hint" }, ` ${hint}`)), input);
}
export const options = (pairs, chosen) => pairs.map(([value, text]) => h("option", { value, "data-key": value, selected: `${value}` === `${chosen ?? ""}` }, text));

// Text that can be copied by a button, and by hand where the browser forbids it.
export function copyable(text, label, shown = text) {
  const code = h("code", { class: "secret", tabindex: "0", "aria-label": label }, shown);
  const button = h("button", { type: "button", onclick: async () => {
    try { await navigator.clipboard.writeText(text); button.textContent = t("Copied"); say(t("Copied")); } catch {
      getSelection().selectAllChildren(code);
      button.textContent = t("Selected: copy it by hand");
    }
  } }, t("Copy"));
  return h("div", { class: "copyable" }, code, button);
}
// A button of the frame that opens something; it stands disabled until it answers, so that no press is lost.
/** @param {string} id @param {() => void} act */
export function opens(id, act) {
  const button = document.getElementById(id);
  if (!(button instanceof HTMLButtonElement)) return; // not for this role
  button.onclick = act;
  button.disabled = false;
}
