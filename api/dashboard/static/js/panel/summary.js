// What stands around the rows of the panel: how many alerts wait, of how many people a page is, who has nobody.
import { $, empty, h } from "../base/dom.js";
import { update } from "../base/patch.js";
import { countMarks } from "../parts/alert_words.js";
import { nobodyHeardLine, overdueLine, roundLine, unheardLine, unownedLine } from "./bands.js";

export function nothing(state) {
  if (state.total) return empty("No patient matches.", "Clear the search, or choose “All”.");
  const runs = ["coordinator", "admin"].includes(document.body.dataset.role ?? "");
  return empty("No patients yet.", runs ? h("p", {}, h("a", { class: "button primary", href: "/start" }, "First steps")) : "Patients appear here as soon as they are admitted and in your care. A coordinator admits them and hands out devices.");
}
// `go` shows something else.
export function summary(state, go) {
  const tally = { high: 0, medium: 0, low: 0, ...state.counts };
  update($("counts"), countMarks(tally));
  $("total").textContent = state.matched === state.total ? `${state.total} patients` : `${state.matched} of ${state.total} patients`;
  const unheard = () => go({ show: "unheard", page: 0 });
  update($("lines"), unownedLine(state.bands.unowned, () => go({ show: "unowned", page: 0 })), nobodyHeardLine(state.bands, unheard));
  update($("round-line"), overdueLine(state.bands.overdue, () => go({ show: "overdue", page: 0 })), unheardLine(state.bands, unheard), roundLine(state.bands.round, () => go({ show: "round", page: 0 })));
  const urgent = tally.high + tally.medium;
  document.title = `${urgent ? `(${urgent}) ` : ""}Panel · Homeward`;
}
export function pager(state, first, pages) {
  $("pager").hidden = pages < 2;
  $("where").textContent = `${first}–${first + Math.max(0, state.items.length - 1)} of ${state.matched}`;
  $("back").disabled = state.view.page === 0;
  $("on").disabled = state.view.page >= pages - 1;
}
