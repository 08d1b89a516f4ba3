// One alert as a card, and what a clinician may do with it. Shared by feed, patient and handover.
import { get, post } from "../base/http.js";
import { h, mark, say } from "../base/dom.js";
import { moment } from "../base/clock.js";
import { called, conditionName, isOpen, personLink, score, stateWords, whose } from "../words/ward.js";

const OUTCOMES = [["actionable", "Actionable: care was changed"], ["not_actionable", "True, but nothing had to be done"], ["false", "False: artefact or mistake"]];

// What this page has asked and not been told yet: "" while an answer is on its way, else why not.
const asked = new Map();
export const askedOf = (alerts) => alerts.map((alert) => asked.get(alert.id) ?? null);

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

// What a button, a question and a word said aloud are about: the condition, and whose it is.
export const about = (alert) => `${conditionName(alert.condition)}, ${alert.patient ? called(alert) : "the ward"}`;

// `person` is the patient's row, with `doctor` and `doctor_name` by the plan in force;
// `onDone(alert)` takes an alert as it is after an answer; `redraw()` draws this card again.
export function alertCard(alerts, { person, onDone, redraw, link = true, key } = {}) {
  const [worst] = alerts;
  const card = { person, onDone, redraw };
  const waiting = alerts.filter((alert) => alert.state === "open");
  const who = worst.patient ? personLink(worst) : h("b", {}, "The ward");
  const head = (link || waiting.length > 1) && h("div", { class: "top" }, link && who,
    link && person?.news2 && h("span", { class: "small soft nowrap" }, "NEWS2 now ", score(person.news2, { words: false })),
    h("span", { class: "spacer" }), waiting.length > 1 && acknowledgeAll(waiting, card));
  return h("li", { class: "alert", tabindex: "-1", "data-key": key ?? worst.patient ?? worst.id, "data-priority": worst.priority, "data-state": worst.state }, head, alerts.map((alert) => line(alert, card, waiting.length > 1)));
}

function line(alert, card, several) {
  const refused = alert.state === "open" && asked.get(alert.id);
  return h("div", { class: alert.state === "open" ? "line flash" : "line", "data-key": alert.id, "data-id": alert.id, "data-state": alert.state },
    h("div", {},
      h("div", { class: "what" }, mark(alert.priority), " ", h("b", {}, conditionName(alert.condition)), alert.message ? `: ${alert.message}` : "",
        alert.count > 1 && h("span", { class: "soft" }, ` (measured ${alert.count} times)`), alert.kind === "technical" && [" ", h("span", { class: "tag" }, "technical")]),
      h("div", { class: "meta" }, h("span", {}, moment(alert.raised_at, { prefix: "raised " })),
        h("span", {}, moment(alert.measured_at, { prefix: "measured " })), h("span", {}, stateWords(alert)), h("span", {}, whose(alert, card.person)),
        alert.cleared_at && isOpen(alert) && h("span", {}, moment(alert.cleared_at, { prefix: "over since " })),
        alert.comment && h("span", {}, `“${alert.comment}”`),
        refused && h("span", { class: "wrong" }, `Not acknowledged: ${refused}`))),
    isOpen(alert) && actions(alert, about(alert), card, several));
}
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
  const button = (verb, text, act, kind, busy = false) => h("button", { type: "button", class: kind, "data-key": verb, "aria-label": `${text}: ${what}`, "aria-disabled": busy && "true", onclick: () => { if (!busy) act(); } }, text);
  const said = asked.get(alert.id);
  const text = said === undefined ? "Acknowledge" : said === "" ? "Acknowledging…" : "Try again";
  return h("div", { class: "actions" },
    alert.state === "open" && button("acknowledge", text, () => acknowledge([alert], card), several ? "" : "primary", said === ""),
    button("escalate", "Escalate…", () => ask(alert, "escalate", card.onDone)),
    button("resolve", "Resolve…", () => ask(alert, "resolve", card.onDone)));
}

async function acknowledge(alerts, { onDone, redraw }) {
  for (const alert of alerts) asked.set(alert.id, "");
  redraw();
  for (const alert of alerts) {
    try {
      await act(alert, "acknowledge", {}, (now) => { asked.delete(alert.id); onDone(now); });
    } catch (problem) {
      asked.set(alert.id, problem.message);
      say(`Not acknowledged: ${about(alert)}: ${problem.message}`, true);
      redraw();
    }
  }
}

// A repeat changes nothing, and one closed meanwhile by somebody else is simply shown as it is now.
async function act(alert, verb, body, onDone) {
  let now;
  try { now = await post(`/alerts/${alert.id}/${verb}`, body); } catch (problem) {
    if (problem.status !== 409) throw problem;
    now = await get(`/alerts/${alert.id}`);
    if (isOpen(now)) throw problem;
  }
  const done = now?.plan ? "Plan made, it still holds" : { acknowledge: "Acknowledged", resolve: "Resolved", escalate: "Escalated" }[verb];
  say(`${done}: ${about(alert)}`);
  onDone(now ?? alert);
}

// An answered alert leaves its place. Who answered it with the keyboard finds their focus on the
// card that stands there now, where a key that is still held down answers nothing.
export function keepingPlace(draw) {
  const list = document.activeElement?.closest?.(".alert")?.parentElement;
  const at = list ? [...list.children].findIndex((card) => card.contains(document.activeElement)) : -1;
  draw();
  if (list && document.activeElement === document.body) list.children[Math.min(at, list.children.length - 1)]?.focus({ preventScroll: true });
}

function ask(alert, verb, onDone) {
  const resolve = verb === "resolve";
  const holds = resolve && alert.holds;
  const wrong = h("p", { class: "wrong", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("h2", { id: "ask-title" }, `${resolve ? "Resolve" : "Escalate"}: ${about(alert)}`),
    resolve && h("fieldset", {}, h("legend", {}, "What was it?"), OUTCOMES.map(([value, text], index) =>
      h("label", { class: "choice" }, h("input", { type: "radio", name: "outcome", value, required: true, autofocus: index === 0 }), text))),
    h("div", { class: "field" }, h("label", { for: "comment" }, holds ? "What is planned, and why " : resolve ? "Comment " : "Why, and to whom ", h("span", { class: "hint" }, "goes to the handover list")),
      h("textarea", { id: "comment", name: "comment", rows: "3", maxlength: "2000", autofocus: !resolve, required: holds && "required" })),
    holds && h("p", { class: "soft", id: "holds" }, "The condition still holds, so this does not close it: it keeps its place and priority, is quiet for a while by your plan, and calls again if it goes on or gets worse."),
    !resolve && whom(alert, () => form.querySelector("[type=submit]")), wrong,
    h("div", { class: "row-end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "primary", type: "submit", "aria-label": `${resolve ? "Resolve" : "Escalate"}: ${about(alert)}` }, resolve ? "Resolve" : "Escalate")));
  const dialog = h("dialog", { "aria-labelledby": "ask-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const body = { comment: said.get("comment").trim() || undefined, outcome: said.get("outcome") ?? undefined };
    try { await act(alert, verb, body, onDone); dialog.close(); } catch (problem) { wrong.textContent = problem.message; }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// Says before it is done who will be called; where nobody is left, the button is not to be pressed.
const RUNGS = { second: "a second person on shift", coordinator: "coordinator" };
function whom(alert, button) {
  const line = h("p", { "data-whom": "", role: "status" }, "Looking who would be called…");
  get(`/alerts/${alert.id}`).then((now) => {
    const next = now.escalates_to;
    line.replaceChildren(...(next ? ["Calls ", h("b", {}, next.name), ` (${RUNGS[next.level] ?? next.level}).`] : [now.escalates_not ?? "Nobody is left to call."]));
    line.className = next ? "" : "wrong";
    button().disabled = !next;
  }).catch((problem) => { line.textContent = problem.message; });
  return line;
}
