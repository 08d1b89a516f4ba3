// The exact readings under the cursor: value, quality, who gave it; a click holds them and checks their signatures.
import { timeText } from "../base/clock.js";
import { noticeDialog } from "../base/dialog.js";
import { $, h } from "../base/dom.js";
import { get } from "../base/http.js";
import { nearest } from "../charts/series.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";

const NEAR = 0.01; // of the width shown: about as near as a hand can point
let shown = { points: {}, from: 0, to: 0 };
let heldAt = null;
let asked = 0;

const source = (point) => (point.device ? `device ${point.device}, signed` : point.entered_by_name ? `entered by ${point.entered_by_name}` : "");
function words(name, point) {
  const unit = metricUnit(name);
  if (point.value === undefined) return `${metricValue(name, point.min)}–${metricValue(name, point.max)} ${unit}, mean of ${point.count}: ${metricValue(name, point.mean)}`;
  const quality = point.quality === "ok" ? "" : point.quality === "manual" ? "" : `, ${point.quality}: not scored`;
  return `${metricValue(name, point.value)} ${unit}${quality}`;
}
function found(at) {
  const within = (shown.to - shown.from) * NEAR;
  return Object.entries(shown.points).map(([name, points]) => [name, nearest(points, at, within)]).filter(([, point]) => point);
}
function draw(at) {
  const near = at === null ? [] : found(at);
  const held = at !== null && at === heldAt;
  $("exact").replaceChildren(...(near.length ? [h("b", {}, timeText(at)), held && h("span", { class: "tag" }, "held"),
    ...near.map(([name, point]) => h("span", { class: "exact-one", title: `${timeText(Date.parse(point.time))}${point.id ? `, ${point.quality}` : ""}` }, h("span", { class: "soft" }, metricName(name)), " ", h("b", {}, words(name, point)), source(point) && h("span", { class: "soft small" }, ` ${source(point)}`))),
    held && near.some(([, point]) => point.id) && h("button", { type: "button", class: "small", onclick: () => proofs(near) }, "Check the signatures…")].filter(Boolean)
    : [h("span", { class: "soft" }, "Point at a curve for exact values; click to hold them, draw over a stretch to zoom.")]));
}
async function proofs(near) {
  const list = h("ul", {}, h("li", { class: "soft" }, "Checking…"));
  noticeDialog({ title: "The readings, checked now", act: "Close", parts: [list] });
  const told = await Promise.all(near.filter(([, point]) => point.id).map(async ([name, point]) => {
    try {
      const proof = await get(`/observations/${encodeURIComponent(point.id)}/evidence`);
      return h("li", {}, h("b", {}, `${metricName(name)} ${words(name, point)}`), ` at ${timeText(Date.parse(point.time))}: `, verdict(proof));
    } catch (problem) { return h("li", {}, `${metricName(name)}: ${problem.message}`); }
  }));
  list.replaceChildren(...told);
}
function verdict(proof) {
  const checks = proof.verification ?? {};
  if (checks.signature_holds === false) return h("b", { class: "wrong" }, "the signature does NOT hold");
  if (checks.contains_reading === false) return h("b", { class: "wrong" }, "the message does NOT say so");
  if (checks.signature_holds) return `signed by ${proof.frame?.device ?? "its device"}: the signature holds and the message says so`;
  return proof.entered_by ? `entered by ${proof.entered_by.display_name || proof.entered_by.username || "a person"}` : "the signed bytes are no longer kept";
}
// `points` by metric as they are shown, `from` and to in ms.
export function exactly(now) { shown = now; heldAt = null; draw(null); }
export function followCursor() {
  document.addEventListener("chartcursor", (event) => {
    const at = /** @type {CustomEvent} */ (event).detail.at;
    if (heldAt !== null) return;
    asked = at;
    requestAnimationFrame(() => { if (asked === at) draw(at); });
  });
  $("charts").addEventListener("click", () => {
    heldAt = heldAt === null ? asked : null;
    draw(heldAt ?? asked);
  });
}
