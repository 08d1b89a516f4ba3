// The whole proof of one alert on one page that prints: what decided, on which signed readings, who
// was told and when, who saw it and who answered.
import { clockText, dayText, timeText, wardNow, zoneText } from "../base/clock.js";
import { $, h, mark, scroller, svg, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { watch } from "../base/vigil.js";
import { personLink } from "../parts/person.js";
import { conditionName } from "../words/conditions.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";

const WIDTH = 320;
const HEIGHT = 60;
const at = (text) => (text ? `${dayText(Date.parse(text))} ${clockText(Date.parse(text))}` : "–");
const section = (title, ...inside) => h("section", { class: "card" }, h("h2", {}, title), inside);
function table(title, heads, rows) {
  if (!rows.length) return h("p", { class: "soft" }, "Nothing is recorded.");
  return scroller(`${title}, as a table`, "", h("table", {}, h("thead", {}, h("tr", {}, heads.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))));
}
const listed = (title, heads, rows) => section(title, table(title, heads, rows));
const facts = (pairs) => h("dl", { class: "facts" }, pairs.filter(([, said]) => said !== null && said !== undefined && said !== "").flatMap(([name, said]) => [h("dt", {}, name), h("dd", {}, said)]));
const proved = (one) => (one.signature_holds === false ? h("b", { class: "wrong" }, "the signature does NOT hold")
  : one.contains_reading === false ? h("b", { class: "wrong" }, "the message does NOT say so")
    : one.signature_holds ? "signature holds, message says so" : one.contains_reading ? `entered by ${one.entered_by}` : "the signed bytes are no longer kept");

// A line over time, drawn for paper: no pointer, no colour that matters.
function curve({ metric, points }, raised) {
  const values = points.map((one) => one.value);
  const times = points.map((one) => Date.parse(one.time));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [Math.min(...times, raised), Math.max(...times, raised)];
  const x = (time) => ((time - from) / (to - from || 1)) * WIDTH;
  const y = (value) => HEIGHT - 4 - ((value - low) / (high - low || 1)) * (HEIGHT - 8);
  const line = points.map((one, n) => `${x(times[n]).toFixed(1)},${y(one.value).toFixed(1)}`).join(" ");
  const name = `${metricName(metric)} from ${timeText(from)} to ${timeText(to)}: ${metricValue(metric, low)} to ${metricValue(metric, high)} ${metricUnit(metric)}`;
  return h("figure", { class: "card" }, h("figcaption", {}, name),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name },
      svg("line", { x1: x(raised), x2: x(raised), y1: 0, y2: HEIGHT, stroke: "currentColor", "stroke-dasharray": "3 3" }),
      svg("polyline", { points: line, fill: "none", stroke: "currentColor", "stroke-width": 1.5 })));
}
function decided({ alert, rule, assessment, settings }) {
  const model = assessment?.model;
  return section("What decided", facts([
    ["Rule", rule], ["Model of risk", model && `version ${model.version}${model.made_at ? `, made ${at(model.made_at)}` : ""}`],
    ["NEWS2 then", assessment && `${assessment.news2.score ?? `${assessment.news2.low} to ${assessment.news2.high}`}`], ["Risk then", assessment?.risk !== null && assessment?.risk !== undefined && `${Math.round(assessment.risk * 100)} %`],
    ["Care plan", assessment && `revision ${assessment.care_plan_revision}`],
    ["Settings of the ward", settings.revision ? `revision ${settings.revision} (${settings.profile}), set by ${settings.set_by} ${at(settings.set_at)}: ${settings.reason}` : "as delivered, none set"],
    ["Identifier", alert.id],
  ]));
}
function page(told) {
  const { alert } = told;
  const raised = Date.parse(alert.raised_at);
  return [
    section(conditionName(alert.condition), h("p", {}, mark(alert.priority), " ", alert.message), facts([
      ["Patient", alert.patient ? [personLink(alert), ` (${alert.patient_code})`] : "the ward itself"], ["Raised", at(alert.raised_at)], ["Measured", at(alert.measured_at)],
      ["State", alert.state], ["Closed", alert.closed_at && at(alert.closed_at)], ["Outcome", alert.outcome], ["Comment", alert.comment]])),
    decided(told),
    section("The curve", h("p", { class: "small soft" }, "The dashed line is when the alert was raised."), h("div", { class: "board" }, told.curve.filter((one) => one.points.length).map((one) => curve(one, raised)))),
    listed("The readings, checked now", ["Measured", "What", "Value", "From", "Proof"], told.observations.map((one) => [at(one.time), metricName(one.metric), `${metricValue(one.metric, one.value)} ${metricUnit(one.metric)}`, one.device ?? one.entered_by ?? "–", proved(one)])),
    listed("What happened to it", ["When", "What", "Level", "By", "With"], told.history.map((one) => [at(one.at), `${one.change.replaceAll("_", " ")}${one.call ? ", called" : ""}`, one.level.replaceAll("_", " "), one.by ? `${one.by}, ${one.role}` : "by itself", one.doctor ?? "–"])),
    listed("Who was told away from the page", ["Called", "Whom", "By", "State", "Handed over", "Shown", "Opened"], told.notices.map((one) => [at(one.called_at), one.to, one.channel, one.failure ? `${one.state}: ${one.failure}` : one.state, at(one.sent_at), at(one.delivered_at), at(one.opened_at)])),
    listed("Who looked at it", ["Who", "First", "Last", "Times"], told.seen.map((one) => [`${one.by}, ${one.role}`, at(one.first), at(one.last), `${one.times}`])),
    listed("The signed bytes", ["Frame", "Device", "Boot and number", "Public key", "Signed frame"], told.frames.map((one) => [`${one.frame}`, one.device, `${one.boot}, ${one.seq}`, h("code", { class: "wrap" }, one.public_key ?? "–"), h("code", { class: "wrap" }, one.signed_frame)])),
  ];
}
async function load() {
  const id = $("made").dataset.alert;
  try {
    $("proof").replaceChildren(...page(await get(`/alerts/${id}/evidence`)));
    $("made").textContent = `Checked ${dayText(wardNow())} ${clockText(wardNow())} ${zoneText()}`;
  } catch (problem) { $("proof").replaceChildren(); trouble($("trouble"), problem, "Reload the page to try again."); }
}
$("print").addEventListener("click", () => print());
await watch();
await load();
