// The log: who saw and did what, from where and by what right; the chain that holds it together.
import { dateText, secondsText } from "../base/clock.js";
import { answers } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { watch } from "../base/vigil.js";

let asked = /** @type {Record<string, string>} */ ({});
let following = null;
let body = null;

const person = (one) => (one.username ? h("button", { type: "button", class: "link", "aria-label": `${one.username}: only what they did`, onclick: () => only({ actor: one.actor }, `what ${one.username} did`) }, one.username) : one.actor);
function whose(one) {
  const listed = one.detail.patients?.length;
  if (listed) return `${listed} in a list`;
  if (one.patient_number === null) return "";
  const words = one.name ? `${one.name} (number ${one.patient_number})` : `number ${one.patient_number}`;
  return h("button", { type: "button", class: "link", "aria-label": `${words}: only this patient`, onclick: () => only({ patient_number: `${one.patient_number}` }, `the patient number ${one.patient_number}`) }, words);
}
function origin(one) {
  const { address = one.detail.address, machine } = one.detail.from ?? {};
  return [address, machine].filter(Boolean).join(", ");
}
function removed(one) {
  const { kind, cut_off: until, before, removed: gone, left } = one.detail;
  if (one.action !== "retention.remove") return "";
  return h("span", { class: "soft" }, ` ${kind}: ${gone} of ${before} rows from before ${dateText(Date.parse(until))}, ${left} left`);
}
function row(one) {
  const at = Date.parse(one.at);
  const cell = (label, text) => h("td", { "data-label": label }, text);
  return h("tr", {}, h("td", { class: "wide nowrap" }, `${dateText(at)} ${secondsText(at)}`), cell("Who", person(one)), cell("Did", [h("code", {}, one.action), removed(one)]),
    cell("Patient", whose(one)), cell("By what right", one.detail.why ?? ""), cell("From", origin(one)), cell("Line", `${one.id}`));
}
const HEADS = ["When", "Who", "Did", "Patient", "By what right", "From", "Line"];
function chain({ ok, rows, first_broken: broken, first_unanchored: unanchored, anchors, signed, begins_after: gone }) {
  const aged = gone ? ` Lines up to ${gone} went by their age.` : "";
  $("chain").className = ok ? "" : "caution";
  $("chain").textContent = ok ? `The chain holds: ${rows} lines, each sealing the one before${anchors ? `, the same as ${anchors} heads kept outside${signed ? `, ${signed} of them signed` : ""}` : "; no head is kept outside"}.${aged}`
    : `THE CHAIN IS BROKEN at line ${broken ?? unanchored}: what stands there is not what was written. Keep everything as it is and call who answers for security.`;
}
async function load() {
  try {
    const told = await get("/audit", { ...asked, cursor: following });
    if (!following) {
      body = h("tbody", {});
      $("rows").replaceChildren(told.items.length ? h("div", { class: "scroll" }, h("table", { class: "stack" }, h("thead", {}, h("tr", {}, HEADS.map((text) => h("th", { scope: "col" }, text)))), body)) : empty("No line matches.", "Press “All”."));
      chain(told.verification);
    }
    body.append(...told.items.map(row));
    following = told.next;
    $("more").hidden = !following;
    $("trouble").replaceChildren();
  } catch (problem) { trouble($("trouble"), problem, "Try again."); }
}
function only(what, words) {
  asked = what;
  following = null;
  $("only").textContent = words ? `Shown: ${words}.` : "";
  return load();
}
$("filter").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = answers($("filter"));
  const wanted = { action: said.get("action").trim(), patient_number: said.get("patient_number").trim() };
  only(wanted, [wanted.action, wanted.patient_number && `patient number ${wanted.patient_number}`].filter(Boolean).join(", "));
});
$("filter").addEventListener("reset", () => { only({}, ""); });
$("aged").addEventListener("click", () => { $("action").value = "retention.remove"; only({ action: "retention.remove" }, "what was removed because it had been kept long enough"); });
$("more").addEventListener("click", load);
await watch();
await load();
