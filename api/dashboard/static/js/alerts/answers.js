// What a clinician may do with an alert: sent, repeated where it was lost, and asked for first.
import { answers } from "../base/dialog.js";
import { h, say } from "../base/dom.js";
import { post, get } from "../base/http.js";
import { conditionName } from "../words/conditions.js";
import { isOpen } from "../words/dangers.js";
import { called } from "../words/people.js";

const OUTCOMES = [["actionable", "Actionable: care was changed"], ["not_actionable", "True, but nothing had to be done"], ["false", "False: artefact or mistake"]];

// What this page has asked and not been told yet: "" while an answer is on its way, else why not.
export const asked = new Map();
export const askedOf = (alerts) => alerts.map((alert) => asked.get(alert.id) ?? null);

// What a button, a question and a word said aloud are about: the condition, and whose it is.
export const about = (alert) => `${conditionName(alert.condition)}, ${alert.patient ? called(alert) : "the ward"}`;

export async function acknowledge(alerts, { onDone, redraw }) {
  for (const alert of alerts) asked.set(alert.id, "");
  redraw();
  for (const alert of alerts) {
    try {
      await act(alert, "acknowledge", {}, (now) => { asked.delete(alert.id); onDone(now); });
    } catch (problem) {
      refuse(alert, problem.message, redraw);
    }
  }
}

// Put off for as long as its priority allows: it calls again then, unless it got worse before.
const LATER_MIN = { high: 5, medium: 15, low: 120 };
export async function putOff(alert, { onDone, redraw }) {
  const minutes = alert.snooze_left ?? LATER_MIN[alert.priority];
  try {
    await act(alert, "snooze", { minutes }, (now) => { asked.delete(alert.id); onDone(now); });
  } catch (problem) { refuse(alert, problem.message, redraw); }
}
// Rings the patient from this telephone; the number is asked for when it is wanted, and on the record.
export async function call(alert, { redraw }) {
  try {
    const { phone } = await get(`/patients/${alert.patient}`);
    if (!phone) { refuse(alert, "no telephone number is in the record", redraw); return; }
    location.href = `tel:${phone.replace(/[^+\d]/g, "")}`;
  } catch (problem) { refuse(alert, problem.message, redraw); }
}
function refuse(alert, why, redraw) {
  asked.set(alert.id, why);
  say(`Not done: ${about(alert)}: ${why}`, true);
  redraw?.();
}

// A repeat changes nothing, and one closed meanwhile by somebody else is simply shown as it is now.
async function act(alert, verb, body, onDone) {
  let now;
  try { now = await post(`/alerts/${alert.id}/${verb}`, body); } catch (problem) {
    if (problem.status !== 409) throw problem;
    now = await get(`/alerts/${alert.id}`);
    if (isOpen(now)) throw problem;
  }
  const done = now?.plan ? "Plan made, it still holds" : { acknowledge: "Acknowledged", resolve: "Resolved", escalate: "Escalated", snooze: "Put off" }[verb];
  say(`${done}: ${about(alert)}`);
  onDone(now ?? alert);
}

export function ask(alert, verb, onDone) {
  const resolve = verb === "resolve";
  const holds = resolve && alert.holds;
  const wrong = h("p", { class: "wrong", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("h2", { id: "ask-title" }, `${resolve ? "Resolve" : "Escalate"}: ${about(alert)}`),
    h("div", { class: "field" }, h("label", { for: "comment" }, holds ? "What is planned, and why " : resolve ? "Comment " : "Why, and to whom ", h("span", { class: "hint" }, "goes to the handover list")),
      h("textarea", { id: "comment", name: "comment", rows: "3", maxlength: "2000", autofocus: true, required: holds && "required" })),
    holds && h("p", { class: "soft", id: "holds" }, "The condition still holds, so this does not close it: it keeps its place and priority, is quiet for a while by your plan, and calls again if it goes on or gets worse."),
    !resolve && whom(alert, () => form.querySelector("[type=submit]")), wrong,
    resolve && h("fieldset", { class: "outcomes" }, h("legend", {}, "What was it? One press answers it."), OUTCOMES.map(([value, text]) =>
      h("button", { type: "submit", value, "aria-label": `${text}: ${about(alert)}` }, text))),
    h("div", { class: "row-end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), resolve ? "" : h("button", { class: "primary", type: "submit", "aria-label": `Escalate: ${about(alert)}` }, "Escalate")));
  const dialog = h("dialog", { "aria-labelledby": "ask-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = answers(form);
    const body = { comment: said.get("comment").trim() || undefined, outcome: event.submitter?.value || undefined };
    try { await act(alert, verb, body, onDone); dialog.close(); } catch (problem) { wrong.textContent = problem.message; }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// Says before it is done who will be called; where nobody is left, the button is not to be pressed.
const RUNGS = { second: "a second person on shift", coordinator: "coordinator", out_of_hours: "out-of-hours contact" };
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
