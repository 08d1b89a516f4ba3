// The banner that stays in sight: who this is, what must not be overlooked, whose, and how they are now.
import { wardNow } from "../base/clock.js";
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { vitalValue } from "../panel/row.js";
import { metricValue, shortMetrics } from "../words/metrics.js";
import { phoneOf, STATEMENTS, statementWords } from "../words/statements.js";

const heard = (seconds) => new Date(wardNow() - seconds * 1000).toISOString();

// `row` is the patient's row of the panel: the newest vital signs with the points of each; absent while not known.
// `freshness` is how many seconds ago anything was heard of them.
export function banner(where, patient, { row, freshness }) {
  const known = freshness !== null && freshness !== undefined;
  const told = [
    patient.age !== null && patient.age !== undefined && h("span", {}, `${patient.age} years`),
    patient.sex && patient.sex !== "unknown" && h("span", {}, patient.sex),
    patient.spo2_scale === 2 && h("b", { class: "boxed" }, "SpO₂ scale 2"),
    phoneOf(patient.phone) && h("span", {}, h("span", { class: "soft" }, "phone "), patient.phone),
    patient.state === "active" && h("span", {}, "with ", h("b", { class: patient.doctor_name ? "" : "overdue" }, patient.doctor_name ?? "nobody")),
    patient.state !== "active" && h("b", { class: "overdue" }, patient.state),
    known ? h("span", {}, h("span", { class: "soft" }, "heard "), moment(heard(freshness), { only: true })) : h("b", { class: "overdue" }, "never heard"),
  ];
  const said = Object.keys(STATEMENTS).map((kind) => {
    const { words, known: recorded } = statementWords(kind, patient.statements ?? {});
    return h("span", { "data-key": kind, class: recorded ? (STATEMENTS[kind].grave ? "boxed" : "stated") : "ageing small", title: words }, words);
  });
  update(where, h("div", { class: "told-line", tabindex: "0", role: "region", "aria-label": "What must not be overlooked" }, told, said), row && h("div", { class: "vitals-strip", tabindex: "0", role: "region", "aria-label": "Newest vital signs" }, strip(row.vitals)));
}
function strip(vitals) {
  const one = (vital, written) => h("span", { class: "strip-vital", "data-key": vital.metric }, h("span", { class: "soft small" }, shortMetrics([vital.metric])), " ", vitalValue(vital, written), " ", h("small", { class: "soft" }, moment(vital.time, { only: "short" })));
  const lower = vitals.find((vital) => vital.metric === "dbp");
  return vitals.filter((vital) => vital.metric !== "dbp").map((vital) => one(vital, vital.metric === "sbp" && lower ? `${metricValue("sbp", vital.value)}/${metricValue("dbp", lower.value)}` : undefined));
}
