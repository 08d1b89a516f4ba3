// How good the risk figure has been so far: each example was told before its outcome was known.
import { $, h, onToggle, scroller, trouble } from "../base/dom.js";
import { page } from "../base/http.js";

const share = (value, digits = 0) => `${(value * 100).toFixed(digits)} %`;
const figure = (value) => (value === null || value === undefined ? "not known yet" : value.toFixed(2));
const line = (name, value, note) => [h("dt", {}, name), h("dd", {}, value, note ? h("span", { class: "soft" }, ` ${note}`) : null)];

function calibration(rows) {
  if (!rows.length) return null;
  const head = h("tr", {}, ["Said", "Happened", "Examples"].map((name) => h("th", { scope: "col" }, name)));
  const body = rows.map((one) => h("tr", {}, h("td", {}, share(one.said)), h("td", {}, share(one.happened)), h("td", {}, String(one.n))));
  return scroller("Calibration", "", h("table", {}, h("caption", {}, "Calibration"), h("thead", {}, head), h("tbody", {}, body)));
}
function told(report) {
  if (!report || !report.examples) return [h("p", {}, "Nothing has been learnt here yet: the figure is not yet proven here, is not shown, and raises no alert.")];
  return [
    h("dl", { class: "told-facts" },
      line("Judged on", `${report.examples} examples`, `${report.positives} deteriorated`),
      line("Discrimination (AUROC)", figure(report.auroc), `NEWS2 alone ${figure(report.auroc_news2)}`),
      line("Error (Brier)", figure(report.brier), "0 is perfect"),
      line("Drift", report.drifts ? `found ${report.drifts} times` : "none found"),
      line("Alerts", report.raises ? "may raise its own" : "not yet proven here: raises none", "never holds one back")),
    calibration(report.calibration ?? []),
  ].filter(Boolean);
}
async function load() {
  const where = $("risk-model").querySelector("[data-told]");
  try {
    where.replaceChildren(...told((await page("/ui/risk-model")).report));
  } catch (problem) {
    trouble(where, problem, "Open it again to try again.");
  }
}
onToggle($("risk-model"), (open) => open && load());
