// One time line below the curves: a lane for alerts, notes, advice, plan and devices, on the charts' own span.
// It follows the charts' cursor, and leads it.
import uPlot from "../../vendor/uPlot.esm.js";
import { clockText, dayText, timeText, wardNow } from "../base/clock.js";
import { h, shape } from "../base/dom.js";
import { countWords, eventWords, LANES, placeOf } from "../words/events.js";
import { SYNC } from "./sync.js";

const TICKS = 6;

function mark(event, span) {
  const { left, right } = placeOf(event, span);
  const words = eventWords(event);
  const node = h("span", { class: `event ${event.priority ?? "plain"}`, title: `${timeText(Date.parse(event.at))} ${words}` }, event.priority && shape(event.priority));
  node.style.left = `min(${left * 100}%, calc(100% - ${event.priority ? 1.1 : 0.65}rem))`; // what is just now stands inside
  if (right > left) node.style.width = `${(right - left) * 100}%`;
  return node;
}
function ticks({ from, to }) {
  return Array.from({ length: TICKS }, (_, n) => {
    const at = from + (n * (to - from)) / TICKS;
    const node = h("span", { class: "small soft time-tick" }, to - from > 2 * 86400000 ? dayText(at) : clockText(at));
    node.style.left = `${(n / TICKS) * 100}%`;
    return node;
  });
}
// `span` is from and to in ms. Returns what must be called before it is thrown away.
export function timeline(where, events, { from, to }) {
  const span = { from, to, now: wardNow() };
  const line = h("span", { class: "now-line", hidden: true });
  const lanes = LANES.map(([kind, name]) => h("div", { class: "lane" }, h("span", { class: "small lane-name" }, name), h("div", { class: "lane-track" }, events.filter((one) => one.kind === kind).map((one) => mark(one, span)))));
  const tracks = h("div", { class: "lanes" }, lanes, h("div", { class: "lane" }, h("span", { class: "lane-name" }), h("div", { class: "lane-track ticks" }, ticks(span))), line);
  where.replaceChildren(h("div", { class: "card timeline", role: "img", "aria-label": `Time line: ${countWords(events)}. All of it is listed under Events.` }, tracks));
  const width = () => tracks.querySelector(".lane-track").getBoundingClientRect();
  const show = (event) => {
    const at = /** @type {CustomEvent} */ (event).detail.at;
    line.hidden = at === null || at < from || at > to;
    if (!line.hidden) line.style.left = `${width().left - tracks.getBoundingClientRect().left + ((at - from) / (to - from)) * width().width}px`;
  };
  const lead = (event) => {
    const box = width();
    const seconds = (from + ((event.clientX - box.left) / box.width) * (to - from)) / 1000;
    for (const plot of uPlot.sync(SYNC).plots) plot.setCursor({ left: plot.valToPos(seconds, "x"), top: 10 });
  };
  document.addEventListener("chartcursor", show);
  tracks.addEventListener("pointermove", lead);
  return () => document.removeEventListener("chartcursor", show);
}
