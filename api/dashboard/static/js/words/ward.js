// What the parts of an alert and an assessment look like, the same on every page.
import { h, mark, WORDS } from "../base/dom.js";
import { moment, wardNow } from "../base/clock.js";

const METRICS = {
  hr: ["Heart rate", "/min"], spo2: ["SpO₂", "%"], rr: ["Breathing rate", "/min"], temp: ["Temperature", "°C"],
  sbp: ["Systolic", "mmHg"], dbp: ["Diastolic", "mmHg"], glucose: ["Glucose", "mg/dL"], weight: ["Weight", "kg"],
  steps: ["Steps", ""], acvpu: ["Consciousness", ""], o2: ["Oxygen", ""], battery: ["Battery", "%"],
};
const SHORT = { ...Object.fromEntries(Object.entries(METRICS).map(([key, [name]]) => [key, name])), rr: "RR", sbp: "BP", temp: "temp", hr: "pulse", acvpu: "ACVPU", o2: "O₂", adult: "an adult (no birth date)" };
const CONDITIONS = {
  news2_urgent: "NEWS2 5 or more: urgent review", news2_emergency: "NEWS2 7 or more: emergency review",
  single_3: "One measurement scores 3", incomplete_score: "Score incomplete, may be urgent", risk: "Predicted deterioration",
  glucose_low: "Glucose low", glucose_high: "Glucose high", unconfirmed_deterioration: "Late readings show deterioration, nothing fresh since",
  silent: "Device silent", coverage: "Too few readings", battery: "Battery low", clock: "Device clock uncertain", forged: "Forged message refused",
  conflict: "Two devices, one identity", sensor: "Sensor trouble", units: "Readings in another unit", refused: "Readings refused", weight_gain: "Weight gained", ward_outage: "Many devices silent at once", nobody_on_shift: "Nobody on shift", sign_in_guessing: "Somebody is guessing passwords",
};
const BANDS = { low: "low", "low-medium": "low–medium", medium: "urgent", high: "emergency" };
export const RANK = { high: 0, medium: 1, low: 2 };

export const METRIC_NAMES = Object.keys(METRICS);
export const metricName = (name) => METRICS[name]?.[0] ?? name;
export const metricUnit = (name) => METRICS[name]?.[1] ?? "";
export function metricValue(name, value) {
  if (name === "acvpu") return ["Alert", "Confusion", "Voice", "Pain", "Unresponsive"][value] ?? `${value}`;
  if (name === "o2") return value ? "on oxygen" : "room air";
  const digits = name === "temp" || name === "weight" ? 1 : 0;
  return `${Number(value).toFixed(digits)}`;
}
export function conditionName(name) {
  if (CONDITIONS[name]) return CONDITIONS[name];
  const found = name.match(/^(limit|critical|baseline)_([a-z0-9]+?)(?:_(low|high))?$/);
  if (!found) return name.replaceAll("_", " ");
  const [, sort, metric, side] = found;
  const tail = side === "low" ? " below limit" : side === "high" ? " above limit" : "";
  return { limit: `${metricName(metric)}${tail}`, critical: `${metricName(metric)} critical`, baseline: `${metricName(metric)} away from own usual` }[sort];
}
export const bandKey = (band) => (band ?? "none").replaceAll("_", "-");

const shortList = (names) => (names ?? []).map((name) => SHORT[name] ?? name).join(", ");
// What is certain, and what what is missing could make of it: missing is never normal.
export function partialWords(news2, band) {
  const could = news2.high >= 7 && news2.low < 7 ? "emergency" : news2.high >= 5 && news2.low < 5 ? "urgent" : "";
  const sure = BANDS[band] ?? band;
  return could ? (news2.low < 5 ? `could be ${could}` : `${sure}, could be ${could}`) : sure;
}

const REASONS = { under_16: "under 16", pregnant: "pregnant" };
// Why somebody has no NEWS2, in words; empty where it applies.
export const notScored = (news2) => (news2?.reason ? REASONS[news2.reason] ?? news2.reason : "");

// A whole score is one number; a partial one is its bounds and what would settle it.
export function score(news2, { words = true } = {}) {
  if (notScored(news2)) {
    return h("span", { class: "score", "data-band": "none" }, h("span", { class: "number", role: "img", "aria-label": `No NEWS2: ${notScored(news2)}`, title: `No NEWS2: ${notScored(news2)}` }, "n/a"), words && h("span", { class: "words" }, "no NEWS2", h("small", {}, notScored(news2))));
  }
  if (!news2 || news2.band === null || news2.band === undefined) {
    return h("span", { class: "score", "data-band": "none" }, h("span", { class: "number" }, "–"), words && h("span", { class: "words" }, "no score", h("small", {}, "nothing measured yet")));
  }
  const partial = news2.score === null || news2.score === undefined;
  const text = partial ? `${news2.low}–${news2.high}` : `${news2.score}`;
  const missing = shortList(news2.missing);
  const assumed = shortList(news2.assumed);
  const band = bandKey(news2.band);
  const label = partial ? `NEWS2 between ${news2.low} and ${news2.high}, missing ${missing}` : `NEWS2 ${news2.score}`;
  const detail = partial ? `missing ${missing || "some"}` : assumed ? `assumed ${assumed}` : "";
  const lead = partial ? partialWords(news2, band) : BANDS[band] ?? band;
  return h("span", { class: "score", "data-band": band, "data-partial": partial },
    h("span", { class: "number", role: "img", "aria-label": label, title: label }, text),
    words && h("span", { class: "words" }, lead, detail && h("small", {}, detail)));
}

// Readings that count for nothing: how many since when, the newest, and what it may be.
export function refusedWords(refused) {
  return (refused ?? []).map((one) => h("span", { class: "overdue", "data-refused": one.metric }, `${metricName(one.metric)}: ${one.count === 1 ? "reading" : `${one.count} readings`} not used since `, moment(one.since), `, newest ${one.value} (${one.hint})`));
}

// No model knows for certain: neither 0 nor 100 per cent is ever written.
export function percent(share) {
  if (share >= 0.995) return "> 99 %";
  return share < 0.005 ? "< 1 %" : `${Math.round(share * 100)} %`;
}

// A name is never alone: two people may bear the same one. The name in words, for menus and titles:
export const called = (one) => [one?.name ?? "(erased)", one?.identifier].filter(Boolean).join(", ");
// Doctors and nurses of one name are told apart by kind and account, or by a part of their id.
export function staffNames(staff) {
  const same = new Map();
  for (const one of staff) same.set(one.name, (same.get(one.name) ?? 0) + 1);
  return staff.map((one) => [one.id, same.get(one.name) > 1 ? `${one.name}, ${one.kind} ${one.id.slice(0, 4)}` : one.name]);
}
// on the page, with the second identifier beside it; and as a link, whose own name holds both.
export const beside = (one) => (one?.identifier ? h("span", { class: "ident" }, one.identifier) : null);
export const personLink = (one, { id = one.patient, to = "" } = {}) => [h("a", { class: "person", href: `/patients/${id}${to}`, "aria-label": called(one) }, one.name ?? "(erased)"), " ", beside(one)];

export const isOpen = (alert) => alert.state === "open" || alert.state === "acknowledged";
// The order of danger, as the server's list has it (api/store/alert_list.py): the patient whom score
// and values endanger most, then who has waited longest; what is over sinks, and the equipment's and
// the ward's own come last. `people` holds the panel's rows, so that the score is that of now.
const WORTH = { high: 7, medium: 5, low: 0 };
const CRITICAL_WORTH = 10;
const FRESH_S = 7200;
const holding = (alert) => alert.kind === "clinical" && isOpen(alert) && !alert.cleared_at;
const worth = (alert) => (alert.condition.startsWith("critical_") ? CRITICAL_WORTH : WORTH[alert.priority]);
export function dangers(alerts, people = new Map()) {
  const found = new Map();
  for (const alert of alerts) {
    const row = people.get(alert.patient);
    const fresh = row?.measured && wardNow() - Date.parse(row.measured) < FRESH_S * 1000;
    const now = Math.max(found.get(alert.patient) ?? 0, fresh && alert.kind === "clinical" ? row.news2?.low ?? 0 : 0, holding(alert) ? worth(alert) : 0);
    found.set(alert.patient, now);
  }
  return found;
}
const part = (alert) => (!alert.patient ? 3 : alert.kind === "technical" ? 2 : alert.cleared_at ? 1 : 0);
export const byDanger = (found) => (a, b) => part(a) - part(b)
  || (part(a) < 2 ? (found.get(b.patient) ?? 0) - (found.get(a.patient) ?? 0) : 0)
  || (a.state === "open" ? 0 : 1) - (b.state === "open" ? 0 : 1) || RANK[a.priority] - RANK[b.priority] || Date.parse(a.raised_at) - Date.parse(b.raised_at);
export function counts(alerts) {
  const tally = { high: 0, medium: 0, low: 0 };
  for (const alert of alerts) if (alert.state === "open") tally[alert.priority] += 1;
  return tally;
}
export function countMarks(tally) {
  const marks = Object.keys(WORDS).filter((name) => tally[name]).map((name) => mark(name, `${tally[name]} ${WORDS[name].toLowerCase()}`));
  return marks.length ? marks : [h("span", { class: "mark none" }, "none")];
}
export const overdue = (alert) => alert.state === "open" && Boolean(alert.respond_by) && Date.parse(alert.respond_by) < wardNow();
// When an answer is wanted; past that, it says so in words and weight, not in colour alone.
function due(alert) {
  if (!alert.respond_by) return "waiting";
  const late = overdue(alert);
  return h("span", { class: late ? "overdue" : "" }, moment(alert.respond_by, { prefix: late ? "OVERDUE since " : "answer due " }));
}
export function stateWords(alert) {
  if (alert.state === "open") return due(alert);
  if (alert.plan) return [h("b", {}, "plan made"), alert.plan.by ? ` by ${alert.plan.by}` : "", alert.plan.quiet_until ? [": ", moment(alert.plan.quiet_until, { prefix: "quiet until " })] : ": not heard of since"];
  if (alert.state === "acknowledged") return [h("b", {}, "acknowledged"), alert.acknowledged_by ? ` by ${alert.acknowledged_by}` : ""];
  const by = alert.closed_by ? ` by ${alert.closed_by}` : "";
  return [alert.state === "expired" ? "ended by itself" : `resolved${by}`, alert.closed_because ? `, ${alert.closed_because}` : "", alert.outcome ? `, ${alert.outcome.replaceAll("_", " ")}` : "", alert.closed_at ? [" ", moment(alert.closed_at)] : ""];
}

// Whom the alert was sent to and, where that is somebody else, who has the patient by the plan in
// force: the plan may have moved the patient since, and who reads one name must not meet another
// elsewhere. `person` is undefined while that is not known.
export function whose(alert, person) {
  const level = { second: "a second person", coordinator: "the coordinator" }[alert.level];
  const sent = alert.doctor_name ? `sent to ${alert.doctor_name}` : alert.kind === "technical" ? "for the coordinator" : alert.level === "coordinator" ? h("b", {}, "for the coordinator") : h("b", {}, "for nobody yet");
  const moved = isOpen(alert) && alert.kind === "clinical" && person && person.doctor !== alert.doctor;
  return [sent, level && alert.kind === "clinical" && `, escalated to ${level}`,
    moved && [", patient now with ", h("b", { class: person.doctor ? "" : "overdue" }, person.doctor_name ?? "nobody")]];
}
