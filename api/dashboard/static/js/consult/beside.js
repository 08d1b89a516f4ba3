// The patient's newest values beside the picture, live by the stream of the panel.
import { h, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { AlertStream } from "../base/stream.js";
import { lineState } from "../base/vigil.js";
import { streamOf } from "../panel/live.js";
import { score } from "../parts/score.js";
import { metricName, metricUnit, metricValue } from "../words/metrics.js";
import { t } from "../base/language.js";

const REFRESH_MS = 15000;

export async function vitalsBeside(where, patient) {
  let at;
  async function load() {
    try {
      const told = await get("/panel", { patient, limit: 1 });
      const row = told.items[0];
      at = told.at;
      if (!row) { update(where, h("p", { class: "soft", "data-key": "none" }, t("This patient is not watched now."))); return; }
      update(where, h("p", { "data-key": "score" }, "NEWS2 ", score(row.news2), row.open_alerts?.length > 0 && h("strong", { class: "overdue" }, " ", t("{n} open", { n: row.open_alerts.length }))),
        h("dl", { class: "beside", "data-key": "vitals" }, row.vitals.map((one) => [h("dt", { "data-key": `t-${one.metric}` }, metricName(one.metric)), h("dd", { "data-key": one.metric, "data-metric": one.metric, class: one.points > 0 ? "scored" : "" }, h("b", {}, metricValue(one.metric, one.value)), ` ${metricUnit(one.metric)} `, h("small", { class: "soft" }, moment(one.time, { only: true })))])),
        h("a", { "data-key": "chart", href: `/patients/${patient}`, target: "_blank", rel: "noopener" }, t("The whole chart, in another window")));
    } catch (problem) { trouble(where, problem); }
  }
  await load();
  setInterval(load, REFRESH_MS);
  new AlertStream({ url: streamOf([{ patient }], at), onEvent: (name, alert) => { if (name === "panel.changed" || alert?.patient === patient) load(); }, onState: (state) => lineState(state) }).run();
}
