// What is drawn on a chart beside its lines: marks, limits, bars of lone scores.
import { alone } from "./series.js";

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const LETTERS = { late: "diamond", doubtful: "cross" };
export function drawMarks(sort, paint) {
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
// What is usual for the person, two of their own units to each side, as a band behind the curve.
const UNUSUAL = 2;
export function drawUsual(usual) {
  return (plot) => {
    if (!(usual?.unit > 0)) return;
    const { ctx, bbox } = plot;
    const [top, bottom] = [1, -1].map((side) => Math.min(bbox.top + bbox.height, Math.max(bbox.top, plot.valToPos(usual.median + side * UNUSUAL * usual.unit, "y", true))));
    ctx.save();
    ctx.fillStyle = colour("usual-wash");
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
    ctx.restore();
  };
}
export function drawLines(lines) {
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
// A score that stands alone is a bar from the least to the most that it can be.
export function drawLoneRanges(plot) {
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
