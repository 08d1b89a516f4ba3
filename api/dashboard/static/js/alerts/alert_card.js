// One alert as a card, and what a clinician may do with it. Shared by feed, patient and handover.
import { h, mark } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { stateWords, whose } from "../parts/alert_words.js";
import { dial } from "../base/phone.js";
import { personLink } from "../parts/person.js";
import { score } from "../parts/score.js";
import { conditionName } from "../words/conditions.js";
import { isOpen } from "../words/dangers.js";
import { metricValue, shortMetrics } from "../words/metrics.js";
import { called } from "../words/people.js";
import { byDevice } from "../words/sections.js";
import { countdown } from "../words/unowned.js";
import { cardLines } from "./card_lines.js";
import { ask, asked, acknowledge, about, call, putOff } from "./answers.js";

// Alerts of one patient are one card, the worst first: five limits broken by one sick person are
// one visit, not five.
export function grouped(alerts) {
  const groups = new Map();
  for (const alert of alerts) {
    const key = alert.patient ?? alert.id;
    groups.set(key, [...(groups.get(key) ?? []), alert]);
  }
  return [...groups.values()];
}

// `person` is the patient's row, with `doctor` and `doctor_name` by the plan in force;
// `onDone(alert)` takes an alert as it is after an answer; `redraw()` draws this card again.
/** @param {any[]} alerts @param {any} shown */
export function alertCard(alerts, shown = {}) {
  const { person, onDone, redraw, link = true, key } = shown;
  const [worst] = alerts;
  const card = { person, onDone, redraw };
  const waiting = alerts.filter((alert) => alert.state === "open");
  const who = worst.patient ? personLink(worst) : h("b", {}, "The ward");
  const head = (link || waiting.length > 1) && h("div", { class: "top" }, link && who,
    link && person?.news2 && h("span", { class: "small soft nowrap" }, "NEWS2 now ", score(person.news2, { words: false })),
    h("span", { class: "spacer" }), waiting.length > 1 && acknowledgeAll(waiting, card));
  return h("li", { class: "alert", tabindex: "-1", "data-key": key ?? worst.patient ?? worst.id, "data-priority": worst.priority, "data-state": worst.state }, head,
    byDevice(alerts).map(([device, some]) => [device && h("p", { class: "small soft", "data-key": `of-${device}` }, "Device ", h("code", {}, device)), some.map((alert) => line(alert, card, waiting.length > 1))]));
}

function line(alert, card, several) {
  const refused = alert.state === "open" && asked.get(alert.id);
  return h("div", { class: alert.state === "open" ? "line flash" : "line", "data-key": alert.id, "data-id": alert.id, "data-state": alert.state },
    h("div", {},
      h("div", { class: "what" }, mark(alert.priority), " ", h("b", {}, conditionName(alert.condition)), alert.message ? `: ${alert.message}` : "",
        alert.count > 1 && h("span", { class: "soft" }, ` (measured ${alert.count} times)`), alert.kind === "technical" && [" ", h("span", { class: "tag" }, "technical")]),
      numbers(card.person, alert), reasons(alert), alert.patient && h("div", { class: "meta lines" }, cardLines(card.person, alert.patient)),
      h("div", { class: "meta" }, h("span", {}, moment(alert.raised_at, { prefix: "raised " })),
        h("span", {}, moment(alert.measured_at, { prefix: "measured " })), h("span", {}, stateWords(alert)), h("span", {}, whose(alert, card.person)),
        alert.cleared_at && isOpen(alert) && h("span", {}, moment(alert.cleared_at, { prefix: "over since " })),
        alert.comment && h("span", {}, `“${alert.comment}”`), document.body.dataset.role !== "patient" && h("a", { href: `/evidence/${alert.id}`, "aria-label": `Evidence: ${about(alert)}` }, "Evidence"),
        alert.state === "open" && alert.kind === "clinical" && alert.escalates_at && !alert.snoozed_until && h("b", { class: "overdue nowrap", "data-key": "due", "data-due": alert.escalates_at }, `next call in ${countdown(Date.parse(alert.escalates_at))}`),
        alert.snoozed_until && isOpen(alert) && h("span", {}, moment(alert.snoozed_until, { prefix: "put off until " })),
        alert.out_of_hours && isOpen(alert) && alert.kind === "clinical" && h("span", {}, `${alert.out_of_hours.name} `, dial(alert.out_of_hours.phone)),
        refused && h("span", { class: "wrong" }, `Not done: ${refused}`))),
    isOpen(alert) && actions(alert, about(alert), card, several));
}
// The other reasons of the same alert: what holds first, then what is over. A card stays no longer than
// a telephone's screen: of many the further ones open by a touch.
const REASONS = 3;
function reasons(alert) {
  const others = (alert.reasons ?? []).filter((one) => one.condition !== alert.condition);
  const list = (some) => h("ul", { class: "reasons small", "aria-label": "Other reasons" }, some.map((one) =>
    h("li", { "data-key": one.condition, class: one.holds ? "" : "soft" }, one.message || conditionName(one.condition), !one.holds && " (over)")));
  const rest = others.slice(REASONS);
  return [others.length > 0 && list(others.slice(0, REASONS)), rest.length > 0 && h("details", { class: "small", "data-key": "more" }, h("summary", {}, `${rest.length} more`), list(rest))];
}
// The two or three numbers that matter: what it is about, then those with points, against the person's usual.
function numbers(person, alert) {
  const about = alert.detail?.metric;
  const bad = (person?.vitals ?? []).filter((one) => one.points > 0 || one.metric === about).sort((a, b) => Number(b.metric === about) - Number(a.metric === about) || b.points - a.points).slice(0, 3);
  return bad.length > 0 && h("div", { class: "numbers" }, bad.map((one) => h("span", { class: "nowrap", "data-key": one.metric }, `${shortMetrics([one.metric])} ${metricValue(one.metric, one.value)}${one.metric === "spo2" ? " %" : ""}`, usual(one))));
}
const usual = (vital) => vital.usual != null && h("span", { class: "soft" }, ` ${vital.value > vital.usual ? "↑" : "↓"} usual ${metricValue(vital.metric, vital.usual)}`);

// What late data showed: nobody was called, so it is said when it was and when it came.
export const lateLine = (alert) => h("li", { class: "alert", "data-key": alert.id, "data-historic": "", "data-priority": alert.priority },
  h("div", { class: "what" }, mark(alert.priority), " ", h("b", {}, conditionName(alert.condition)), alert.message ? `: ${alert.message}` : ""),
  h("div", { class: "meta" }, h("span", {}, moment(alert.started_at, { prefix: "measured from " })), alert.measured_at !== alert.started_at && h("span", {}, moment(alert.measured_at, { prefix: "to " })),
    h("span", {}, moment(alert.received_at, { prefix: "came late, " })), h("span", {}, "nobody was called")));
function acknowledgeAll(waiting, card) {
  const busy = waiting.some((alert) => asked.get(alert.id) === "");
  return h("button", { type: "button", class: "primary", "data-key": "all", "aria-label": `Acknowledge all ${waiting.length}: ${called(waiting[0])}`, "aria-disabled": busy && "true", onclick: () => { if (!busy) acknowledge(waiting, card); } },
    `Acknowledge all ${waiting.length}`);
}

// A button that waits for its answer stays a button that has the focus: it is only not pressed again.
function actions(alert, what, card, several) {
  // A button whose words differ from what it does says both: what is seen is part of its name, so that who speaks to the
  // page can say that.
  const button = (verb, text, act, kind, busy = false, aloud = text) => h("button", { type: "button", class: kind, "data-key": verb, "aria-label": aloud === text && `${text}: ${what}`, "aria-disabled": busy && "true", onclick: () => { if (!busy) act(); } },
    aloud !== text && h("span", { class: "visually-hidden" }, `${aloud}: ${what}: `), text);
  const said = asked.get(alert.id);
  const text = said === undefined ? "I have it" : said === "" ? "Acknowledging…" : "Try again";
  return h("div", { class: "actions" },
    alert.state === "open" && button("acknowledge", text, () => acknowledge([alert], card), several ? "" : "primary", said === "", said === undefined ? "Acknowledge" : text),
    alert.patient && button("call", "Call", () => call(alert, card)),
    button("resolve", "Done…", () => ask(alert, "resolve", card.onDone), "", false, "Resolve"),
    alert.state === "open" && !alert.snoozed_until && alert.snooze_left !== 0 && button("snooze", "Not now", () => putOff(alert, card)),
    button("escalate", "Escalate…", () => ask(alert, "escalate", card.onDone)));
}

// An answered alert leaves its place. Who answered it with the keyboard finds their focus on the
// card that stands there now, where a key that is still held down answers nothing.
export function keepingPlace(draw) {
  const list = document.activeElement?.closest?.(".alert")?.parentElement;
  const at = list ? [...list.children].findIndex((card) => card.contains(document.activeElement)) : -1;
  draw();
  if (list && document.activeElement === document.body) /** @type {HTMLElement} */ (list.children[Math.min(at, list.children.length - 1)])?.focus({ preventScroll: true });
}
