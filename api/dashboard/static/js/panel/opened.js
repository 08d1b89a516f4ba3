// A row opened in place: its alerts to answer, and what staff tell to enter, without leaving the panel.
import { alertCard } from "../alerts/alert_card.js";
import { h, trouble } from "../base/dom.js";
import { all } from "../base/http.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { quickEntry } from "../patient/quick_entry.js";
import { byDanger, dangers, isOpen } from "../words/dangers.js";

const enters = ["doctor", "nurse", "admin"].includes(document.body.dataset.role ?? "");

// `row()` gives the patient as the panel has them now; `changed()` asks for it anew.
export function openedRow(row, { span, changed }) {
  const alerts = h("ul", { class: "feed" });
  const entry = enters ? quickEntry(row(), { saved: changed }) : null;
  const node = h("tr", { class: "opened", "data-opened": row().patient }, h("td", { colspan: span }, h("div", { class: "opened-parts" }, alerts, entry && h("section", { class: "card" }, entry))));
  let found = [];
  const draw = () => update(alerts, found.length ? alertCard(found, { person: row(), link: false, onDone: taken, redraw: draw }) : h("li", { class: "soft" }, "No open alert. ", h("a", { href: `/patients/${row().patient}` }, "Open the chart")));
  const soon = steady(draw);
  function taken(now) { found = found.map((one) => (one.id === now.id ? now : one)).filter(isOpen); draw(); changed(); }
  async function load() {
    try {
      found = (await all("/alerts", { patient: row().patient, state: ["open", "acknowledged"] }, 200));
      found.sort(byDanger(dangers(found)));
      soon();
    } catch (problem) { trouble(alerts, problem); }
  }
  load();
  return { node, load };
}
