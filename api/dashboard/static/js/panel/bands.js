// The panel's frame: three bands with their counts, the line of emergencies that nobody has, the round.
import { h, shape } from "../base/dom.js";
import { bandOf } from "../words/vitals.js";
import { COLUMNS } from "./columns.js";

const BANDS = { act: "Act now", review: "Review", steady: "Steady" };

export function frame(columns) {
  const heads = ["NEWS2", ...COLUMNS.filter(([name]) => columns.includes(name)).map(([, text]) => text)];
  return h("div", { class: "scroll card", "data-key": columns.join(" ") }, h("table", { class: "panel stack" }, h("caption", { class: "visually-hidden" }, "Patients by urgency, most urgent first"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Patient"), heads.map((text) => h("th", { scope: "col" }, text)))), h("tbody", { id: "rows", "data-apart": true })));
}
// Rows with the heading of each band before its first; `folded` says that the steady ones are not shown.
export function banded(rows, { bands, span, nodeOf, folded, unfold, apart = true }) {
  const made = [];
  if (!apart) return rows.flatMap(nodeOf);
  let before = "";
  for (const row of rows) {
    const band = bandOf(row);
    if (band !== before) made.push(heading(band, bands[band], span));
    before = band;
    made.push(...nodeOf(row));
  }
  if (folded && bands.steady > 0) made.push(heading("steady", bands.steady, span, unfold));
  return made;
}
const known = new Map();
function heading(band, count, span, unfold) {
  const key = `${band} ${count} ${span} ${Boolean(unfold)}`;
  if (!known.has(key)) {
    known.set(key, h("tr", { class: "band", "data-band": band }, h("th", { colspan: span, scope: "rowgroup" }, `${BANDS[band]} `, h("span", { class: "soft" }, `${count}`), " ",
      unfold && h("button", { type: "button", class: "quiet", "aria-label": `Show the ${count} steady patients`, onclick: unfold }, "Show"))));
    if (known.size > 60) known.delete(known.keys().next().value);
  }
  return known.get(key);
}

export function unownedLine(count, show) {
  if (!count) return null;
  return h("p", { class: "unowned", role: "status", "data-key": "unowned" }, h("b", {}, `${count} ${count === 1 ? "emergency" : "emergencies"} without an owner`), h("button", { type: "button", "aria-label": "Show the emergencies without an owner", onclick: show }, "Show"));
}
const enters = ["doctor", "nurse", "admin"].includes(globalThis.document?.body.dataset.role ?? "");
export function overdueLine(count, show) {
  if (!count) return null;
  return h("span", { class: "round-line", "data-key": "overdue" }, h("b", { class: "overdue" }, `${count} ${count === 1 ? "observation is" : "observations are"} overdue: `), h("button", { type: "button", class: "quiet", "aria-label": "show whose observation is overdue", onclick: show }, "show"));
}
// That nobody is heard is no calm: it is the way of all readings that is broken, or nobody measures.
export function nobodyHeardLine({ unheard, active }, show) {
  if (!unheard || unheard < active) return null;
  const whom = active === 1 ? "The patient has" : `None of the ${active} patients has`;
  return h("p", { class: "unheard", role: "status", "data-key": "unheard" }, shape("medium"), h("b", {}, `${whom} ${active === 1 ? "no" : "a"} fresh reading`), " Nothing was heard for an hour or longer: what stands below is old.", h("button", { type: "button", "aria-label": "Show who was not heard", onclick: show }, "Show"));
}
export function unheardLine({ unheard, active }, show) {
  if (!unheard || unheard === active) return null;
  return h("span", { class: "round-line soft", "data-key": "unheard" }, `${unheard} ${unheard === 1 ? "was" : "were"} not heard for an hour: `, h("button", { type: "button", class: "quiet", "aria-label": "show who was not heard", onclick: show }, "show"));
}
export function roundLine(count, show) {
  if (!count) return null;
  return h("span", { class: "round-line soft", "data-key": "round" }, `${count} ${count === 1 ? "lacks" : "lack"} only consciousness or oxygen: `, enters ? h("a", { href: "/round" }, "start a round") : h("button", { type: "button", class: "quiet", onclick: show }, "show them"));
}
