// The reports of one's own weeks, the newest open; a week without one is said to have none.
import { $, h } from "../base/dom.js";
import { t } from "../base/language.js";
import { update } from "../base/patch.js";
import { WHY_MISSING, weekName, weekParts } from "../words/week.js";

export function weekOf(one) {
  if (!one.report) return [h("p", {}, WHY_MISSING[one.missing] ?? t("Nothing is left of this report."))];
  return weekParts(one.report).map(([title, lines]) => [h("h4", {}, title), h("ul", {}, lines.map((text) => h("li", {}, text)))]);
}
export function showWeeks(items) {
  $("weeks-part").hidden = items.length === 0;
  update($("weeks"), items.map((one, at) => h("details", { "data-key": one.id, open: at === 0 }, h("summary", {}, weekName(one)), weekOf(one))));
}
