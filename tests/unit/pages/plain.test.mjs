// A person's readings in words: what is not known is never "as we expect".
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, tasks } from "../../../api/dashboard/static/js/words/plain.js";

const vital = (more = {}) => ({ metric: "spo2", value: 97, counts: true, points: 0, time: "2026-10-25T00:00:00Z", ...more });

test("as we expect is said of a fresh reading within its limits and without points alone", () => {
  assert.deepEqual(plain(vital(), { spo2: { low: 91 } }), { state: "well", text: "Your oxygen is as we expect." });
  assert.equal(plain(vital({ counts: false }), {}).state, "unknown");
  assert.match(plain(vital({ counts: false }), {}).text, /no fresh reading/);
});
test("a limit goes before points, and points are said by how far", () => {
  assert.equal(plain(vital({ value: 90, points: 0 }), { spo2: { low: 91 } }).text, "Your oxygen is lower than we want.");
  assert.equal(plain(vital({ metric: "hr", value: 140, points: 3 }), {}).text, "Your pulse is faster than we want.");
  assert.equal(plain(vital({ metric: "hr", value: 95, points: 1 }), {}).state, "watch");
  assert.equal(plain(vital({ metric: "temp", value: 35.9, points: 1 }), {}).text, "Your temperature is a little lower than usual for most people.");
});
test("what is due together is one task, and the pulse comes with oxygen", () => {
  const at = "2026-10-25T08:00:30Z";
  assert.deepEqual(tasks([{ metric: "spo2", at: null }, { metric: "hr", at }, { metric: "temp", at }, { metric: "sbp", at: "2026-10-25T08:00:59Z" }]),
    [{ at: null, words: "Measure your oxygen and pulse" }, { at: "2026-10-25T08:00:00Z", words: "Measure your temperature and your blood pressure" }]);
});
