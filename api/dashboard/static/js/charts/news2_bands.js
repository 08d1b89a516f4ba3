// The NEWS2 observation chart as rows of bands, highest first, as the Royal College of Physicians prints it
// (National Early Warning Score (NEWS) 2, 2017, reproduced with acknowledgement). Pure.

/** @typedef {{ label: string, least: number, points: 0 | 1 | 2 | 3, oxygen?: boolean }} Band `least` is the lowest value of it;
 *   `oxygen`: only on oxygen, or only on air */
/** @typedef {{ metric: string, name: string, bands: Band[] }} Part */
/** @typedef {{ time: string, value?: number, min?: number, max?: number, quality?: string }} Point */

/** @param {[string, number, 0 | 1 | 2 | 3, boolean?][]} rows @returns {Band[]} */
const bands = (rows) => rows.map(([label, least, points, oxygen]) => ({ label, least, points, oxygen }));
const SPO2_1 = bands([["≥96", 96, 0], ["94–95", 94, 1], ["92–93", 92, 2], ["≤91", 0, 3]]);
const SPO2_2 = bands([["≥97 on O₂", 97, 3, true], ["95–96 on O₂", 95, 2, true], ["93–94 on O₂", 93, 1, true], ["≥93 on air", 93, 0, false], ["88–92", 88, 0], ["86–87", 86, 1], ["84–85", 84, 2], ["≤83", 0, 3]]);
/** @type {Part[]} */
const PARTS = [
  { metric: "rr", name: "Breathing rate /min", bands: bands([["≥25", 25, 3], ["21–24", 21, 2], ["18–20", 18, 0], ["15–17", 15, 0], ["12–14", 12, 0], ["9–11", 9, 1], ["≤8", 0, 3]]) },
  { metric: "o2", name: "Air or oxygen", bands: bands([["Oxygen", 1, 2], ["Air", 0, 0]]) },
  { metric: "sbp", name: "Systolic mmHg", bands: bands([["≥220", 220, 3], ["201–219", 201, 0], ["181–200", 181, 0], ["161–180", 161, 0], ["141–160", 141, 0], ["121–140", 121, 0], ["111–120", 111, 0], ["101–110", 101, 1], ["91–100", 91, 2], ["81–90", 81, 3], ["71–80", 71, 3], ["61–70", 61, 3], ["51–60", 51, 3], ["≤50", 0, 3]]) },
  { metric: "hr", name: "Pulse /min", bands: bands([["≥131", 131, 3], ["121–130", 121, 2], ["111–120", 111, 2], ["101–110", 101, 1], ["91–100", 91, 1], ["81–90", 81, 0], ["71–80", 71, 0], ["61–70", 61, 0], ["51–60", 51, 0], ["41–50", 41, 1], ["31–40", 31, 3], ["≤30", 0, 3]]) },
  { metric: "acvpu", name: "Consciousness", bands: bands([["Unresponsive", 4, 3], ["Pain", 3, 3], ["Voice", 2, 3], ["Confusion", 1, 3], ["Alert", 0, 0]]) },
  { metric: "temp", name: "Temperature °C", bands: bands([["≥39.1", 39.1, 2], ["38.1–39.0", 38.1, 1], ["37.1–38.0", 37.1, 0], ["36.1–37.0", 36.1, 0], ["35.1–36.0", 35.1, 1], ["≤35.0", 0, 3]]) },
];
// The parts in the order of the printed chart, with the SpO2 scale of the person.
/** @param {number} scale @returns {Part[]} */
export const partsOf = (scale) => [PARTS[0], { metric: "spo2", name: `SpO₂ % scale ${scale}`, bands: scale === 2 ? SPO2_2 : SPO2_1 }, ...PARTS.slice(1)];

// Half up to the chart's resolution, as the score rounds.
/** @param {string} metric @param {number} value */
export const charted = (metric, value) => (metric === "temp" ? Math.round(Number((value * 10).toFixed(6))) / 10 : Math.round(Number(value.toFixed(6))));

/** @param {Part} part @param {number} value @param {boolean} oxygen whether on oxygen then @returns {Band} */
export function bandOf(part, value, oxygen) {
  const at = charted(part.metric, value);
  return part.bands.find((band) => at >= band.least && (band.oxygen === undefined || band.oxygen === oxygen)) ?? part.bands[part.bands.length - 1];
}

const HELD_MS = 12 * 3600 * 1000; // as long as oxygen counts as assumed (analytics/policy.py)
const TRUSTED = ["ok", "manual", undefined];

// Of each slot of time the reading that scores most, in its band; nothing where nothing trusted was read.
/** @param {Part} part @param {Record<string, Point[]>} points by metric @param {{ from: number, to: number, slots: number }} span ms
 * @returns {({ band: Band, value: number, count: number } | null)[]} */
export function column(part, points, { from, to, slots }) {
  /** @type {({ band: Band, value: number, count: number } | null)[]} */
  const found = Array(slots).fill(null);
  const onOxygen = part.bands.some((band) => band.oxygen !== undefined) ? oxygenAt(points.o2 ?? []) : () => false;
  for (const point of points[part.metric] ?? []) {
    const at = Date.parse(point.time);
    const slot = Math.min(slots - 1, Math.floor(((at - from) / (to - from)) * slots));
    if (slot < 0 || !TRUSTED.includes(point.quality)) continue;
    const values = [point.value ?? point.min, point.max].filter((value) => value !== undefined);
    for (const value of values) {
      const band = bandOf(part, value, onOxygen(at));
      const before = found[slot];
      const count = (before?.count ?? 0) + 1;
      found[slot] = before && before.band.points > band.points ? { ...before, count } : { band, value, count };
    }
  }
  return found;
}
// Whether somebody was on oxygen at a moment, by what was told last before it. A day of readings a minute asks
// this thousands of times, so each time of day is read once.
/** @param {Point[]} told oldest first @returns {(at: number) => boolean} */
function oxygenAt(told) {
  const times = told.map((point) => Date.parse(point.time));
  return (at) => {
    let [least, most] = [0, times.length];
    while (least < most) {
      const middle = (least + most) >> 1;
      if (times[middle] <= at) least = middle + 1; else most = middle;
    }
    const last = told[least - 1];
    return last !== undefined && at - times[least - 1] <= HELD_MS && Number(last.value ?? last.max ?? 0) > 0;
  };
}

// How often the chart asks for observations (RCP 2017, thresholds and triggers), by band and score.
/** @param {{ band?: string | null, low: number | null }} score @returns {string} */
export function monitoring({ band, low }) {
  if (low === null || low === undefined) return "";
  if (low >= 7) return "cont.";
  if (low >= 5 || band === "low_medium") return "1 h";
  return low >= 1 ? "4–6 h" : "12 h";
}
// Of each slot of time the events that begin in it, or that `when` puts there.
/** @template T @param {T[]} events @param {{ from: number, to: number, slots: number }} span ms @param {(one: T) => string | null} when @returns {T[][]} */
export function inSlots(events, { from, to, slots }, when) {
  /** @type {T[][]} */
  const found = Array.from({ length: slots }, () => []);
  for (const one of events) {
    const slot = Math.floor(((Date.parse(when(one) ?? "") - from) / (to - from)) * slots);
    if (slot >= 0 && slot < slots) found[slot].push(one);
  }
  return found;
}
/** @param {string} name @returns {string} */
export const initials = (name) => name.split(/\s+/).map((part) => part[0]?.toUpperCase() ?? "").join("").slice(0, 4);
