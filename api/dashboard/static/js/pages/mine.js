// A patient's own page: my readings and what my care team told me, in plain words.
import { setPlace, wardNow } from "../base/clock.js";
import { $, h, empty, say, trouble } from "../base/dom.js";
import { all, get, page } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { watch } from "../base/vigil.js";
import { figures } from "../charts/figures.js";
import { vitalChart } from "../charts/plots.js";
import { readingList } from "../patient/corrections.js";
import { enterSample, sampleOf } from "../patient/entering.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";

const SHOWN = ["hr", "spo2", "rr", "temp", "sbp", "dbp", "glucose", "weight"];
const REFRESH_MS = 30000;

async function load() {
  const id = document.body.dataset.patient;
  if (!id) { $("readings").replaceChildren(empty("Your account is not linked yet.", "A coordinator links it to your record. Until then nothing can be shown here. Call the ward if this takes longer than a day.")); return; }
  const to = wardNow();
  const from = to - 48 * 3600000;
  try {
    const me = await get(`/patients/${id}`);
    setPlace(me.time_zone);
    const [points, messages] = await Promise.all([all(`/patients/${id}/observations`, { metric: SHOWN, from: new Date(from).toISOString(), to: new Date(to + 60000).toISOString(), limit: 5000 }, 20000), page("/ui/messages")]);
    readings(points, from / 1000, to / 1000, me.limits_in_force);
    told(messages.items);
  } catch (problem) { trouble($("readings"), problem); }
}
function readings(points, from, to, limits) {
  const wanted = SHOWN.map((name) => [name, points.filter((point) => point.metric === name)]).filter(([, some]) => some.length);
  figures($("readings"), wanted.map(([name, some]) => reading(name, some, from, to, limits)), empty("No readings in the last two days.", "Check that your device is charged and worn. If it still sends nothing, call the ward."));
}
function reading(name, some, from, to, limits) {
  const last = some.at(-1);
  const newest = [h("b", {}, metricValue(name, last.value)), h("span", { class: "soft small" }, metricUnit(name), " ", moment(last.time))];
  const digits = name === "temp" || name === "weight" ? 1 : 0;
  return { title: metricName(name), newest, about: `${metricName(name)} over the last two days`, draw: (plot) => vitalChart(plot, { metrics: [{ name, label: metricName(name), points: some }], unit: metricUnit(name), digits, from, to, limits: { [name]: limits[name] ?? {} } }) };
}
function told(items) {
  update($("messages"), items.length ? items.map((one) => h("div", { class: "said" }, h("p", {}, one.text), h("span", { class: "soft small" }, moment(one.issued)))) : h("p", { class: "soft" }, "No messages."));
}
$("enter")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const entered = $("entered");
  const sample = sampleOf(form, SHOWN, wardNow());
  if (!sample) { entered.textContent = "Nothing was filled in."; entered.className = "wrong"; return; }
  const saved = () => { form.reset(); entered.textContent = "Saved. Your care team sees it."; entered.className = ""; say("Saved"); setTimeout(load, 2500); };
  try { await enterSample("/me/observations", sample, { whose: "you", labels: metricName, saved }); } catch (problem) { entered.textContent = `Not saved: ${problem.message}`; entered.className = "wrong"; }
});
await watch();
if ($("readings-part")) readingList(document.body.dataset.patient, { who: () => "yours", changed: load, only: (await get("/me")).id, list: $("readings-list") });
await load();
setInterval(load, REFRESH_MS);
