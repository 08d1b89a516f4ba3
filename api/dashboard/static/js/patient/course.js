// The course of a patient: curves with their time line, the NEWS2 chart or a table, of one stretch or of two.
import { clockText, dateText, wardNow, zoneText } from "../base/clock.js";
import { $, empty, trouble } from "../base/dom.js";
import { all, page } from "../base/http.js";
import { figures } from "../charts/figures.js";
import { news2Chart } from "../charts/news2_chart.js";
import { readingsTable } from "../charts/readings_table.js";
import { timeline } from "../charts/timeline.js";
import { METRICS, periodFigures } from "./course_figures.js";
import { exactly } from "./exact.js";
import { takeAlong } from "./take_along.js";
import { bucketOf, MAY_BE_DENSE_MS, readingsIn, shownNow, stretch, VIEWS } from "./window.js";

// What is shown: see window.js; and what a figure must know of the patient beside the readings.
export const course = { ...shownNow(), proven: false, usual: [] };
let asked = 0;
let endLine = () => {};

// How fine a period is asked for: of a day or less it depends on how many readings there are.
async function fineness(id, from, to) {
  const ms = to - from;
  if (ms <= MAY_BE_DENSE_MS || bucketOf(ms)) return bucketOf(ms);
  const hours = await all(`/patients/${id}/observations`, { from: new Date(from).toISOString(), to: new Date(to).toISOString(), metric: METRICS, bucket: "1h", limit: 10000 });
  return bucketOf(ms, readingsIn(hours));
}
// The readings and scores of one period; `named` is what its titles add.
async function period(id, { from, to }, bucket, named, group) {
  const wanted = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const [points, history] = await Promise.all([all(`/patients/${id}/observations`, { ...wanted, metric: METRICS, bucket, limit: 10000 }, 60000), page(`/ui/patients/${id}/history`, wanted)]);
  return { points: byMetric(points), history: history.items, from: from / 1000, to: to / 1000, named, group, cut: points.cut };
}
function byMetric(points) {
  const found = {};
  for (const point of points) (found[point.metric] ??= []).push(point);
  return found;
}
// `patient` is their record, for the name on paper and the limits.
export async function loadCharts(id, patient) {
  const mine = (asked += 1);
  const { from, to, before } = stretch(course, wardNow());
  try {
    const bucket = await fineness(id, from, to);
    const [now, events, earlier] = await Promise.all([
      period(id, { from, to: to + 1 }, bucket, "", "homeward"),
      page(`/ui/patients/${id}/events`, { from: new Date(from).toISOString(), to: new Date(to).toISOString() }).catch(() => ({ items: [] })),
      course.beside ? period(id, before, bucket, ", before", "homeward-before") : null]);
    if (mine !== asked) return;
    takeAlong(id, { from, to, metrics: METRICS.filter((name) => now.points[name]?.length) });
    draw(patient, now, earlier, events.items);
  } catch (problem) { trouble($("charts"), problem); }
}
const stamp = (seconds) => `${dateText(seconds * 1000)} ${clockText(seconds * 1000)}`;
function draw(patient, now, earlier, events) {
  const { from, to } = now;
  const named = course.window ? `from ${stamp(from)}` : `the last ${course.hours >= 48 ? `${course.hours / 24} days` : `${course.hours} h`}`;
  $("printed").textContent = `${patient?.name ?? ""}, ${patient?.identifier ?? ""}: ${named}, until ${stamp(to)} ${zoneText()}${earlier ? `, beside ${stamp(earlier.from)} to ${stamp(earlier.to)}` : ""}`;
  $("cut-points").hidden = !now.cut;
  showAs(course.view);
  if (course.view === "news2") printed(patient, now, events);
  if (course.view === "table") $("as-table").replaceChildren(readingsTable({ points: now.points, metrics: METRICS }));
  const known = { limits: patient?.limits_in_force, usual: course.usual, proven: course.proven };
  const mine = periodFigures(now, known, earlier);
  const wanted = earlier ? paired(periodFigures(earlier, known, now), mine) : mine;
  $("charts").classList.toggle("beside", Boolean(earlier));
  const curves = course.view === "curves"; // what is not looked at is not drawn
  figures($("charts"), curves ? wanted : [], curves && empty("No readings in this time.", "Choose a longer time, or look at the devices: a silent device is shown above with its newest message.")).then(() => { document.body.dataset.charts = `${wanted.length}`; });
  endLine();
  endLine = timeline($("time-line"), events, { from: from * 1000, to: to * 1000 });
  exactly({ points: now.points, from: from * 1000, to: to * 1000 });
}
// Each curve beside its own of before.
function paired(before, now) {
  const bare = (one) => one.title.replace(", before", "");
  const titles = [...new Set([...now, ...before].map(bare))];
  return titles.flatMap((title) => [before.find((one) => bare(one) === title), now.find((one) => one.title === title)]).filter(Boolean);
}
export function showAs(chosen) {
  course.view = chosen;
  for (const view of VIEWS) $(`as-${view}`).hidden = view !== chosen;
}
// The newest columns are looked at first.
async function printed(patient, { points, history, from, to }, events) {
  const { node, filled } = news2Chart({ points, scores: history, scale: patient?.spo2_scale ?? 1, from, to, events });
  const first = !$("as-news2").querySelector("table");
  if (first) $("as-news2").replaceChildren(node);
  await filled;
  if (!first) $("as-news2").replaceChildren(node); // the old one stands until the new one is whole
  node.scrollLeft = node.scrollWidth;
}
