// What the address keeps, and where a key leads among tabs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withSaid } from "../../../api/dashboard/static/js/base/address.js";
import { tabAt } from "../../../api/dashboard/static/js/base/tabs.js";

test("the address keeps what others said in it and leaves out what is as usual", () => {
  assert.equal(withSaid("?tab=plan&hours=72", { tab: null }), "?hours=72");
  assert.equal(withSaid("", { tab: "events" }), "?tab=events");
  assert.equal(withSaid("?tab=plan", { tab: "" }), "");
});
test("arrows go round, Home and End to the ends, other keys nowhere", () => {
  assert.deepEqual([tabAt("ArrowRight", 4, 5), tabAt("ArrowLeft", 0, 5), tabAt("Home", 3, 5), tabAt("End", 0, 5), tabAt("a", 0, 5)], [0, 4, 0, 4, null]);
});
