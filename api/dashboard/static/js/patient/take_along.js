// What is shown, to take along: CSV by its address, FHIR as one Bundle put together from the server's pages.
import { dateText, wardNow } from "../base/clock.js";
import { tried } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { menu } from "../base/menu.js";

const MOST = 20000; // readings in one Bundle: a week of minute readings of a vital is about 10,000
const shown = { id: "", from: 0, to: 0, metrics: /** @type {string[]} */ ([]) };
const iso = (ms) => new Date(ms).toISOString();

// The addresses of what is shown. Pure.
/** @param {{ id: string, from: number, to: number, metrics: string[] }} asked */
export function addresses({ id, from, to, metrics }) {
  const csv = new URLSearchParams([["from", iso(from)], ["to", iso(to)], ...metrics.map((name) => ["metric", name])]);
  const fhir = new URLSearchParams([["patient", id], ["date", `ge${iso(from)}`], ["date", `lt${iso(to)}`], ["_sort", "date"], ["_count", "1000"]]);
  return { report: `/api/v1/patients/${id}/report.pdf`, document: `/fhir/r4/Patient/${id}/$document`, csv: `/api/v1/patients/${id}/observations.csv?${csv}`, fhir: `/fhir/r4/Observation?${fhir}` };
}
async function bundle(first) {
  const entry = [];
  for (let next = first; next;) {
    const answer = await fetch(next, { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/fhir+json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const page = await answer.json();
    entry.push(...(page.entry ?? []).map(({ fullUrl, resource }) => ({ fullUrl, resource })));
    if (entry.length > MOST) throw new Error(`More than ${MOST} readings: choose a shorter time.`);
    const link = (page.link ?? []).find((one) => one.relation === "next")?.url;
    next = link && new URL(link, location.href).pathname + new URL(link, location.href).search;
  }
  return { resourceType: "Bundle", type: "collection", timestamp: iso(wardNow()), entry };
}
async function saveFhir() {
  const made = await bundle(addresses(shown).fhir);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(made, null, 1)], { type: "application/fhir+json" }));
  link.download = `observations-${dateText(shown.from)}-${dateText(shown.to)}.fhir.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
export function takeAlong(id, { from, to, metrics }) {
  Object.assign(shown, { id, from, to, metrics });
  const at = addresses(shown);
  $("take-csv").href = at.csv;
  $("take-report").href = at.report;
  $("take-document").href = at.document;
}
menu($("take"));
$("take-fhir").addEventListener("click", () => tried($("taken"), "FHIR Bundle saved.", saveFhir));
$("take-print").addEventListener("click", () => print());
