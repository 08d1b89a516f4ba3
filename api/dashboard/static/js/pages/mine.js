// A patient's own page: what to do, how I am in plain words, saying that I feel worse, my readings and messages.
// What is entered works without a line; so nothing here waits for one before it listens.
import { setPlace, wardNow } from "../base/clock.js";
import { $, h, empty, say, trouble } from "../base/dom.js";
import { all, get, page } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { watch } from "../base/vigil.js";
import { figures } from "../charts/figures.js";
import { vitalChart } from "../charts/plots.js";
import { showAdvice } from "../mine/advice.js";
import { questionnaires } from "../mine/questionnaires.js";
import { showMyPlan, showTasks } from "../mine/tasks.js";
import { callLinks, showPlain, showToday } from "../mine/today.js";
import { sendOrKeep, sendWhenThereIsALine, unsent } from "../mine/unsent.js";
import { showWeeks } from "../mine/week.js";
import { feelingWorse } from "../mine/worse.js";
import { readingList } from "../patient/corrections.js";
import { enterSample, sampleOf } from "../patient/entering.js";
import { limitsShown, metricDigits, metricName, metricUnit, metricValue, pointShown } from "../words/metrics.js";
import { t, tn } from "../base/language.js";

const SHOWN = ["hr", "spo2", "rr", "temp", "sbp", "dbp", "glucose", "weight"];
const REFRESH_MS = 30000;
let day = null;

async function load() {
  const id = document.body.dataset.patient;
  if (!id) { $("readings").replaceChildren(empty(t("Your account is not linked yet."), t("A coordinator links it to your record. Until then nothing can be shown here. Call the ward if this takes longer than a day."))); return; }
  const to = wardNow();
  const from = to - 48 * 3600000;
  try {
    const [me, now, messages, tasks, plans, weeks, advice, images] = await Promise.all([get(`/patients/${id}`), page("/ui/mine"), page("/ui/messages"), get("/me/tasks"), get(`/patients/${id}/plans`), get(`/patients/${id}/weekly-reports`), get(`/patients/${id}/advice`), get(`/patients/${id}/imaging/studies`, { limit: 1 })]);
    setPlace(me.time_zone);
    day = { ...now, tasks: tasks.items };
    $("my-images").hidden = !images.items.length;
    showMyPlan(plans.items);
    showWeeks(weeks.items);
    showAdvice(advice.items);
    today();
    told(messages.items);
    const points = await all(`/patients/${id}/observations`, { metric: SHOWN, from: new Date(from).toISOString(), to: new Date(to + 60000).toISOString(), limit: 5000 }, 20000);
    readings(points, from / 1000, to / 1000, me.limits_in_force);
  } catch (problem) { trouble($("readings"), problem); }
}
function today() {
  if (!day) { update($("todo"), unsent().length > 0 && h("li", { "data-key": "unsent", class: "caution" }, tn("One entry waits on this phone to be sent.", "{n} entries wait on this phone to be sent.", unsent().length))); return; }
  callLinks(day);
  showToday(day, unsent().length, showTasks(day.tasks, today));
  showPlain(day);
}
function readings(points, from, to, limits) {
  const wanted = SHOWN.map((name) => [name, points.filter((point) => point.metric === name)]).filter(([, some]) => some.length);
  figures($("readings"), wanted.map(([name, some]) => reading(name, some, from, to, limits)), empty(t("No readings in the last two days."), t("Check that your device is charged and worn. If it still sends nothing, call the ward.")));
}
function reading(name, some, from, to, limits) {
  const last = some.at(-1);
  const newest = [h("b", {}, metricValue(name, last.value)), h("span", { class: "soft small" }, metricUnit(name), " ", moment(last.time))];
  const metrics = [{ name, label: metricName(name), points: some.map((point) => pointShown(name, point)) }];
  return { title: metricName(name), newest, about: t("{what} over the last two days", { what: metricName(name) }), draw: (plot) => vitalChart(plot, { metrics, unit: metricUnit(name), digits: metricDigits(name), from, to, limits: { [name]: limitsShown(name, limits[name] ?? {}) } }) };
}
function told(items) {
  update($("messages"), items.length ? items.map((one) => h("div", { class: "said", "data-key": one.id }, h("p", {}, one.text), h("span", { class: "soft small" }, moment(one.issued)))) : h("p", { class: "soft", "data-key": "none" }, t("No messages.")));
}
function entering() {
  const form = $("enter");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const entered = $("entered");
    const sample = sampleOf(form, SHOWN, wardNow());
    if (!sample) { entered.textContent = t("Nothing was filled in."); entered.className = "wrong"; return; }
    let sent = true;
    const saved = () => {
      form.reset();
      entered.className = sent ? "" : "caution";
      entered.textContent = sent ? t("Saved. Your care team sees it.") : t("Kept on this phone: there is no line. It is sent by itself as soon as there is one.");
      say(entered.textContent);
      today();
      if (sent) setTimeout(load, 2500);
    };
    const send = async (path, body) => { sent = await sendOrKeep(path, body, { kept: { samples: body.samples } }); };
    try { await enterSample("/me/observations", sample, { whose: t("you"), labels: metricName, saved, send }); } catch (problem) { entered.textContent = t("Not saved: {why}", { why: problem.message }); entered.className = "wrong"; }
  });
}
function afterwards(one, problem) {
  const what = one.path === "/me/reports" ? t("What you said about feeling worse") : one.path.startsWith("/me/advice/") ? t("That you have read advice") : one.path.startsWith("/me/tasks/") ? t("What you said about a task") : one.path.startsWith("/me/questionnaires/") ? t("What you answered") : t("A reading that you entered without a line");
  const text = problem ? t("{what} could not be taken: {why}", { what, why: problem.message }) : t("{what} is sent now.", { what });
  $("later").className = problem ? "wrong" : "";
  $("later").textContent = text;
  say(text, Boolean(problem));
  today();
  if (!problem) setTimeout(load, 2500);
}
if (document.body.dataset.patient) {
  entering();
  feelingWorse();
  questionnaires(load);
  sendWhenThereIsALine(afterwards);
  today();
}
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js").catch(() => {});
await watch();
if ($("readings-part")) readingList(document.body.dataset.patient, { who: () => t("yours"), changed: load, only: (await get("/me").catch(() => ({}))).id, list: $("readings-list") });
await load();
setInterval(load, REFRESH_MS);
