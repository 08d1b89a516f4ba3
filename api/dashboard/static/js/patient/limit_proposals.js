// What two weeks of a patient's own readings say of their limits: a proposal with its curve.
import { $, h, svg, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { update } from "../base/patch.js";
import { metricName, metricUnit } from "../words/metrics.js";

const WIDE = 220;
const HIGH = 60;

// How many readings a day lie outside each limit; the present one and the proposed are marked.
export function curveOf(one) {
  const limits = one.curve.map((point) => point.limit);
  const [low, high] = [Math.min(...limits), Math.max(...limits)];
  const most = Math.max(0.1, ...one.curve.map((point) => point.a_day));
  const x = (limit) => ((limit - low) / (high - low || 1)) * WIDE;
  const y = (a_day) => HIGH - (a_day / most) * HIGH;
  return { points: one.curve.map((point) => `${x(point.limit).toFixed(1)},${y(point.a_day).toFixed(1)}`).join(" "), now: x(one.now), proposed: x(one.proposed), most };
}
function drawn(one) {
  const { points, now, proposed, most } = curveOf(one);
  const line = (at, dash) => svg("line", { x1: at, x2: at, y1: 0, y2: HIGH, stroke: "currentColor", "stroke-dasharray": dash });
  return svg("svg", { viewBox: `-4 -4 ${WIDE + 8} ${HIGH + 8}`, width: WIDE, height: HIGH, role: "img", "aria-label": `Readings a day outside each limit, at most ${most}; dashed: now, whole: proposed` },
    svg("polyline", { points, fill: "none", stroke: "currentColor", "stroke-width": 2 }), line(now, "4 3"), line(proposed, "none"));
}
function entry(one, accept) {
  const side = one.side === "low" ? "below" : "above";
  return h("li", { "data-key": `${one.metric}.${one.side}` },
    h("p", {}, h("b", {}, `${metricName(one.metric)}: alert ${side} ${one.proposed} ${metricUnit(one.metric)}`), ` in place of ${one.now}. `, h("span", { class: "soft" }, `${one.why}. ${one.readings} readings on ${one.days} days.`)),
    drawn(one), h("div", {}, h("button", { type: "button", onclick: () => accept(one) }, "Accept this limit…")));
}

export async function limitProposals(where, patient, accept) {
  try {
    const { items } = await get(`/patients/${patient}/limits/proposals`);
    $("proposed-count").textContent = items.length ? `${items.length}` : "";
    if (items.length) $("proposed").open = true;
    update(where, items.length ? h("ul", { class: "history" }, items.map((one) => entry(one, accept))) : h("p", { class: "soft" }, "Nothing is proposed: too few readings of two weeks, or the limits fit them."));
  } catch (problem) { trouble(where, problem); }
}
