// Models: versions, validation over time and calibration; cohorts in words and minutes.
import { $, h, scroller, svg, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { watch } from "../base/vigil.js";

const COURSE = 20;
const known = (value, digits = 2) => (value === null || value === undefined ? "not known yet" : Number(value).toFixed(digits));
const gain = (one) => (one ? `${known(one[0])} (95 % ${known(one[1])} to ${known(one[2])})` : "not known yet");
const line = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];

function table(caption, heads, rows) {
  const head = h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)));
  const body = rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell))));
  return scroller(caption, "", h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, body)));
}
// What was said against what happened: on the diagonal both are the same.
function calibration(rows) {
  if (!rows?.length) return null;
  const dots = rows.map((one) => svg("circle", { cx: 10 + one.said * 180, cy: 190 - one.happened * 180, r: 3 + Math.min(5, Math.log10(1 + one.n) * 2), fill: "currentColor" }));
  const words = rows.map((one) => `said ${known(one.said)}, happened ${known(one.happened)}`).join("; ");
  return h("figure", {}, svg("svg", { viewBox: "0 0 200 200", width: 200, height: 200, role: "img", "aria-label": `Calibration: ${words}` },
    svg("path", { d: "M10 10V190H190", fill: "none", stroke: "currentColor" }), svg("path", { d: "M10 190 190 10", stroke: "currentColor", "stroke-dasharray": "4 4" }), dots),
  h("figcaption", { class: "small soft" }, "Said (across) and happened (up); on the dashed line both are the same."));
}
const cardLines = (card) => (card ? h("p", { class: "small soft" }, `Began from ${card.data}: ${card.people} people, ${card.examples} examples; on people left out AUROC ${known(card.proof.auroc)}, NEWS2 ${known(card.proof.auroc_news2)}. ${card.caution} ${card.licence}`) : null);
function riskNow(model) {
  const { report, validation } = model;
  const { proof } = report;
  const course = (validation ?? []).slice(-COURSE).reverse();
  return [
    h("p", {}, h("b", {}, model.id), " ", h("span", { class: model.proven ? "tag" : "tag ageing" }, model.proven ? "proven here" : "not yet proven here"), model.proven ? " It is shown, and may raise an alert of its own." : " It is not shown, and raises nothing."),
    h("dl", { class: "told-facts" }, line("Speaks", report.champion ?? "prior"), line("Judged on", `${report.examples} examples, ${report.positives} deteriorated`),
      line("Against NEWS2 (AUROC)", gain(proof?.auroc_gain)), line("Against the average (Brier)", gain(proof?.brier_gain)),
      line("Calibration slope", known(proof?.slope)), line("Drift", report.drifts ? `found ${report.drifts} times` : "none found")),
    calibration(report.calibration),
    course.length ? table("Validation over time, newest first", ["Version", "Made", "Examples", "AUROC", "NEWS2", "Brier", "Speaks", "Why"], course.map((one) => [one.id, moment(one.made_at), String(one.examples ?? 0), known(one.auroc), known(one.auroc_news2), known(one.brier, 3), one.champion ?? "prior", one.why || ""])) : null,
  ];
}
async function risk(items) {
  const versions = items.filter((one) => one.kind === "risk");
  if (!versions.length) return [h("p", { class: "soft" }, "There is no version yet: the gateway makes the first.")];
  const newest = await get(`/models/${versions[0].id}`);
  return [...riskNow(newest), cardLines(versions.find((one) => one.card)?.card)];
}
function diabetes(items) {
  const newest = items.find((one) => one.kind === "diabetes");
  const rows = newest.card.map((card) => [card.outcome, card.data, `${card.people} (${card.events})`, `${known(card.auroc)} (${known(card.auroc_ci95[0])} to ${known(card.auroc_ci95[1])})`, known(card.slope), card.asks_for.join(", ")]);
  return [table(newest.id, ["Probability of", "Learnt from", "People (with it)", "AUROC, people left out", "Slope", "Asks for"], rows), h("p", { class: "small soft" }, newest.card[0].caution)];
}
const between = (value, [low, high], digits) => `${known(value, digits)} (${known(low, digits)} to ${known(high, digits)})`;
const asked = (demand) => (demand ? [between(demand.alerts_per_patient_day, demand.alerts_ci95, 2), between(demand.minutes_per_patient_day, demand.minutes_ci95, 1)] : ["not known", "not known"]);
function cohorts(told) {
  const rows = told.items.map((one, at) => [String.fromCharCode(65 + at), String(one.size), one.description, ...asked(one.demand)]);
  const minutes = told.items.reduce((sum, one) => sum + one.size * (one.demand?.minutes_per_patient_day ?? 0), 0);
  return [
    h("p", {}, told.why ? `One group: ${told.why}.` : `Found by ${told.method}; stability ${known(told.stability)}, distinctness ${known(told.silhouette)}.`),
    rows.length ? table("Groups of patients, largest first", ["Group", "Patients", "What sets it apart", "Alerts a patient-day (95 %)", "Minutes a patient-day (95 %)"], rows) : null,
    rows.length ? h("p", {}, `Alerts of the last seven days meant ${known(minutes, 0)} minutes a day in all. `, h("a", { href: "/capacity" }, "Plan the time")) : null,
    told.tried.length ? h("details", {}, h("summary", {}, "What was tried"), table("Ways of grouping", ["Way", "Groups", "Stability", "Distinctness"], told.tried.map((one) => [one.method, String(one.k), known(one.stability), known(one.silhouette)]))) : null,
  ];
}
async function show(where, made) {
  try {
    where.replaceChildren(...(await made()).filter(Boolean));
  } catch (problem) { trouble(where, problem, "Open the page again to try again."); }
}

await watch();
const listed = get("/models");
await Promise.all([
  show($("risk"), async () => risk((await listed).items)),
  show($("diabetes"), async () => diabetes((await listed).items)),
  show($("cohorts"), async () => cohorts(await get("/cohorts"))),
]);
