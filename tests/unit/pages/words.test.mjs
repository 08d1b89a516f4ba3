// The words and orders of the pages that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setClock, shortSpan, span, timeText } from "../../../api/dashboard/static/js/base/clock.js";
import { conditionName } from "../../../api/dashboard/static/js/words/conditions.js";
import { byDanger, counts, dangers, overdue } from "../../../api/dashboard/static/js/words/dangers.js";
import { metricValue, shortMetrics } from "../../../api/dashboard/static/js/words/metrics.js";
import { notScored, partialWords, percent } from "../../../api/dashboard/static/js/words/news2.js";
import { called, staffNames } from "../../../api/dashboard/static/js/words/people.js";
import { sbar } from "../../../api/dashboard/static/js/words/sbar.js";
import { graveUnowned, nextCall } from "../../../api/dashboard/static/js/words/unowned.js";
import { byDevice, isPast, sections } from "../../../api/dashboard/static/js/words/sections.js";

setClock("2026-10-25T00:30:00Z", 0.000001, "Europe/Berlin"); // a clock that stands

const alert = (id, more = {}) => ({ id, patient: id, kind: "clinical", condition: "news2_urgent", priority: "medium", state: "open", raised_at: "2026-10-25T00:00:00Z", ...more });

test("a moment is written in the ward's time, with the day where it is another one", () => {
  assert.equal(timeText(Date.parse("2026-10-25T00:20:00Z")), "02:20");
  assert.equal(timeText(Date.parse("2026-10-24T20:00:00Z")), "24 Oct 22:00");
});
test("a span is rounded, never upwards past its own unit", () => {
  assert.deepEqual([null, NaN, 89, 90, 5399, 7260, 200000].map((s) => span(s)), ["never", "never", "89 s", "2 min", "90 min", "2 h 01", "2 days"]);
});
test("an age in a cell is whole minutes", () => {
  assert.deepEqual([0, 59, 60, 119, 5399, 7260].map(shortSpan), ["<1 min", "<1 min", "1 min", "1 min", "89 min", "2 h 01"]);
});
test("missing is never normal: what it could be is said", () => {
  assert.equal(partialWords({ low: 4, high: 7 }, "low"), "could be emergency");
  assert.equal(partialWords({ low: 5, high: 8 }, "medium"), "urgent, could be emergency");
  assert.equal(partialWords({ low: 1, high: 3 }, "low"), "low");
  assert.equal(notScored({ reason: "under_16" }), "under 16");
  assert.equal(notScored(null), "");
});
test("no model knows for certain", () => {
  assert.deepEqual([0, 0.004, 0.5, 0.995, 1].map(percent), ["< 1 %", "< 1 %", "50 %", "> 99 %", "> 99 %"]);
});
test("conditions and metrics are words", () => {
  assert.equal(conditionName("limit_spo2_low"), "SpO₂ below limit");
  assert.equal(conditionName("critical_hr_high"), "Heart rate critical");
  assert.equal(conditionName("something_new"), "something new");
  assert.equal(metricValue("temp", 37), "37.0");
  assert.equal(metricValue("acvpu", 1), "Confusion");
  assert.equal(shortMetrics(["acvpu", "o2"]), "ACVPU, O₂");
});
test("who is most in danger stands first; what is over and what is equipment's sinks", () => {
  const worse = alert("worse", { priority: "high", raised_at: "2026-10-25T00:10:00Z" });
  const critical = alert("critical", { condition: "critical_hr_high", raised_at: "2026-10-25T00:20:00Z" });
  const over = alert("over", { priority: "high", cleared_at: "2026-10-25T00:05:00Z" });
  const device = alert("device", { kind: "technical", condition: "silent" });
  const alerts = [device, over, alert("first"), worse, critical];
  assert.deepEqual([...alerts].sort(byDanger(dangers(alerts))).map((one) => one.id), ["critical", "worse", "first", "over", "device"]);
  const scored = new Map([["first", { measured: "2026-10-25T00:29:00Z", news2: { low: 12 } }]]);
  assert.equal([...alerts].sort(byDanger(dangers(alerts, scored)))[0].id, "first");
  assert.deepEqual(counts(alerts), { high: 2, medium: 3, low: 0 });
});
test("an answer is overdue once its time is past, while nobody has answered", () => {
  const late = alert("late", { respond_by: "2026-10-25T00:00:00Z" });
  assert.equal(overdue(late), true);
  assert.equal(overdue({ ...late, state: "acknowledged" }), false);
  assert.equal(overdue(alert("none")), false);
});
test("two of one name are told apart", () => {
  assert.equal(called({ name: "Ana Kim", identifier: "E-1" }), "Ana Kim, E-1");
  assert.equal(called(null), "(erased)");
  assert.deepEqual(staffNames([{ id: "aaaa1", name: "Kim", kind: "doctor" }, { id: "bbbb1", name: "Kim", kind: "nurse" }])[1], ["bbbb1", "Kim, nurse bbbb"]);
});
test("each alert stands in one part of the feed; what closed long ago in none", () => {
  const ids = (some) => some.map((one) => one.id);
  const alerts = [alert("waits"), alert("silent", { kind: "technical" }), alert("mine", { state: "acknowledged" }), alert("done", { state: "resolved", closed_at: "2026-10-25T00:29:00Z" }), alert("old", { state: "expired", closed_at: "2026-10-24T12:00:00Z" })];
  const found = sections(alerts, new Map(), "all");
  assert.deepEqual([found.open, found.equipment, found.taken, found.closed].map(ids), [["waits"], ["silent"], ["mine"], ["done"]]);
  const apart = sections([{ ...alert("one"), state: "acknowledged", acknowledged_by_id: "me" }, { ...alert("two"), state: "acknowledged", acknowledged_by_id: "you" }], new Map(), "all", "me");
  assert.deepEqual([apart.taken.map((one) => one.id), apart.others.map((one) => one.id)], [["one"], ["two"]]);
  assert.deepEqual(alerts.filter(isPast).map((one) => one.id), ["old"]);
});
test("a handover says situation, background, assessment and recommendation, and what is missing", () => {
  const time = (text) => text.slice(11, 16);
  const row = { news2: { low: 7, high: 9, band: "high", missing: ["acvpu"], single_3_in: ["spo2"] }, doctor_name: null, state: "active", received: null, alerts: [alert("a", { message: "SpO2 85 %" }), alert("b", { priority: "high", condition: "news2_emergency" }), alert("c", { state: "resolved" })] };
  assert.deepEqual(sbar(row, time), { situation: "NEWS2 7 or more: emergency review, since 00:00, and 1 more open", background: "1 closed in this time; with nobody", assessment: "NEWS2 7 to 9, emergency; 3 points for SpO₂", recommendation: "nobody has it: answer first; measure ACVPU" });
  const calm = sbar({ news2: { score: 1, low: 1, high: 1, band: "low", missing: [] }, doctor_name: "Dr Kim", state: "active", received: null, alerts: [] }, time);
  assert.deepEqual(Object.values(calm), ["no open alert", "with Dr Kim", "NEWS2 1, low", "as before"]);
  assert.equal(sbar({ ...row, news2: null, alerts: [] }, time).assessment, "no score: nothing measured");
  assert.match(sbar({ ...row, alerts: [alert("a", { state: "acknowledged", acknowledged_by: "Dr Kim", comment: "oxygen 2 L" })] }, time).recommendation, /^plan of Dr Kim: oxygen 2 L/);
});
test("time runs for what nobody has taken on, and a grave one sounds until somebody has it", () => {
  const waits = alert("one", { priority: "high", escalates_at: "2026-10-25T00:34:05Z" });
  assert.equal(nextCall([waits, alert("two", { escalates_at: "2026-10-25T00:40:00Z" })]), "next call in 4:05");
  assert.equal(nextCall([{ ...waits, state: "acknowledged" }]), "");
  assert.deepEqual([waits, { ...waits, state: "acknowledged" }, { ...waits, snoozed_until: "2026-10-25T00:35:00Z" }, alert("medium")].map((one) => graveUnowned([one])), [true, false, false, false]);
});
test("what is wrong with one device stands together, and a patient's own alert under no device", () => {
  const told = [["units", "w-a"], ["battery", "w-b"], ["refused", "w-a"], ["sensor", null]].map(([condition, device]) => ({ ...alert(condition, { kind: "technical", condition }), device }));
  const clinical = { ...alert("news2"), device: "w-a" };
  assert.deepEqual(byDevice([clinical, ...told]).map(([device, some]) => [device, some.map((one) => one.condition)]),
    [["", ["news2_urgent", "sensor"]], ["w-a", ["units", "refused"]], ["w-b", ["battery"]]]);
});
