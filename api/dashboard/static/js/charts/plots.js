// Charts of vitals, NEWS2 and risk with uPlot. A gap in the readings is a gap in the line; late and
// questionable points have their own marks and never join the line.
import uPlot from "../../vendor/uPlot.esm.js";
import { limitLines, rangeOf } from "./clinical_range.js";
import { clockText, dayText, timeText, zoneName } from "../base/clock.js";

const LATE_S = 900;
const HEIGHT = 165;
const SYNC = "homeward";
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Breaks the line where nothing came for much longer than usual.
export function withGaps(times, columns) {
  if (times.length < 3) return [times, ...columns];
  const steps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  const limit = Math.max(2.2 * steps[Math.floor(steps.length / 2)], 300);
  const outTimes = [];
  const out = columns.map(() => []);
  times.forEach((t, i) => {
    if (i && t - times[i - 1] > limit) { outTimes.push((t + times[i - 1]) / 2); out.forEach((column) => column.push(null)); }
    outTimes.push(t);
    out.forEach((column, c) => column.push(columns[c][i]));
  });
  return [outTimes, ...out];
}

// Values that stand alone between gaps are part of no line: where they are.
export function alone(values) {
  const known = values.map((value, at) => [value, at]).filter(([value]) => value !== undefined);
  return known.filter(([value, at], i) => value !== null && (known[i - 1]?.[0] ?? null) === null && (known[i + 1]?.[0] ?? null) === null).map(([, at]) => at);
}
const lonePoints = (few) => ({ size: 4, show: few, filter: (plot, index, show) => (show ? null : alone(plot.data[index])) });

export function sortPoints(points) {
  const times = [];
  const good = [];
  const late = [];
  const doubtful = [];
  for (const point of points) {
    const trusted = point.quality === "ok" || point.quality === "manual" || point.quality === undefined;
    const isLate = point.received && (Date.parse(point.received) - Date.parse(point.time)) / 1000 > LATE_S;
    times.push(Date.parse(point.time) / 1000);
    good.push(trusted ? point.value ?? point.mean : undefined);
    late.push(trusted && isLate ? point.value : undefined);
    doubtful.push(trusted ? undefined : point.value);
  }
  return { times, good, late, doubtful };
}

const LETTERS = { late: "diamond", doubtful: "cross" };
function drawMarks(sort, paint) {
  return (plot, index) => {
    const { ctx } = plot;
    const size = 4.5 * devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
    ctx.clip();
    ctx.strokeStyle = colour(paint);
    ctx.lineWidth = 1.8 * devicePixelRatio;
    ctx.beginPath();
    let before = -Infinity;
    plot.data[index].forEach((value, i) => {
      if (value === null || value === undefined) return;
      const x = plot.valToPos(plot.data[0][i], "x", true);
      if (x - before < 2.2 * size) return; // side by side they would be one blot
      before = x;
      const floor = plot.bbox.top + plot.bbox.height - size;
      const y = Math.min(floor, Math.max(plot.bbox.top + size, plot.valToPos(value, "y", true))); // an artefact far off stays in sight at the edge
      if (LETTERS[sort] === "cross") { ctx.moveTo(x - size, y - size); ctx.lineTo(x + size, y + size); ctx.moveTo(x + size, y - size); ctx.lineTo(x - size, y + size); }
      else { ctx.moveTo(x, y - size); ctx.lineTo(x + size, y); ctx.lineTo(x, y + size); ctx.lineTo(x - size, y); ctx.closePath(); }
    });
    ctx.stroke();
    ctx.restore();
    return false;
  };
}
function drawLines(lines) {
  return (plot) => {
    const { ctx } = plot;
    for (const line of lines) {
      if (line.at === null || line.at === undefined) continue;
      const y = plot.valToPos(line.at, "y", true);
      if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) continue;
      ctx.save();
      ctx.strokeStyle = colour(line.paint);
      ctx.fillStyle = colour(line.paint);
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(plot.bbox.left, y);
      ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
      ctx.stroke();
      ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.textAlign = line.column ? "right" : "left";
      const x = line.column ? plot.bbox.left + plot.bbox.width - 6 : plot.bbox.left + 6;
      ctx.setLineDash([]);
      ctx.lineWidth = 4 * devicePixelRatio;
      ctx.strokeStyle = colour("surface");
      ctx.strokeText(line.label, x, y + (line.below ? 13 : -5) * devicePixelRatio);
      ctx.fillText(line.label, x, y + (line.below ? 13 : -5) * devicePixelRatio);
      ctx.restore();
    }
  };
}
const shown = (unit, digits) => (plot, value) => (value === null || value === undefined ? "–" : `${value.toFixed(digits)} ${unit}`);
// The day is written where it changes, in the reader's words and not in figures of another country.
function timeLabels(plot, splits, axis, space, step) {
  let day = "";
  return splits.map((seconds) => {
    const at = seconds * 1000;
    const name = dayText(at);
    const clock = step >= 86400 ? "" : clockText(at);
    const text = name === day ? clock : `${clock}\n${name}`.trim();
    day = name;
    return text;
  });
}
// A score that stands alone is a bar from the least to the most that it can be.
function drawLoneRanges(plot) {
  const { ctx } = plot;
  const cap = 4 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour("trace");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  for (const at of alone(plot.data[2])) {
    const x = plot.valToPos(plot.data[0][at], "x", true);
    const [high, low] = [1, 2].map((index) => plot.valToPos(plot.data[index][at], "y", true));
    ctx.moveTo(x, low);
    ctx.lineTo(x, high);
    for (const y of [low, high]) { ctx.moveTo(x - cap, y); ctx.lineTo(x + cap, y); }
  }
  ctx.stroke();
  ctx.restore();
}
function axes(incrs) {
  const common = { stroke: colour("soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "11px system-ui, sans-serif" };
  return [{ ...common, space: 60, values: timeLabels }, { ...common, size: 42, space: 24, ...(incrs ? { incrs } : {}) }];
}
const clockOf = (zone) => (seconds) => (zone ? uPlot.tzDate(new Date(seconds * 1e3), zone) : new Date(seconds * 1e3));

// What is under the pointer, said in the figure's own line instead of a legend.
function reader(target) {
  const said = document.createElement("span");
  said.className = "small read";
  target.parentElement?.querySelector("figcaption")?.append(said);
  return (plot) => {
    const { idx } = plot.cursor;
    if (idx === null || idx === undefined) { said.textContent = ""; return; }
    const parts = plot.series.slice(1).map((one, i) => [one, plot.data[i + 1][idx]]).filter(([one, value]) => one.label && value !== null && value !== undefined).map(([one, value]) => `${one.label} ${one.value(plot, value)}`);
    said.textContent = parts.length ? `${timeText(plot.data[0][idx] * 1000)}: ${parts.join(", ")}` : "";
  };
}

function make(target, { series, data, bands = [], lines = [], from, to, range, incrs, draw }) {
  const plot = new uPlot({
    width: Math.max(260, target.clientWidth), height: HEIGHT, series: [{}, ...series], bands, axes: axes(incrs), tzDate: clockOf(zoneName()),
    scales: { x: { time: true, min: from, max: to, range: () => [from, to] }, y: range ? { range } : {} },
    cursor: { drag: { x: false, y: false }, sync: { key: SYNC, setSeries: false } },
    hooks: { draw: [drawLines(lines), ...(draw ? [draw] : [])], setCursor: [reader(target)] }, legend: { show: false },
  }, data, target);
  const watcher = new ResizeObserver(() => { if (target.clientWidth > 0) plot.setSize({ width: target.clientWidth, height: HEIGHT }); });
  watcher.observe(target);
  return { destroy: () => { watcher.disconnect(); plot.destroy(); } };
}

// One vital, or two that belong together (blood pressure).
export function vitalChart(target, { metrics, unit, digits, from, to, limits = {} }) {
  const lines = limitLines(limits);
  const trusted = metrics.flatMap((metric) => [...sortPoints(metric.points).good, ...metric.points.flatMap((point) => [point.min, point.max])]);
  const fixed = rangeOf(metrics[0].name, trusted, lines.map((line) => line.at));
  target.dataset.range = fixed.join(" ");
  target.dataset.limits = lines.map((line) => line.label).join("; ");
  const tables = metrics.map((metric) => {
    const sorted = sortPoints(metric.points);
    return withGaps(sorted.times, [sorted.good, sorted.late, sorted.doubtful, metric.points.map((p) => p.min ?? null), metric.points.map((p) => p.max ?? null)]);
  });
  const data = tables.length > 1 ? uPlot.join(tables, tables.map((table) => table.map(() => 1))) : tables[0];
  const series = [];
  const bands = [];
  metrics.forEach((metric, index) => {
    const paint = colour(index ? "trace-2" : "trace");
    const at = index * 5 + 1;
    series.push({ label: metric.label, stroke: paint, width: 1.6, dash: index ? [5, 3] : undefined, value: shown(unit, digits), points: lonePoints(metric.points.length < 150) });
    series.push({ label: "late", auto: false, stroke: paint, width: 0, value: shown(unit, digits), paths: () => null, points: { show: drawMarks("late", "medium-ink") } });
    series.push({ label: "questionable", auto: false, stroke: paint, width: 0, value: shown(unit, digits), paths: () => null, points: { show: drawMarks("doubtful", "high-ink") } });
    series.push({ label: "min", stroke: "transparent", width: 0, value: shown(unit, digits), points: { show: false } }, { label: "max", stroke: "transparent", width: 0, value: shown(unit, digits), points: { show: false } });
    bands.push({ series: [at + 4, at + 3], fill: colour("trace-wash") });
  });
  return make(target, { series, data, bands, lines, from, to, range: () => fixed });
}

// NEWS2: the band between the bounds is filled; a complete set has no width.
export function scoreChart(target, { points, from, to }) {
  const times = points.map((point) => Date.parse(point.time) / 1000);
  const data = withGaps(times, [points.map((p) => p.high), points.map((p) => p.low)]);
  const stepped = uPlot.paths.stepped({ align: 1 });
  const series = [
    { label: "at most", value: shown("", 0), stroke: colour("soft"), width: 1, dash: [4, 3], paths: stepped, points: { show: false } },
    { label: "at least", value: shown("", 0), stroke: colour("trace"), width: 2, paths: stepped, points: { show: false } },
  ];
  const lines = [{ at: 5, label: "5 urgent", below: true, paint: "medium-ink" }, { at: 7, label: "7 emergency", paint: "high-ink" }];
  return make(target, { series, data, bands: [{ series: [1, 2], fill: colour("trace-wash") }], lines, from, to, range: (plot, low, high) => [0, (high ?? 0) > 10 ? 20 : 10], incrs: [1, 2, 5, 10], draw: drawLoneRanges });
}

export function riskChart(target, { points, from, to }) {
  const times = points.map((point) => Date.parse(point.time) / 1000);
  const data = withGaps(times, [points.map((p) => (p.risk === null || p.risk === undefined ? null : p.risk * 100))]);
  const series = [{ label: "risk", stroke: colour("trace"), width: 1.8, fill: colour("trace-wash"), value: shown("%", 0), points: lonePoints(points.length < 3) }];
  return make(target, { series, data, from, to, range: () => [0, 100] });
}
