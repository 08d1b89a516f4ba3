// Readings one by one: who gave each, and taking one back that was entered in error.
import { wardNow } from "../base/clock.js";
import { field, formDialog } from "../base/dialog.js";
import { $, h, onToggle, say, trouble } from "../base/dom.js";
import { all, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";
import { t, woven } from "../base/language.js";

const SHOWN = 60;
const MINUTE = 60000;
const ENTERED_MS = 7 * 24 * 60 * MINUTE;

const words = (one) => [metricName(one.metric), " ", h("b", {}, metricValue(one.metric, one.value)), ` ${metricUnit(one.metric)}`];
const giver = (one) => (one.device ? t("device {id}", { id: one.device }) : one.entered_by_name ?? t("a person"));

// Shows the readings of one patient; `who` gives their name, `changed` is called after a correction.
// Who is given as `only` may take back what they entered themselves.
export function readingList(id, { who, changed, only = null, list = $("readings") }) {
  const choice = $("which-readings");
  async function load() {
    const minutes = Number(choice?.value);
    const from = new Date(wardNow() - (minutes ? minutes * MINUTE : ENTERED_MS)).toISOString();
    try {
      const points = await all(`/patients/${id}/observations`, { from, include: "entered-in-error", source: minutes ? undefined : "person", limit: 5000 }, 20000);
      const newest = points.slice(-SHOWN).reverse();
      update(list, newest.length ? newest.map(row) : h("li", { class: "soft" }, t("No reading in this time.")));
    } catch (problem) { trouble(list, problem, t("Open it again.")); }
  }
  function row(one) {
    const taken = one.entered_in_error;
    const told = [moment(one.time), h("span", { class: "soft small" }, " ", one.quality === "questionable" ? t("{giver}, questionable", { giver: giver(one) }) : giver(one))];
    if (taken) return h("li", { "data-key": one.id }, h("s", {}, words(one)), " ", told, h("div", { class: "small" }, woven("Entered in error: {reason} ({name}, {when})", { reason: taken.reason ?? t("(erased)"), name: taken.by_name ?? t("somebody"), when: moment(taken.at) })));
    if (only && one.entered_by !== only) return h("li", { "data-key": one.id }, words(one), " ", told);
    const label = t("{what} of {whom} was entered in error", { what: `${metricName(one.metric)} ${metricValue(one.metric, one.value)}`, whom: who() });
    return h("li", { "data-key": one.id }, words(one), " ", told, " ", h("button", { type: "button", class: "small", "aria-label": label, onclick: () => takeBack(one) }, t("Entered in error…")));
  }
  function takeBack(one) {
    const reason = h("input", { type: "text", required: true, maxlength: 500, autocomplete: "off" });
    formDialog({ title: t("Take this reading of {whom} back?", { whom: who() }), act: t("Mark as entered in error"), danger: true, parts: [
      h("p", {}, words(one), " ", moment(one.time), `, ${giver(one)}`),
      h("p", {}, t("It stays in the record, struck through. Score, charts, usual values and alerts are worked out again without it.")),
      field("reason", t("Why"), reason, t("such as: typed 18 for 81; another person's"))],
      send: async (said) => { await post(`/observations/${one.id}/entered-in-error`, { reason: said.get("reason") }); say(t("Marked as entered in error")); await load(); changed(); } });
  }
  choice?.addEventListener("change", load);
  onToggle($("readings-part"), (open) => open && load());
  return load;
}
