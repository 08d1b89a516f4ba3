// A patient's course: what its address keeps, its time line, exact values, the rows below the NEWS2 chart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inSlots, initials, monitoring } from "../../../api/dashboard/static/js/charts/news2_bands.js";
import { nearest } from "../../../api/dashboard/static/js/charts/series.js";
import { bucketOf, readingsIn, saidBy, shownBy, stretch } from "../../../api/dashboard/static/js/patient/window.js";
import { countWords, eventWords, placeOf } from "../../../api/dashboard/static/js/words/events.js";
import { statementWords } from "../../../api/dashboard/static/js/words/statements.js";

const HOUR = 3600000;
const at = (hours) => new Date(Date.UTC(2026, 9, 25) + hours * HOUR).toISOString();
const event = (more) => ({ at: at(6), until: null, kind: "note", what: "note", priority: null, text: "dizzy", answered: null, by_name: "Pia Lund", id: "1", ...more });

test("an address says what is shown and what is shown says the address", () => {
  const shown = { hours: 168, window: { from: Date.parse(at(0)), to: Date.parse(at(5)) }, view: "news2", beside: true };
  const said = saidBy(shown);
  assert.deepEqual(shownBy((name) => said[name]), shown);
  assert.deepEqual(Object.values(saidBy(shownBy(() => null))), [null, null, null, null, null]);
  assert.equal(shownBy((name) => ({ from: at(5), to: at(0) })[name] ?? null).window, null);
  assert.equal(shownBy((name) => (name === "hours" ? "x" : null)).hours, 24);
});
test("the period beside is as long and ends where this one begins", () => {
  const { from, to, before } = stretch({ hours: 168, window: null, view: "curves", beside: true }, Date.parse(at(0)));
  assert.equal(to - from, 168 * HOUR);
  assert.deepEqual(before, { from: from - 168 * HOUR, to: from });
  assert.deepEqual([bucketOf(24 * HOUR), bucketOf(25 * HOUR), bucketOf(720 * HOUR)], [undefined, "5m", "1h"]);
});
test("more readings than a chart can tell apart are asked for in stretches", () => {
  const hours = [{ count: 21600 }, { count: 21600 }, {}];
  assert.equal(readingsIn(hours), 43201);
  assert.deepEqual([bucketOf(2 * HOUR, 43201), bucketOf(24 * HOUR, 43201), bucketOf(24 * HOUR, 8640)], ["1m", "2m", undefined]);
});
test("an alert that is open reaches to now, a note stands at its moment", () => {
  const span = { from: Date.parse(at(0)), to: Date.parse(at(24)), now: Date.parse(at(12)) };
  const alert = event({ kind: "alert", what: "news2_urgent", priority: "medium", text: null });
  assert.deepEqual(placeOf(alert, span), { left: 0.25, right: 0.5 });
  assert.deepEqual(placeOf(event({ ...alert, at: at(-9), until: at(3) }), span), { left: 0, right: 0.125 });
  assert.deepEqual(placeOf(event({}), span), { left: 0.25, right: 0.25 });
});
test("an event says what it is and whose", () => {
  assert.equal(eventWords(event({})), "Note: dizzy (Pia Lund)");
  assert.equal(eventWords(event({ what: "allergies", text: "latex" })), "Allergies: latex (Pia Lund)");
  assert.equal(eventWords(event({ kind: "alert", what: "news2_urgent", text: null })), "NEWS2 5 or more: urgent review, acknowledged by Pia Lund");
  assert.equal(eventWords(event({ kind: "device", what: "silent", text: null, by_name: null })), "Device silent");
  assert.equal(countWords([event({}), event({ kind: "advice" })]), "1 notes, 1 advice");
  assert.equal(countWords([]), "nothing beside the readings");
});
test("what nobody said is not known, and never none", () => {
  assert.deepEqual(statementWords("allergies", {}), { words: "allergies not recorded", known: false });
  assert.deepEqual(statementWords("allergies", { allergies: { text: "latex" } }), { words: "Allergies: latex", known: true });
});
test("the exact reading is the nearest one, and none where none is near", () => {
  const points = [0, 1, 5].map((hours) => ({ time: at(hours) }));
  assert.equal(nearest(points, Date.parse(at(0.9)), HOUR), points[1]);
  assert.equal(nearest(points, Date.parse(at(4.8)), HOUR), points[2]);
  assert.equal(nearest(points, Date.parse(at(3)), HOUR), null);
  assert.equal(nearest([], 0, HOUR), null);
});
test("below the chart: how often to look, and who took an alert on in which column", () => {
  assert.deepEqual([0, 1, 4, 5, 7].map((low) => monitoring({ band: "low", low })), ["12 h", "4–6 h", "4–6 h", "1 h", "cont."]);
  assert.equal(monitoring({ band: "low_medium", low: 3 }), "1 h");
  const span = { from: Date.parse(at(0)), to: Date.parse(at(24)), slots: 24 };
  const slots = inSlots([event({ answered: at(7) }), event({ answered: null }), event({ answered: at(30) })], span, (one) => one.answered);
  assert.deepEqual(slots.map((some) => some.length).flatMap((count, slot) => (count ? [[slot, count]] : [])), [[7, 1]]);
  assert.equal(initials("Dr Amara Singh"), "DAS");
});
