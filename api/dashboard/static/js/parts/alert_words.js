// An alert's state on the page: who has it, until when an answer is due, whom it went to.
import { h, mark, WORDS } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { isOpen, overdue } from "../words/dangers.js";

export function countMarks(tally) {
  const marks = Object.keys(WORDS).filter((name) => tally[name]).map((name) => mark(name, `${tally[name]} ${WORDS[name].toLowerCase()}`));
  return marks.length ? marks : [h("span", { class: "mark none" }, "none")];
}
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
  const level = { second: "a second person", coordinator: "the coordinator", out_of_hours: alert.out_of_hours ? `${alert.out_of_hours.name} outside the ward` : "outside the ward" }[alert.level];
  const sent = alert.doctor_name ? `sent to ${alert.doctor_name}` : alert.kind === "technical" ? "for the coordinator" : ["coordinator", "out_of_hours"].includes(alert.level) ? h("b", {}, "for the coordinator") : h("b", {}, "for nobody yet");
  const moved = isOpen(alert) && alert.kind === "clinical" && person && person.doctor !== alert.doctor;
  return [sent, level && alert.kind === "clinical" && `, escalated to ${level}`,
    moved && [", patient now with ", h("b", { class: person.doctor ? "" : "overdue" }, person.doctor_name ?? "nobody")]];
}
