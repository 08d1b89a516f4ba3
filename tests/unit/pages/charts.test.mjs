// What a chart draws, decided without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { limitLines, rangeOf } from "../../../api/dashboard/static/js/charts/clinical_range.js";
import { alone, sortPoints, withGaps } from "../../../api/dashboard/static/js/charts/series.js";

test("a gap in the readings is a gap in the line", () => {
  const [times, values] = withGaps([0, 60, 120, 4000, 4060], [[1, 2, 3, 4, 5]]);
  assert.deepEqual(times, [0, 60, 120, 2060, 4000, 4060]);
  assert.deepEqual(values, [1, 2, 3, null, 4, 5]);
  assert.deepEqual(alone([1, null, 2, 3, null, 4]), [0, 5]);
});
test("late and questionable points are no part of the line", () => {
  const at = (minute) => new Date(minute * 60000).toISOString();
  const { good, late, doubtful } = sortPoints([{ time: at(0), received: at(1), value: 90, quality: "ok" }, { time: at(1), received: at(40), value: 91, quality: "ok" }, { time: at(2), received: at(2), value: 18, quality: "questionable" }]);
  assert.deepEqual([good[2], late[1], doubtful[2]], [undefined, 91, 18]);
});
test("a vital keeps its own range, which grows by whole steps", () => {
  assert.deepEqual(rangeOf("spo2", [96, 98]), [80, 100]);
  assert.deepEqual(rangeOf("spo2", [96, 71]), [70, 100]);
  assert.deepEqual(rangeOf("hr", [70], [200]), [30, 200]);
});
test("a limit says whose it is", () => {
  assert.deepEqual(limitLines({ hr: { low: 50, high: null, origin: { low: "patient" } } }).map((line) => line.label), ["low 50, own"]);
});
