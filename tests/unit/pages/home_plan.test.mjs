// A plan that is written as lines is the same plan when it is read back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { daysWords, medicineLine, medicinesOf, taskLine, tasksOf } from "../../../api/dashboard/static/js/words/home_plan.js";

const EVERY = [1, 2, 3, 4, 5, 6, 7];

test("tasks are the same after they were written as lines", () => {
  const tasks = [
    { kind: "measure", subject: "weight", times: ["07:30:00"], days: EVERY, words: "Weigh yourself" },
    { kind: "walk", subject: null, times: ["10:00:00", "15:00:00"], days: [1, 3], words: "Walk a little" },
  ];
  assert.deepEqual(tasksOf(tasks.map(taskLine).join("\n")), [
    { kind: "measure", subject: "weight", times: ["07:30"], words: "Weigh yourself" },
    { kind: "walk", times: ["10:00", "15:00"], days: [1, 3], words: "Walk a little" },
  ]);
  assert.equal(daysWords([1, 3]), ", Mon, Wed");
  assert.equal(daysWords(EVERY), "");
});

test("medicines are the same, and what cannot be read says why", () => {
  const pill = { text: "Ramipril 5 mg", times: ["08:00:00", "20:00:00"] };
  assert.deepEqual(medicinesOf(medicineLine(pill)), [{ text: "Ramipril 5 mg", times: ["08:00", "20:00"] }]);
  for (const wrong of ["Ramipril 5 mg", "25:00 Ramipril", "08:00"]) assert.throws(() => medicinesOf(wrong), /first the times/);
  assert.throws(() => tasksOf("swim 08:00 Swim"), /begin with/);
  assert.throws(() => tasksOf("walk often Walk"), /times are missing/);
  assert.throws(() => tasksOf("walk 08:00"), /say in words/);
});
