// The printed chart: each value in its band, the worst of each column, nothing that is in doubt.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bandOf, column, partsOf } from "../../../api/dashboard/static/js/charts/news2_bands.js";
import { panned, zoomed } from "../../../api/dashboard/static/js/patient/zoom.js";

const [rr, spo2] = partsOf(1);
const at = (minute) => new Date(minute * 60000).toISOString();
const span = { from: 0, to: 4 * 3600000, slots: 4 };

test("a column holds the reading that scores most", () => {
  const points = { rr: [{ time: at(5), value: 14, quality: "ok" }, { time: at(20), value: 26, quality: "ok" }, { time: at(40), value: 15, quality: "ok" }, { time: at(70), value: 40, quality: "questionable" }] };
  const [first, second] = column(rr, points, span);
  assert.deepEqual([first.value, first.band.label, first.count], [26, "≥25", 3]);
  assert.equal(second, null);
});
test("of a thinned reading both ends are looked at", () => {
  assert.equal(column(spo2, { spo2: [{ time: at(5), min: 88, mean: 95, max: 97 }] }, span)[0].value, 88);
});
test("on scale 2 the band depends on the oxygen of that time", () => {
  const scale2 = partsOf(2)[1];
  assert.equal(bandOf(scale2, 97, true).points, 3);
  assert.equal(bandOf(scale2, 97, false).points, 0);
  const told = { spo2: [{ time: at(30), value: 97 }, { time: at(90), value: 97 }], o2: [{ time: at(60), value: 1 }] };
  assert.deepEqual(column(scale2, told, span).slice(0, 2).map((cell) => cell.band.points), [0, 3]);
});
test("a day of readings a minute is read once, not once for each other", () => {
  const minutes = Array.from({ length: 1440 }, (_, minute) => minute);
  const points = { spo2: minutes.map((minute) => ({ time: at(minute), value: 95 })), o2: minutes.map((minute) => ({ time: at(minute), value: 0 })) };
  const real = Date.parse;
  let parsed = 0;
  Date.parse = (text) => { parsed += 1; return real(text); };
  try { column(partsOf(2)[1], points, { from: 0, to: 86400000, slots: 24 }); } finally { Date.parse = real; }
  assert.ok(parsed <= 3 * minutes.length, `${parsed} times of day were read`);
});
test("zoom keeps the middle and five minutes at least; pan never leaves now behind", () => {
  const hour = 3600000;
  assert.deepEqual(zoomed({ from: 0, to: 2 * hour }, 0.5), { from: hour / 2, to: 1.5 * hour });
  assert.equal(zoomed({ from: 0, to: 60000 }, 0.5).to - zoomed({ from: 0, to: 60000 }, 0.5).from, 300000);
  assert.deepEqual(panned({ from: 0, to: 2 * hour }, 0.5, 2.5 * hour), { from: hour / 2, to: 2.5 * hour });
});
