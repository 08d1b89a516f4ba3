// The rows that stand on the panel, each rebuilt only when it has something else to say, so that focus and
// selection stay; and those that somebody has opened in place.
import { h } from "../base/dom.js";
import { update } from "../base/patch.js";
import { unreadOf } from "../base/unread.js";
import { RANK } from "../words/dangers.js";
import { addressOf } from "./address.js";
import { openedRow } from "./opened.js";
import { cells, freshCell } from "./row.js";

// What somebody has taken on or has a plan for is still there: its colour stays while it holds.
export function urgency(row) {
  const open = (row.alerts ?? []).filter((alert) => alert.state === "open" || !alert.cleared_at).map((alert) => alert.priority).sort((a, b) => RANK[a] - RANK[b]);
  return open[0] ?? "";
}
// `state` is the page's own; `changed()` asks for the rows anew.
export function rows({ state, changed }) {
  const drawn = new Map();
  const opened = new Map();
  const fresh = new Set();
  let of = "";

  function toggle(row) {
    if (opened.has(row.patient)) { opened.get(row.patient).node.remove(); opened.delete(row.patient); } else {
      const of = () => state.items.find((one) => one.patient === row.patient) ?? row;
      opened.set(row.patient, openedRow(of, { span: state.columns.length + 2, changed }));
      drawn.get(row.patient).node.after(opened.get(row.patient).node);
    }
    rowOf(state.items.find((one) => one.patient === row.patient) ?? row);
  }
  function rowOf(one) {
    const row = { ...one, unread: unreadOf(one.patient) };
    const course = state.courses[row.patient];
    const isOpened = opened.has(row.patient);
    const said = JSON.stringify([row, course, state.columns, isOpened], (key, value) => (key === "freshness_s" || key === "came" ? undefined : value));
    let entry = drawn.get(row.patient);
    if (!entry) { entry = { node: h("tr", { "data-patient": row.patient }), said: "" }; drawn.set(row.patient, entry); }
    if (entry.said !== said) { update(entry.node, cells(row, { columns: state.columns, course, opened: isOpened, open: () => toggle(row) })); entry.said = said; }
    const heard = entry.node.querySelector("[data-fresh]");
    if (heard) update(heard, freshCell(row));
    entry.node.dataset.urgency = urgency(row);
    entry.node.classList.toggle("fresh", fresh.delete(row.patient));
    return entry.node;
  }
  return {
    nodesOf: (row) => (opened.has(row.patient) ? [rowOf(row), opened.get(row.patient).node] : [rowOf(row)]),
    raised(patient) { fresh.add(patient); },
    // Somebody has answered, or it got worse: who has the row open sees it.
    told(patient) { opened.get(patient)?.load(); },
    // A row that somebody has open stays while they look at the same list, though it would have left it.
    held(items) {
      const now = addressOf({ ...state.view, columns: [] });
      const same = now === of;
      of = now;
      return same ? state.items.filter((row) => opened.has(row.patient) && !items.some((one) => one.patient === row.patient)) : [];
    },
    anew() { drawn.clear(); opened.clear(); },
    // A page that stays open for weeks keeps no more than it shows.
    forget() {
      const shown = new Set(state.items.map((row) => row.patient));
      for (const kept of [drawn, opened]) for (const id of kept.keys()) if (!shown.has(id)) kept.delete(id);
    },
  };
}
