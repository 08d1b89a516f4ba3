// What a row of the panel says, and what its address means.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, askedOf, viewOf } from "../../../api/dashboard/static/js/panel/address.js";
import { chosenOf } from "../../../api/dashboard/static/js/panel/columns.js";
import { letters, meaning } from "../../../api/dashboard/static/js/base/shortcuts.js";
import { stepsOf } from "../../../api/dashboard/static/js/panel/spark.js";
import { chosenBy, KEYS } from "../../../api/dashboard/static/js/round/keys.js";
import { against, aloud, bandOf, lacksStaff, ownerOf, reasonOf } from "../../../api/dashboard/static/js/words/vitals.js";

const vital = (more = {}) => ({ metric: "hr", value: 118, time: "2026-10-25T00:00:00Z", quality: "ok", counts: true, points: 2, usual: 72, deviation: 3.1, ...more });
const alert = (more = {}) => ({ id: "a", patient: "p", kind: "clinical", condition: "limit_spo2_low", priority: "medium", state: "open", raised_at: "2026-10-25T00:10:00Z", ...more });
const row = (more = {}) => ({ urgency: 0, state: "active", doctor_name: null, alerts: [], vitals: [], news2: { missing: [] }, measured: "2026-10-25T00:00:00Z", due: null, ...more });

test("a value says aloud what its colour and arrow show", () => {
  assert.equal(aloud(vital(), "118"), "Heart rate 118, 2 points, above own usual 72");
  assert.equal(aloud(vital({ counts: false, points: null, deviation: null }), "118"), "Heart rate 118, too old for a score");
  assert.equal(aloud(vital({ counts: false, points: null, deviation: null, quality: "questionable" }), "18"), "Heart rate 18, questionable, not scored");
  assert.equal(against(vital({ deviation: -1.9 })), null);
  assert.deepEqual(against(vital({ deviation: -2 })), ["↓", "below own usual"]);
});
test("the gravest of what waits leads; what is over and what is equipment's comes after", () => {
  const graver = alert({ id: "b", priority: "high", condition: "news2_emergency", raised_at: "2026-10-25T00:20:00Z" });
  const over = alert({ id: "c", priority: "high", cleared_at: "2026-10-25T00:25:00Z" });
  const device = alert({ id: "d", kind: "technical", priority: "high", condition: "silent" });
  assert.deepEqual(reasonOf(row({ alerts: [device, over, alert(), graver] })), { priority: "high", words: "NEWS2 7 or more", since: graver.raised_at, more: 3 });
  assert.equal(reasonOf(row({ vitals: [vital({ points: 3 })] })).words, "Heart rate scores 3");
  assert.equal(reasonOf(row({ news2: { stale: true } })).words, "no fresh score");
  assert.equal(reasonOf(row()), null);
});
test("who has it: taken until when, sent and due when, nobody, or by the plan", () => {
  const taken = alert({ state: "acknowledged", acknowledged_by: "Dr Singh", acknowledged_until: "2026-10-25T02:00:00Z" });
  assert.deepEqual(ownerOf(row({ alerts: [taken] })), { kind: "taken", name: "Dr Singh", until: taken.acknowledged_until });
  assert.equal(ownerOf(row({ alerts: [alert()], doctor_name: "Dr Singh" })).kind, "nobody");
  assert.equal(ownerOf(row({ doctor_name: "Dr Singh" })).kind, "plan");
});
test("bands are the server's levels", () => {
  assert.deepEqual([300, 299, 100, 99].map((urgency) => bandOf({ urgency })), ["act", "review", "review", "steady"]);
});
test("a gap that a round closes is quiet; any other is not", () => {
  assert.equal(lacksStaff({ missing: ["acvpu", "o2"] }), true);
  assert.equal(lacksStaff({ missing: ["acvpu", "sbp"] }), false);
  assert.equal(lacksStaff({ missing: ["acvpu"], stale: true }), false);
  assert.equal(lacksStaff({ missing: [] }), false);
});
test("the address says what is shown, and nothing unknown", () => {
  for (const query of ["", "?show=silent", "?sort=name&search=kim&page=3", "?steady=1", "?steady=1&view=wall&columns=spo2,why"]) assert.equal(addressOf(viewOf(query)), query);
  assert.equal(addressOf(viewOf("?show=everything&page=-2&x=1")), "");
  const kept = { show: "silent", sort: "score", columns: ["spo2"] };
  assert.equal(addressOf(viewOf("", kept), kept), "?show=silent&sort=score");
  assert.equal(addressOf(viewOf("?show=attention&sort=urgency", kept), kept), "?show=attention&sort=urgency");
  assert.deepEqual(viewOf("?columns=rr", kept).columns, ["rr"]);
  assert.equal(viewOf("?sort=anything").sort, "urgency");
  assert.equal(askedOf(viewOf("?search=kim")), "all");
  assert.equal(askedOf(viewOf("")), "attention");
});
test("columns are those chosen, in their order; nothing readable means the usual ones", () => {
  assert.deepEqual(chosenOf("why,spo2,none"), ["spo2", "why"]);
  assert.equal(chosenOf(null).length, 8);
});
test("a day in small has a gap where nothing was scored", () => {
  assert.equal(stepsOf([null, null]), "");
  assert.equal((stepsOf([1, null, 2, 3]).match(/M/g) ?? []).length, 2);
});
test("the round's keys choose one thing each, and never while another key is held", () => {
  assert.deepEqual(chosenBy({ key: "C" }), ["acvpu", "1"]);
  assert.equal(chosenBy({ key: "r", ctrlKey: true }), null);
  assert.equal(chosenBy({ key: "x" }), null);
  assert.equal(new Set(Object.values(KEYS).map(String)).size, Object.keys(KEYS).length);
});
test("a key means something only where nobody types", () => {
  const free = { typing: false, after: "" };
  assert.deepEqual(["?", "/", "j", "k", "g", "x"].map((key) => meaning({ key }, free)), ["help", "search", "next", "previous", "g", ""]);
  assert.equal(meaning({ key: "p" }, { typing: false, after: "g" }), "go p");
  assert.equal(meaning({ key: "j" }, { typing: true, after: "" }), "");
  assert.equal(meaning({ key: "j", ctrlKey: true }, free), "");
});
test("each page of the menu has a letter of its own", () => {
  assert.deepEqual(letters(["Panel", "Alerts", "Patients", "People", "Capacity"]), ["p", "a", "t", "e", "c"]);
});
