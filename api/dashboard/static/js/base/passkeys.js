// What a browser says of an authenticator, as JSON that the server reads.
import { t } from "./language.js";
export const able = () => isSecureContext && typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

export async function register(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return /** @type {any} */ (await navigator.credentials.create({ publicKey })).toJSON();
}
export async function assert(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return /** @type {any} */ (await navigator.credentials.get({ publicKey })).toJSON();
}
// The browser's own words for "no" are for programmers.
export function plain(problem) {
  if (problem?.name === "InvalidStateError") return new Error(t("This device is registered for your account already."));
  if (problem?.name === "NotAllowedError" || problem?.name === "AbortError") return new Error(t("The passkey was not given, or it took too long. Try again."));
  if (problem?.name === "SecurityError") return new Error(t("This address cannot have passkeys: open Homeward by its name, not by a number."));
  return problem;
}
