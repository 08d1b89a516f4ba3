// Vital signs in plain words, for the person whose they are. Pure. Missing, old and doubtful is never "as we expect".

/** @type {Record<string, string>} */
const NAMES = { spo2: "oxygen", hr: "pulse", rr: "breathing", temp: "temperature", sbp: "blood pressure", glucose: "blood sugar", weight: "weight" };
// Between these NEWS2 gives no points (Royal College of Physicians, 2017): on which side of them a reading lies.
/** @type {Record<string, [number, number]>} */
const USUAL = { spo2: [96, 100], hr: [51, 90], rr: [12, 20], temp: [36.1, 38], sbp: [111, 219] };
/** @type {Record<string, [string, string]>} */
const WAYS = { hr: ["slower", "faster"], rr: ["slower", "faster"] };
/** @type {Record<string, string>} */
const MEASURE = { spo2: "your oxygen and pulse", hr: "your pulse", rr: "your breathing", temp: "your temperature", sbp: "your blood pressure", glucose: "your blood sugar", weight: "your weight" };

/** @typedef {{ metric: string, value: number, counts: boolean, points: number | null, time: string }} Vital */
/** @typedef {Record<string, { low?: number | null, high?: number | null }>} Limits */

/** @param {string} metric */
export const plainName = (metric) => NAMES[metric] ?? metric;
/** @param {string} metric */
export const inPlainWords = (metric) => metric in NAMES;

/** @param {Vital} vital @param {Limits} limits @returns {{ state: "well" | "watch" | "off" | "unknown", text: string }} */
export function plain(vital, limits) {
  const name = `Your ${plainName(vital.metric)}`;
  if (!vital.counts) return { state: "unknown", text: `We have no fresh reading of your ${plainName(vital.metric)}.` };
  const { low = null, high = null } = limits[vital.metric] ?? {};
  if (low !== null && vital.value < low) return { state: "off", text: `${name} is ${ways(vital)[0]} than we want.` };
  if (high !== null && vital.value > high) return { state: "off", text: `${name} is ${ways(vital)[1]} than we want.` };
  const points = vital.points ?? 0;
  if (points === 0) return { state: "well", text: `${name} is as we expect.` };
  const way = side(vital);
  return points >= 2 ? { state: "off", text: `${name} is ${way} than we want.` } : { state: "watch", text: `${name} is a little ${way} than usual for most people.` };
}
/** @param {Vital} vital */
const ways = (vital) => WAYS[vital.metric] ?? ["lower", "higher"];
/** @param {Vital} vital */
function side(vital) {
  const [low, high] = USUAL[vital.metric] ?? [-Infinity, Infinity];
  if (vital.value < low) return ways(vital)[0];
  return vital.value > high ? ways(vital)[1] : "different";
}

// What is to be measured, together what is due together; pulse comes with oxygen from the same finger.
/** @param {{ metric: string, at: string | null }[]} todo @returns {{ at: string | null, words: string }[]} */
export function tasks(todo) {
  const oxygen = todo.some((one) => one.metric === "spo2");
  /** @type {Map<string | null, string[]>} */
  const byTime = new Map();
  for (const { metric, at } of todo) {
    if (oxygen && metric === "hr") continue;
    const minute = at === null ? null : `${at.slice(0, 16)}:00Z`;
    byTime.set(minute, [...(byTime.get(minute) ?? []), MEASURE[metric] ?? metric]);
  }
  return [...byTime].map(([at, names]) => ({ at, words: `Measure ${listed(names)}` }));
}
/** @param {string[]} names */
const listed = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);
