// A person's week in plain words, from what was kept of it: for them, and for who cares for them.
import { clockText, dayText } from "../base/clock.js";
import { metricName, metricUnit, metricValue } from "./metrics.js";

const days = (count) => (count === 1 ? "1 day" : `${count} days`);
const TRENDS = { higher: "higher than the week before", lower: "lower than the week before", same: "about as the week before" };
// A civil day, like 2026-10-25, as it is said: at noon no zone makes it another.
const civil = (text) => dayText(Date.parse(`${text}T12:00:00Z`));
export const weekName = (one) => `${civil(one.week)} to ${civil(one.until)}`;

function measured({ measurements, measured_days: count }) {
  const lines = [count === 0 ? "Nothing was measured this week." : `You measured on ${days(count)} of 7.`];
  if (measurements.asked > 0) lines.push(`Your plan asked for ${measurements.asked} measurements: ${measurements.done} came.`);
  return lines;
}
function vital(one) {
  const name = metricName(one.metric);
  if (one.days === 0) return `${name}: not measured this week.`;
  const [low, high, mean] = [one.low, one.high, one.mean].map((value) => metricValue(one.metric, value));
  const range = low === high ? `${low}` : `${low} to ${high}`;
  return `${name}: ${range} ${metricUnit(one.metric)}, ${mean} in the mean of the days${one.trend ? `, ${TRENDS[one.trend]}` : ""}.`;
}
function done({ tasks, questionnaires }) {
  const lines = tasks.asked > 0 ? [`Of ${tasks.asked} other tasks you did ${tasks.done}${tasks.left_out > 0 ? ` and left out ${tasks.left_out}` : ""}.`] : [];
  if (questionnaires > 0) lines.push(questionnaires === 1 ? "You answered questions once." : `You answered questions ${questionnaires} times.`);
  return lines;
}
function messages({ messages: { written, received, unread } }) {
  if (written + received + unread === 0) return [];
  return [`You wrote ${written} messages and your care team wrote ${received}.${unread > 0 ? ` You have not read ${unread} yet.` : ""}`];
}
const COMING = { consultation: (one) => `A consultation on ${dayText(Date.parse(one.at))} at ${clockText(Date.parse(one.at))}.`, review: (one) => `We look at your plan together: ${civil(one.day)}.` };

// Returns the parts of a week, each with a title and its lines; what there is nothing of is left out.
export function weekParts(report) {
  const parts = [["What you measured", [...measured(report), ...report.vitals.map(vital)]], ["What you did", done(report)], ["Messages", messages(report)], ["What comes next", report.coming.map((one) => COMING[one.what](one))]];
  return parts.filter(([, lines]) => lines.length > 0);
}
export const WHY_MISSING = { late: "No report was made of this week: Homeward did not run in time.", paused: "No report was made of this week: you were not watched." };
