// The tasks of a person's own plan for today, each said to be done or left out with one press; and the plan to
// read. What is pressed without a line is kept on this phone, under a name that makes it count once.
import { clockText, dateWords, wardNow } from "../base/clock.js";
import { $, h, say } from "../base/dom.js";
import { update } from "../base/patch.js";
import { daysWords, shortTimes } from "../words/home_plan.js";
import { sendOrKeep, unsent } from "./unsent.js";
import { t, woven } from "../base/language.js";

const SAID = { done: t("Done"), skipped: t("Left out"), missed: t("Not done") };
const AHEAD_MS = 3600000; // what falls due within the hour can be done now
const name = (one) => `task-${one.task}-${Date.parse(one.due_at)}`;
const path = (one) => `/me/tasks/${one.task}/answer`;

async function answer(one, state, redraw) {
  const body = { due_at: one.due_at, state };
  const told = $("later");
  try {
    const sent = await sendOrKeep(path(one), body, { once: name(one), kept: { ...body, at: new Date(wardNow()).toISOString() } });
    one.state = state;
    told.className = sent ? "" : "caution";
    told.textContent = `${SAID[state]}: ${one.words}${sent ? "" : ` ${t("Kept on this phone: it is sent as soon as there is a line.")}`}`;
  } catch (problem) { told.className = "wrong"; told.textContent = t("Not saved: {why}", { why: problem.message }); }
  say(told.textContent);
  redraw();
}
function line(one, redraw) {
  const at = h("b", {}, clockText(Date.parse(one.due_at)));
  if (one.state !== "due") return h("li", { "data-key": name(one), "data-state": one.state }, h("span", { class: "sign", "aria-hidden": "true" }, one.state === "done" ? "✓" : "–"), h("span", {}, one.words, " ", h("span", { class: "soft" }, `${SAID[one.state]} `, at)));
  const now = Date.parse(one.due_at) <= wardNow() + AHEAD_MS;
  const act = (state, text, kind) => h("button", { type: "button", class: kind, "aria-label": `${text}: ${one.words}, ${clockText(Date.parse(one.due_at))}`, onclick: () => answer(one, state, redraw) }, text);
  return h("li", { "data-key": name(one), "data-state": "due" }, h("span", {}, one.words, " ", h("span", { class: "soft" }, woven("at {time}", { time: at }))),
    now && h("div", { class: "group" }, act("done", t("Done"), "primary"), act("skipped", t("Not today"), "quiet")));
}
// What waits on this phone to be sent counts as said already. Returns how many are open.
export function showTasks(tasks, redraw) {
  for (const kept of unsent()) {
    const one = tasks.find((known) => path(known) === kept.path && known.due_at === kept.body.due_at);
    if (one?.state === "due") one.state = kept.body.state;
  }
  update($("tasks"), tasks.map((one) => line(one, redraw)));
  return tasks.length;
}
export function showMyPlan(plans) {
  const now = plans.filter((one) => one.ended_at === null);
  $("my-plan-part").hidden = now.length === 0;
  const list = (title, lines) => lines.length > 0 && [h("h3", {}, title), h("ul", {}, lines)];
  update($("my-plan"), now.map((plan) => h("article", { "data-key": plan.id }, h("h3", {}, plan.title ?? ""),
    list(t("What we want to reach"), plan.goals.map((text) => h("li", {}, text))),
    list(t("What to do"), plan.tasks.map((one) => h("li", {}, one.words, " ", h("span", { class: "soft" }, `${shortTimes(one.times)}${daysWords(one.days)}`)))),
    list(t("Good to know"), plan.education.map((text) => h("li", {}, text))),
    h("p", { class: "soft" }, t("We look at this plan together on {day}.", { day: dateWords(plan.review_on) })))));
}
