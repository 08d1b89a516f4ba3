// What is known of a patient: the state now, the person, the limits in force, the devices.
import { clockText, wardNow, span } from "../base/clock.js";
import { $, h, bar } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { refusedWords, score } from "../parts/score.js";
import { languageName } from "../words/languages.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";
import { notScored, percent } from "../words/news2.js";
import { STATEMENTS } from "../words/statements.js";

const UNUSUAL = 2; // in the patient's own units of spread
const list = (pairs) => h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
const card = (title, ...parts) => h("section", { class: "card", "data-key": title }, h("h2", {}, title), ...parts);

function contact(value) {
  if (!value) return null;
  const text = typeof value === "string" ? value : [value.name, value.relation, value.phone].filter(Boolean).join(", ");
  const phone = (typeof value === "string" ? value : value.phone ?? "").match(/\+?[\d][\d ()-]{5,}/)?.[0];
  return phone ? h("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}` }, text) : text;
}
const pregnancy = (told) => told && (told.until ? `from ${told.from} until ${told.until}` : h("span", { class: "ageing" }, `since ${told.from}, no end given`));
function person(patient) {
  const born = patient.birth_date ? `${patient.birth_date} (${patient.age} years)` : patient.name && h("b", { class: "ageing" }, "not known: scored as an adult");
  return card("Person", list([
    ["Born", born], ["Sex", patient.sex], ["Language", patient.language && languageName(patient.language)], ["Pregnant", pregnancy(patient.pregnant)], ["Diabetes", patient.diabetes === null ? null : patient.diabetes ? "yes" : "no"], ["Phone", contact(patient.phone)], ["In an emergency", contact(patient.emergency_contact)],
    ["Their time", patient.time_zone && h("span", {}, h("b", { "data-zone-clock": patient.time_zone }, clockText(wardNow(), patient.time_zone)), ` ${patient.time_zone}`)],
    ["Record no.", patient.external_id],
    ...Object.entries(STATEMENTS).map(([kind, { label }]) => [label, stated(patient.statements?.[kind])]),
    ["Now with", patient.state === "active" && (patient.doctor_name ?? h("b", { class: "overdue" }, "nobody"))],
    ["Watched", patient.state === "active" ? "yes" : h("b", { class: "overdue" }, `${patient.state}${patient.until ? " until " : ""}`, patient.until ? moment(patient.until) : "")],
  ]));
}
const stated = (said) => (said?.text ? [said.text, h("div", { class: "small soft" }, `${said.by_name ?? "somebody"}, `, moment(said.at))] : h("span", { class: "ageing" }, "not recorded"));
function unusual(baselines) {
  const far = baselines.filter((one) => Math.abs(one.deviation) >= UNUSUAL).sort((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation));
  return far.map((one) => `${metricName(one.metric)} ${one.deviation > 0 ? "above" : "below"} own usual ${metricValue(one.metric, one.median)}`).join(", ");
}
// Whom NEWS2 is not for is told so, and what watches over them in its place.
const unscored = (news2) => h("p", {}, h("b", {}, `NEWS2 does not apply: ${notScored(news2)}. `), news2.reason === "under_16" ? "Pulse, breathing and SpO₂ are judged by age; the rest by limits of their own." : "Readings are judged by limits for pregnancy and their own.");
// The figure is shown only once it has proved itself on people here.
function riskWords(risk) {
  if (risk?.probability === null || risk?.probability === undefined) return null;
  if (risk.proven === false) return h("span", { class: "soft" }, "not yet proven here");
  return [bar(risk.probability, "risk"), ` ${percent(risk.probability)} within ${span((risk.horizon_minutes ?? 0) * 60)}`];
}
function now(assessment) {
  if (!assessment?.time) return card("Now", notScored(assessment?.news2) ? unscored(assessment.news2) : h("p", { class: "soft" }, "No score yet: nothing was measured, or not enough of it."));
  const missing = assessment.news2.missing ?? [];
  return card("Now", score(assessment.news2), notScored(assessment.news2) && unscored(assessment.news2), list([
    [notScored(assessment.news2) ? "Judged" : "Scored", moment(assessment.time)],
    ["Missing", missing.length ? missing.map(metricName).join(", ") : null],
    ["Not used", assessment.refused?.length ? refusedWords(assessment.refused).map((words) => h("div", {}, words)) : null],
    ["Measure first", assessment.news2.settles ? h("b", {}, metricName(assessment.news2.settles)) : null],
    ["Scores 3", (assessment.news2.single_3_in ?? []).map(metricName).join(", ")],
    ["Risk", riskWords(assessment.risk)],
    ["Driven by", assessment.risk?.proven === false ? null : (assessment.drivers ?? []).slice(0, 3).map((one) => `${one.what}${one.direction ? ` (${one.direction})` : ""}`).join(", ")],
    ["Not as usual", unusual(assessment.baselines ?? [])],
  ]), h("p", { class: "soft small" }, "The risk is learnt from data and may be wrong. It never lowers what NEWS2 or a limit says."));
}
function deviceLine(device) {
  const expected = Object.entries(device.expected ?? {}).map(([name, s]) => `${metricName(name)} every ${span(s)}`).join(", ");
  const battery = device.battery === null || device.battery === undefined ? "" : `battery ${metricValue("battery", device.battery)} %`;
  return h("p", {}, h("b", {}, device.kind), " ", h("span", { class: "soft" }, device.serial ?? device.id), device.state !== "enrolled" && [" ", h("span", { class: "tag" }, device.state)], h("br"),
    device.last_received ? h("span", { class: device.silent ? "overdue" : "" }, moment(device.last_received, { prefix: device.silent ? "silent since " : "heard " })) : h("span", { class: "overdue" }, "never heard"),
    (battery || expected) && h("span", { class: "small soft" }, h("br"), [battery, expected].filter(Boolean).join(" · ")));
}
// Every limit that holds, whose it is, and who set one of their own, until when and why.
const WHOSE = { ward: "ward", age: "by age", pregnancy: "pregnancy", no_diabetes: "no diabetes", patient: "own" };
function limitLine(limit, name) {
  const there = ["low", "high"].filter((at) => limit[at] !== null && limit[at] !== undefined);
  const whose = [...new Set(there.map((at) => WHOSE[limit.origin[at]] ?? ""))].join(" and ");
  const words = there.length > 1 ? `${limit.low}–${limit.high}` : there.length ? `${there[0] === "low" ? "below" : "above"} ${limit[there[0]]}` : null;
  return [words ? [`${there.length > 1 ? "outside " : ""}${words} ${metricUnit(name)} `, h("span", { class: "soft small" }, whose)] : h("b", { class: "overdue" }, "no limit"),
    $("care") && h("button", { type: "button", class: "quiet small", "data-limit": name, "aria-label": `Change the limits of ${metricName(name)}` }, "Change…"),
    limit.set_by_name && h("div", { class: "small soft" }, `set by ${limit.set_by_name} `, moment(limit.set_at), limit.until && [", until ", h("b", {}, moment(limit.until))], limit.reason && `: “${limit.reason}”`)];
}
function limitsOf(patient) {
  const held = Object.entries(patient.limits_in_force ?? {});
  return h("div", {}, list(held.map(([name, limit]) => [metricName(name), limitLine(limit, name)])),
    h("p", { class: "small soft" }, `SpO₂ scale ${patient.spo2_scale ?? 1}${patient.profile ? `, profile “${patient.profile}”` : ""}. Critical values alert whatever stands here.`));
}
// Each part where it belongs: how they are now beside the problem, the rest in the tab of its name.
export function facts(patient, assessment, devices) {
  update($("facts"), now(assessment));
  update($("person-now"), person(patient));
  update($("limits-now"), limitsOf(patient));
  if ($("devices-now")) update($("devices-now"), card("Devices", devices.length ? devices.map(deviceLine) : h("p", { class: "soft" }, "No device yet. The coordinator registers one and hands over its enrolment code.")));
}
