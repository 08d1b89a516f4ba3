// Words in the reader's language: filled in, by number, with nodes in them.
import assert from "node:assert/strict";
import { test } from "node:test";

const CATALOGUE = { words: { "at {time}": "{time}开始", "{n} file": ["{n} 个文件"], "Call {who} now": "现在致电{who}" }, forms: ["other"] };
globalThis.document = /** @type {any} */ ({
  documentElement: { dataset: { locale: "zh-Hans-CN", glucose: "mmol/L" } },
  getElementById: (id) => (id === "catalogue" ? { content: { textContent: JSON.stringify(CATALOGUE) } } : null),
});
const { listed, t, tn, woven } = await import("../../../api/dashboard/static/js/base/language.js");
const { limitsShown, metricUnit, metricValue, pointShown } = await import("../../../api/dashboard/static/js/words/metrics.js");

test("a text is said in the page's language, and stays English where the catalogue lacks it", () => {
  assert.equal(t("at {time}", { time: "08:00" }), "08:00开始");
  assert.equal(t("nowhere {x}", { x: 1 }), "nowhere 1");
  assert.equal(t("left {out}"), "left {out}");
});
test("a number takes the form of the language", () => {
  assert.equal(tn("{n} file", "{n} files", 1), "1 个文件");
  assert.equal(tn("{n} cup", "{n} cups", 1), "1 cup");
  assert.equal(tn("{n} cup", "{n} cups", 2), "2 cups");
});
test("nodes take their places in a sentence, wherever the language has them", () => {
  const node = { nodeType: 1 };
  assert.deepEqual(woven("Call {who} now", { who: node }).filter(Boolean), ["现在致电", node]);
  assert.equal(listed(["血氧", "脉搏"]), "血氧和脉搏");
});
test("blood sugar is shown in the reader's unit, number and unit together", () => {
  assert.equal(`${metricValue("glucose", 97.3)} ${metricUnit("glucose")}`, "5.4 mmol/L");
  assert.equal(pointShown("glucose", { value: 180.16, time: "t" }).value.toFixed(2), "10.00");
  assert.deepEqual(limitsShown("glucose", { low: 70, high: null }), { low: 3.9, high: null });
  assert.deepEqual(limitsShown("hr", { low: 40, high: 130 }), { low: 40, high: 130 });
});
