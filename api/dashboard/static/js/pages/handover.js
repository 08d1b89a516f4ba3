// The list for the handover of a shift: who needs words, what happened, newest vitals, on one page
// that prints.
import { lateLine } from "../alerts/alert_card.js";
import { clockText, dayText, timeText, wardNow, zoneText } from "../base/clock.js";
import { $, h, empty, mark, trouble } from "../base/dom.js";
import { page } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { longList } from "../base/pieces.js";
import { steady } from "../base/steady.js";
import { watch } from "../base/vigil.js";
import { stateWords, whose } from "../parts/alert_words.js";
import { giving, noteField, offerPeople, recount, tickBox } from "../handover/giving.js";
import { loadOffers } from "../handover/offers.js";
import { saidAs } from "../handover/told.js";
import { personLink } from "../parts/person.js";
import { score } from "../parts/score.js";
import { conditionName } from "../words/conditions.js";
import { isOpen, RANK } from "../words/dangers.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";
import { notScored, partialWords } from "../words/news2.js";

const SHOWN = ["hr", "spo2", "rr", "temp", "sbp", "dbp", "glucose", "acvpu", "o2"];
const REFRESH_MS = 60000;
const SILENT_MS = 3600 * 1000;
let hours = 12;
let items = [];
let cut = 0;

async function load() {
  try {
    const told = await page("/ui/handover", { hours });
    items = told.items;
    cut = told.total - told.shown;
    offerPeople(told.people ?? []);
    drawSoon();
    await loadOffers();
  } catch (problem) { trouble($("list"), problem); }
}
function vital(name, latest) {
  const one = latest[name];
  if (!one) return null;
  const old = wardNow() - one.t > 3600 * 1000;
  return h("span", { class: "nowrap" }, h("span", { class: "soft" }, `${metricName(name)} `), h("b", {}, metricValue(name, one.v)), ` ${metricUnit(name)}`, old && h("span", { class: "ageing small" }, ` at ${timeText(one.t)}`));
}
function event(alert, row) {
  return h("li", { "data-key": alert.id }, mark(alert.priority), " ", h("span", { class: "soft" }, timeText(Date.parse(alert.raised_at))), " ", conditionName(alert.condition), ", ", h("span", {}, stateWords(alert)), isOpen(alert) && [", ", h("span", {}, whose(alert, row))],
    alert.comment && h("div", { class: "said" }, alert.comment));
}
function entry(row) {
  const late = row.alerts.filter((alert) => alert.historic);
  const alerts = row.alerts.filter((alert) => !alert.historic).sort((a, b) => (isOpen(a) ? 0 : 1) - (isOpen(b) ? 0 : 1) || RANK[a.priority] - RANK[b.priority]);
  return h("li", { class: "card", "data-key": row.patient ?? "ward" },
    h("div", { class: "entry-head" }, row.patient && tickBox({ ...row, own: mine(row) }), h("h2", {}, row.patient ? personLink(row) : "The ward itself"), row.state && row.state !== "active" && h("span", { class: "tag" }, row.state),
      row.patient && score(row.news2), mine(row) && h("span", { class: "tag" }, "mine"), h("span", { class: "spacer" }),
      h("span", { class: "soft small" }, row.doctor_name ? `with ${row.doctor_name}` : row.patient ? "with nobody" : "", row.received ? [" · ", h("span", { class: unknown(row) && silent(row) ? "overdue" : "" }, "heard ", moment(row.received))] : row.patient ? [" · ", h("span", { class: "overdue" }, "never heard")] : "")),
    row.patient && saidAs(row),
    row.patient && noteField(row),
    row.patient && h("p", { class: "vitals" }, SHOWN.map((name) => vital(name, row.latest ?? {}))),
    late.length > 0 && h("ul", { class: "feed" }, late.map(lateLine)),
    alerts.length ? h("ul", { class: "feed" }, alerts.map((alert) => event(alert, row))) : h("p", { class: "soft" }, "No alert in this time."),
    h("div", { class: "note-lines" }));
}
// Missing is not well: who was not heard, or has no score, is handed over with words. Who is paused
// is not watched, and is listed as that.
const silent = (row) => !row.received || wardNow() - Date.parse(row.received) > SILENT_MS;
const couldBe = ({ news2 }) => news2?.band && news2.low < 7 && news2.high >= 7 && h("b", { class: "small" }, ` ${partialWords(news2, news2.band)}`);
const unknown = (row) => row.state === "active" && (silent(row) || (!notScored(row.news2) && (!row.news2?.band || row.news2.stale)));
const needs = (row) => row.alerts.length > 0 || (row.news2?.low ?? 0) >= 5 || Boolean(row.news2?.single_3) || unknown(row);

// What is mine stands first, each part in the order of danger.
const me = document.body.dataset.user ?? "";
const mine = (row) => Boolean(row.patient) && (row.doctor_name === me || row.alerts.some((alert) => isOpen(alert) && (alert.doctor_name === me || alert.acknowledged_by === me)));

const calmLine = (row) => h("li", { "data-key": row.patient }, tickBox({ ...row, own: mine(row) }), score(row.news2, { words: false }), " ", personLink(row), couldBe(row), row.state !== "active" && [" ", h("span", { class: "tag" }, row.state)], h("span", { class: "soft small" }, row.received ? ` heard ${timeText(Date.parse(row.received))}` : " never heard"));
const cards = h("ul", { class: "feed" });
const drawCards = longList(cards, entry);
const drawCalm = longList($("calm"), calmLine);
function draw() {
  const told = [...items.filter((row) => needs(row) && mine(row)), ...items.filter((row) => needs(row) && !mine(row))];
  const calm = items.filter((row) => !needs(row));
  update($("list"), ...(told.length ? [cards] : [empty("Nothing to hand over.", `In the last ${hours} hours there was no alert; everybody was heard within the hour and scores less than 5.`)]));
  $("calm-part").hidden = calm.length === 0;
  $("calm-count").textContent = `${calm.length}`;
  drawCards(told);
  drawCalm(calm.filter((row) => row.patient));
  $("cut").hidden = cut === 0;
  $("cut").textContent = `${cut} patients more, less urgent than these, are not on this list: see the panel.`;
  recount();
  $("made").textContent = `Made ${dayText(wardNow())} ${clockText(wardNow())} ${zoneText()}, the last ${hours} hours`;
}
const drawSoon = steady(draw);
$("hours").addEventListener("change", () => { hours = Number($("hours").value); load(); });
giving(() => hours, load);
$("print").addEventListener("click", () => print());
await watch();
await load();
setInterval(load, REFRESH_MS);
