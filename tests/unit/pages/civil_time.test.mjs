// Civil time: a day begins at the place's own midnight, also where clocks are changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { civilDay, dayStart, setPlace } from "../../../api/dashboard/static/js/base/clock.js";

const told = (day, zone, days = 0) => new Date(dayStart(day, { zone, days })).toISOString();

test("a day begins at the midnight of the place and lasts 23, 24 or 25 hours", () => {
  assert.equal(told("2026-10-25", "Europe/Berlin"), "2026-10-24T22:00:00.000Z");
  assert.equal(told("2026-10-25", "Europe/Berlin", 1), "2026-10-25T23:00:00.000Z");
  assert.equal(told("2026-03-29", "Europe/Berlin", 1), "2026-03-29T22:00:00.000Z");
  assert.equal(told("2026-07-01", "Asia/Kolkata"), "2026-06-30T18:30:00.000Z");
  assert.equal(told("2026-07-01", "Pacific/Kiritimati"), "2026-06-30T10:00:00.000Z");
  assert.equal(told("2026-07-01", "America/St_Johns"), "2026-07-01T02:30:00.000Z");
});
test("the civil day of a moment is the place's, a day stays what it is", () => {
  setPlace("Pacific/Kiritimati");
  assert.equal(civilDay("2026-06-30T12:00:00Z"), "2026-07-01");
  assert.equal(civilDay("2026-06-30"), "2026-06-30");
  assert.equal(civilDay(null), "");
  setPlace(null);
});
