// Points as columns for a chart: gaps, what stands alone, what is late or in doubt. Pure.
const LATE_S = 900;

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

// The point nearest to a moment (ms), of points in the order of time, if it is not farther than `within` ms.
export function nearest(points, at, within) {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Date.parse(points[middle].time) < at) low = middle + 1; else high = middle;
  }
  const near = [points[low - 1], points[low]].filter(Boolean).map((point) => [Math.abs(Date.parse(point.time) - at), point]).sort((a, b) => a[0] - b[0])[0];
  return near && near[0] <= within ? near[1] : null;
}
