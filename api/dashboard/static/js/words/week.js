// A person's week in plain words, from what was kept of it: for them, and for who cares for them.
import { clockText, dayText } from "../base/clock.js";
import { t, tn } from "../base/language.js";
import { metricName, metricUnit, metricValue } from "./metrics.js";

// A civil day, like 2026-10-25, as it is said: at noon no zone makes it another.
const civil = (text) => dayText(Date.parse(`${text}T12:00:00Z`));
export const weekName = (one) => t("{from} to {until}", { from: civil(one.week), until: civil(one.until) });

function measured({ measurements, measured_days: count }) {
  const lines = [count === 0 ? t("Nothing was measured this week.") : tn("You measured on {n} day of 7.", "You measured on {n} days of 7.", count)];
  if (measurements.asked > 0) lines.push(t("Your plan asked for {asked} measurements: {done} came.", { asked: measurements.asked, done: measurements.done }));
  return lines;
}
const VITALS = {
  higher: (one) => t("{what}: {range} {unit}, {mean} in the mean of the days, higher than the week before.", one),
  lower: (one) => t("{what}: {range} {unit}, {mean} in the mean of the days, lower than the week before.", one),
  same: (one) => t("{what}: {range} {unit}, {mean} in the mean of the days, about as the week before.", one),
};
function vital(one) {
  const what = metricName(one.metric);
  if (one.days === 0) return t("{what}: not measured this week.", { what });
  const [low, high, mean] = [one.low, one.high, one.mean].map((value) => metricValue(one.metric, value));
  const told = { what, range: low === high ? `${low}` : t("{low} to {high}", { low, high }), unit: metricUnit(one.metric), mean };
  return one.trend ? VITALS[one.trend](told) : t("{what}: {range} {unit}, {mean} in the mean of the days.", told);
}
function done({ tasks: { asked, done, left_out: left }, questionnaires }) {
  const lines = asked > 0 ? [left > 0 ? t("Of {asked} other tasks you did {done} and left out {left}.", { asked, done, left }) : t("Of {asked} other tasks you did {done}.", { asked, done })] : [];
  if (questionnaires > 0) lines.push(tn("You answered questions once.", "You answered questions {n} times.", questionnaires));
  return lines;
}
function messages({ messages: { written, received, unread } }) {
  if (written + received + unread === 0) return [];
  const told = { written, received, unread };
  return [unread > 0 ? t("You wrote {written} messages and your care team wrote {received}. You have not read {unread} yet.", told) : t("You wrote {written} messages and your care team wrote {received}.", told)];
}
const COMING = { consultation: (one) => t("A consultation on {day} at {time}.", { day: dayText(Date.parse(one.at)), time: clockText(Date.parse(one.at)) }), review: (one) => t("We look at your plan together: {day}.", { day: civil(one.day) }) };

// Returns the parts of a week, each with a title and its lines; what there is nothing of is left out.
export function weekParts(report) {
  const parts = [[t("What you measured"), [...measured(report), ...report.vitals.map(vital)]], [t("What you did"), done(report)], [t("Messages"), messages(report)], [t("What comes next"), report.coming.map((one) => COMING[one.what](one))]];
  return parts.filter(([, lines]) => lines.length > 0);
}
export const WHY_MISSING = { late: t("No report was made of this week: Homeward did not run in time."), paused: t("No report was made of this week: you were not watched.") };
