// The banner that stays in sight: who this is, what must not be overlooked, whose, and how they are now.
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { vitalValue } from "../panel/row.js";
import { metricValue, shortMetrics } from "../words/metrics.js";

const phoneOf = (text) => (typeof text === "string" ? text.match(/\+?[\d][\d ()-]{5,}/)?.[0] : undefined);

// `row` is the patient's row of the panel: the newest vital signs with the points of each; absent while not known.
export function banner(where, patient, row) {
  const phone = phoneOf(patient.phone);
  const told = [
    patient.age !== null && patient.age !== undefined && h("span", {}, `${patient.age} years`),
    patient.spo2_scale === 2 && h("b", { class: "boxed" }, "SpO₂ scale 2"),
    phone && h("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}`, "aria-label": `Call ${phone}, ${patient.name ?? "(erased)"}` }, `Call ${phone}`),
    patient.state === "active" && h("span", {}, "with ", h("b", { class: patient.doctor_name ? "" : "overdue" }, patient.doctor_name ?? "nobody")),
    patient.state !== "active" && h("b", { class: "overdue" }, patient.state),
  ];
  update(where, h("div", { class: "told-line" }, told), row && h("div", { class: "vitals-strip" }, strip(row.vitals)));
}
function strip(vitals) {
  const one = (vital, written) => h("span", { class: "strip-vital", "data-key": vital.metric }, h("span", { class: "soft small" }, shortMetrics([vital.metric])), " ", vitalValue(vital, written), " ", h("small", { class: "soft" }, moment(vital.time, { only: "short" })));
  const lower = vitals.find((vital) => vital.metric === "dbp");
  return vitals.filter((vital) => vital.metric !== "dbp").map((vital) => one(vital, vital.metric === "sbp" && lower ? `${metricValue("sbp", vital.value)}/${metricValue("dbp", lower.value)}` : undefined));
}
