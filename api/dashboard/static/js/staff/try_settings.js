// What changed settings would have called in the last days: asked before they are saved.
import { clockText, dayText } from "../base/clock.js";
import { h, mark, say, svg } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { personLink } from "../parts/person.js";
import { conditionName } from "../words/conditions.js";
import { metricName, metricValue } from "../words/metrics.js";

const LOOK_MS = 500;
const SHOWN = 30;
let turns = 0;
const [WIDTH, HEIGHT] = [160, 32];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const at = (text) => `${dayText(Date.parse(text))} ${clockText(Date.parse(text))}`;

// Asks `path` with `body`, tells in `where` how far it is and then what came of it; a later question
// in the same place takes it over.
export async function tryOut(where, path, body) {
  const turn = `${(turns += 1)}`;
  where.dataset.turn = turn;
  const mine = () => where.isConnected && where.dataset.turn === turn;
  const bar = /** @type {HTMLProgressElement} */ (h("progress", { max: 1, value: 0, "aria-label": "How much is replayed" }));
  where.replaceChildren(h("p", {}, "Replaying what was measured… ", bar));
  try {
    const { id } = await post(path, body);
    let told = await get(`${path}/${id}`);
    while (mine() && told.state === "running") {
      bar.value = told.progress;
      await wait(LOOK_MS);
      told = await get(`${path}/${id}`);
    }
    if (!mine()) return;
    if (told.state !== "done") throw new Error("The replay failed. Try fewer days, or again later.");
    where.replaceChildren(...result(told.result));
    say(sentence(told.result));
  } catch (problem) { if (mine()) where.replaceChildren(h("p", { class: "wrong", role: "alert" }, problem.message)); }
}
const number = (value) => `${Math.round(value * 100) / 100}`;
const less = (now, then, what) => (now === then ? `as many ${what} (${now})` : `${Math.abs(now - then)} ${then < now ? "fewer" : "more"} ${what} (${now} → ${then})`);
// The comparison in one sentence, which a screen reader hears once.
export function sentence({ now, then, counts }) {
  if (counts.gained + counts.lost === 0 && now.calls === then.calls) return `Nothing would differ: ${now.alerts} alerts and ${now.calls} calls either way.`;
  return `${counts.gained} alert${counts.gained === 1 ? "" : "s"} gained, ${counts.lost} lost: ${less(now.calls, then.calls, "calls")}, ${less(now.high, then.high, "alerts of high priority")}${then.missed_outcomes > now.missed_outcomes ? `; ${then.missed_outcomes - now.missed_outcomes} that were acted on would be missed` : ""}.`;
}
function totals({ now, then }) {
  const rows = [["Alerts", "alerts"], ["of high priority", "high"], ["Calls", "calls"], ["Calls a patient-day", "calls_a_patient_day"], ["Minutes of somebody's time", "minutes"], ["Alerts that were acted on, and would be missed", "missed_outcomes"]];
  return h("table", {}, h("thead", {}, h("tr", {}, ["", "As it is", "As tried"].map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, rows.map(([name, key]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, number(now[key])), h("td", {}, number(then[key]))))));
}
function curve(one) {
  const values = one.curve.map((point) => point.value);
  const times = one.curve.map((point) => Date.parse(point.time));
  if (values.length < 2) return "";
  const [low, high, from, to] = [Math.min(...values), Math.max(...values), times[0], times[times.length - 1]];
  const x = (t) => (((t - from) / (to - from || 1)) * WIDTH).toFixed(1);
  const raised = Date.parse(one.raised_at);
  const points = one.curve.map((point, n) => `${x(times[n])},${(HEIGHT - 3 - ((point.value - low) / (high - low || 1)) * (HEIGHT - 6)).toFixed(1)}`).join(" ");
  const said = one.measure === "news2" ? `NEWS2 ${low} to ${high}` : `${metricName(one.measure)} ${metricValue(one.measure, low)} to ${metricValue(one.measure, high)}`;
  return [svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img", "aria-label": `${said}, raised at ${clockText(raised)}` },
    svg("line", { x1: x(raised), x2: x(raised), y1: 0, y2: HEIGHT, stroke: "currentColor", "stroke-dasharray": "2 2" }),
    svg("polyline", { points, fill: "none", stroke: "currentColor", "stroke-width": 1.5 })), " ", h("span", { class: "small soft" }, said)];
}
function list(title, items, count) {
  if (!count) return h("p", {}, `${title}: none.`);
  return h("details", { open: true }, h("summary", {}, `${title}: ${count}${count > SHOWN ? `, the first ${SHOWN} are shown` : ""}`),
    h("ul", { class: "feed" }, items.slice(0, SHOWN).map((one) => h("li", { class: "alert" }, mark(one.priority), " ", personLink(one), `: ${conditionName(one.condition)}, ${at(one.raised_at)} `, curve(one)))));
}
function result(found) {
  return [h("p", {}, h("b", {}, sentence(found))), totals(found),
    list("Alerts gained", found.gained, found.counts.gained), list("Alerts lost", found.lost, found.counts.lost),
    h("p", { class: "small soft" }, `${found.patients} patient${found.patients === 1 ? "" : "s"}, ${found.patient_days} patient-days, replayed as readings are judged live, with staff who take each alert on after 4 minutes. Nothing is changed by it.`)];
}
