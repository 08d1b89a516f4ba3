// Charts of vitals, NEWS2 and risk with uPlot. A gap in the readings is a gap in the line; late and
// questionable points have their own marks and never join the line.
import uPlot from "../../vendor/uPlot.esm.js";
import { timeText, zoneName } from "../base/clock.js";
import { clockOf, axes, shown } from "./axes.js";
import { limitLines, rangeOf } from "./clinical_range.js";
import { colour, drawLines, drawLoneRanges, drawMarks, drawUsual } from "./drawing.js";
import { alone, sortPoints, withGaps } from "./series.js";
import { follow, SYNC } from "./sync.js";
import { t } from "../base/language.js";

const HEIGHT = 165;

const lonePoints = (few) => ({ size: 4, show: few, filter: (plot, index, show) => (show ? null : alone(plot.data[index])) });

// What is under the pointer, said in the figure's own line instead of a legend.
function reader(target) {
  const said = document.createElement("span");
  said.className = "small read";
  target.parentElement?.querySelector("figcaption")?.append(said);
  return (plot) => {
    const { idx } = plot.cursor;
    follow(plot);
    if (idx === null || idx === undefined) { said.textContent = ""; return; }
    const parts = plot.series.slice(1).map((one, i) => [one, plot.data[i + 1][idx]]).filter(([one, value]) => one.label && value !== null && value !== undefined).map(([one, value]) => `${one.label} ${one.value(plot, value)}`);
    said.textContent = parts.length ? `${timeText(plot.data[0][idx] * 1000)}: ${parts.join(", ")}` : "";
  };
}

// A stretch of time drawn with the pointer is told to the page, which asks for it in full.
const chosen = (target) => (plot) => {
  if (plot.select.width < 8) return;
  const at = (x) => plot.posToVal(x, "x") * 1000;
  target.dispatchEvent(new CustomEvent("zoom", { bubbles: true, detail: { from: at(plot.select.left), to: at(plot.select.left + plot.select.width) } }));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
};
/** @param {any} target @param {any} asked */
function make(target, asked) {
  const { series, data, bands = [], lines = [], from, to, range, incrs, draw, usual = null, group = SYNC } = asked;
  const plot = new uPlot({
    width: Math.max(260, target.clientWidth), height: HEIGHT, series: [{}, ...series], bands, axes: axes(incrs), tzDate: clockOf(zoneName()),
    scales: { x: { time: true, min: from, max: to, range: () => [from, to] }, y: range ? { range } : {} },
    cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: group, setSeries: false } },
    hooks: { drawClear: [drawUsual(usual)], draw: [drawLines(lines), ...(draw ? [draw] : [])], setCursor: [reader(target)], setSelect: [chosen(target)] }, legend: { show: false },
  }, data, target);
  const watcher = new ResizeObserver(() => { if (target.clientWidth > 0) plot.setSize({ width: target.clientWidth, height: HEIGHT }); });
  watcher.observe(target);
  return { destroy: () => { watcher.disconnect(); plot.destroy(); } };
}

// One vital, or two that belong together (blood pressure).
export function vitalChart(target, { metrics, unit, digits, from, to, limits = {}, usual = null, beside = [], group = SYNC }) {
  const lines = limitLines(limits);
  const trusted = [...metrics.map((metric) => metric.points), beside].flatMap((points) => [...sortPoints(points).good, ...points.flatMap((point) => [point.min, point.max])]);
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
    series.push({ label: t("late"), auto: false, stroke: paint, width: 0, value: shown(unit, digits), paths: () => null, points: { show: drawMarks("late", "medium-ink") } });
    series.push({ label: t("questionable"), auto: false, stroke: paint, width: 0, value: shown(unit, digits), paths: () => null, points: { show: drawMarks("doubtful", "high-ink") } });
    series.push({ label: t("min"), stroke: "transparent", width: 0, value: shown(unit, digits), points: { show: false } }, { label: t("max"), stroke: "transparent", width: 0, value: shown(unit, digits), points: { show: false } });
    bands.push({ series: [at + 4, at + 3], fill: colour("trace-wash") });
  });
  if (usual?.unit > 0) target.dataset.usual = `${usual.median} ± ${2 * usual.unit}`;
  return make(target, { series, data, bands, lines, from, to, range: () => fixed, usual, group });
}

// NEWS2: the band between the bounds is filled; a complete set has no width.
export function scoreChart(target, { points, from, to, group = SYNC }) {
  const times = points.map((point) => Date.parse(point.time) / 1000);
  const data = withGaps(times, [points.map((p) => p.high), points.map((p) => p.low)]);
  const stepped = uPlot.paths.stepped({ align: 1 });
  const series = [
    { label: t("at most"), value: shown("", 0), stroke: colour("soft"), width: 1, dash: [4, 3], paths: stepped, points: { show: false } },
    { label: t("at least"), value: shown("", 0), stroke: colour("trace"), width: 2, paths: stepped, points: { show: false } },
  ];
  const lines = [{ at: 5, label: "5 urgent", below: true, paint: "medium-ink" }, { at: 7, label: "7 emergency", paint: "high-ink" }];
  return make(target, { series, data, bands: [{ series: [1, 2], fill: colour("trace-wash") }], lines, from, to, range: (plot, low, high) => [0, (high ?? 0) > 10 ? 20 : 10], incrs: [1, 2, 5, 10], draw: drawLoneRanges, group });
}

export function riskChart(target, { points, from, to, group = SYNC }) {
  const times = points.map((point) => Date.parse(point.time) / 1000);
  const data = withGaps(times, [points.map((p) => (p.risk === null || p.risk === undefined ? null : p.risk * 100))]);
  const series = [{ label: "risk", stroke: colour("trace"), width: 1.8, fill: colour("trace-wash"), value: shown("%", 0), points: lonePoints(points.length < 3) }];
  return make(target, { series, data, from, to, range: () => [0, 100], group });
}
