// What a card says besides its reasons: what is missing, what was done last, and the telephone.
import { h } from "../base/dom.js";
import { page } from "../base/http.js";
import { moment } from "../base/moments.js";
import { dial } from "../base/phone.js";
import { doneWords } from "../words/done.js";
import { shortMetrics } from "../words/metrics.js";

/** @typedef {{ phone: string | null, last: { what: string, outcome: string | null, by: string | null, at: string } | null }} Lines */
/** @type {Map<string, Lines>} */
const known = new Map();
const ASKED_AT_ONCE = 100;

export const linesOf = (patient) => known.get(patient);
// Asked for when a card of somebody comes, and again when something has happened to it.
export async function loadLines(patients, then) {
  const ids = [...new Set(patients)].filter(Boolean);
  try {
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      const asked = ids.slice(at, at + ASKED_AT_ONCE).map((id) => `patient=${id}`).join("&");
      for (const one of (await page(`/ui/cards?${asked}`)).items) known.set(one.patient, one);
    }
    if (ids.length) then();
  } catch { /* the card stands without them */ }
}
export const forgetLines = (alerts) => { const there = new Set([...alerts].map((alert) => alert.patient)); for (const id of known.keys()) if (!there.has(id)) known.delete(id); };

export function cardLines(person, patient) {
  const lines = known.get(patient), missing = person?.news2?.missing ?? [];
  const last = lines?.last;
  return [
    missing.length > 0 && h("span", { "data-key": "missing", class: "ageing" }, `Missing: ${shortMetrics(missing)}`),
    last && h("span", { "data-key": "last" }, `Last: ${doneWords(last)}`, last.by ? ` by ${last.by}, ` : ", ", moment(last.at)),
    lines?.phone && h("span", { "data-key": "phone" }, "Telephone ", dial(lines.phone)),
  ];
}
