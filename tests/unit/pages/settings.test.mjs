// Settings by name: what they are called, what a field says, what a search and a profile mean.
import assert from "node:assert/strict";
import test from "node:test";
import { asRead, asSent, at, byProfile, finds, inGroups, settingLabel } from "../../../api/dashboard/static/js/words/settings.js";

const limit = { name: "limits.spo2.low", group: "limits", unit: "%", source: "NHS pathway", default: 91 };
const rung = { name: "rungs.first", group: "rungs", unit: "", kind: "choice", choices: [{ value: "plan", label: "who has the patient" }], source: "", default: "plan" };

test("a setting is called by what it judges, and its value is read with its unit", () => {
  assert.equal(settingLabel(limit), "SpO₂, alert below");
  assert.equal(settingLabel({ ...limit, name: "delays.single_3", group: "delays" }), "Single 3");
  assert.deepEqual([asRead(limit, 91), asRead(limit, null), asRead(rung, "plan")], ["91 %", "no limit", "who has the patient"]);
  assert.deepEqual([asSent(limit, " 88 "), asSent(limit, ""), asSent(rung, "plan")], [88, null, "plan"]);
});
test("a search needs each of its words somewhere: label, name, group or source", () => {
  assert.ok(finds(limit, "Limits: outside them is a violation", "spo₂ nhs"));
  assert.ok(finds(limit, "Limits: outside them is a violation", "limits.spo2"));
  assert.ok(!finds(limit, "Limits: outside them is a violation", "spo₂ pulse"));
});
test("what is sent is nested, and what a profile moves leaves alone what the ward has set", () => {
  const groups = inGroups([["limits.spo2.low", 88], ["limits.hr.high", null], ["delays.spot", 5]]);
  assert.deepEqual(groups, { limits: { spo2: { low: 88 }, hr: { high: null } }, delays: { spot: 5 } });
  assert.equal(at("limits.spo2.low", groups), 88);
  const profiles = { standard: {}, home_stream: { "limits.spo2.low": 92 } };
  const moved = (own) => byProfile([limit, rung], profiles, { before: "standard", after: "home_stream", own });
  assert.deepEqual(moved([]), [{ setting: "limits.spo2.low", old: 91, new: 92 }]);
  assert.deepEqual(moved(["limits.spo2.low"]), []);
});
