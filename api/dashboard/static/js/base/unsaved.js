// Whether somebody has typed or chosen what is not saved yet: it is never thrown away for them.
import { t } from "./language.js";

// A field that differs from what it was drawn with; a search or a choice of view is no input.
/** @param {any} field */
export function touched(field) {
  if (field.type === "hidden" || field.type === "search" || field.disabled) return false;
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected) && [...field.options].some((one) => one.defaultSelected);
  return field.value !== field.defaultValue;
}
/** @param {ParentNode} within */
export const unsaved = (within = document) => [...within.querySelectorAll("main form input, main form select, main form textarea, form[method=dialog] input, form[method=dialog] select, form[method=dialog] textarea")]
  .some((field) => !field.closest("[data-view]") && touched(field));

// Who is signed out is led to the log-in, unless something is not saved: then the page stays, and says so.
export function signedOut() {
  if (unsaved()) dispatchEvent(new Event("signedout"));
  else location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}
export const SIGNED_OUT = t("You are signed out. What you typed is still here: sign in again in another window, then send it.");
