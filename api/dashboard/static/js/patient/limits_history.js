// Who changed how a patient is judged: each limit with its old and new value, when, and why.
import { h, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { metricName } from "../words/metrics.js";

export function settingName(path) {
  const [group, name, side] = path.split(".");
  if (group !== "limits") return path.replaceAll("_", " ");
  return side === "until" ? `${metricName(name)}, until` : `${metricName(name)}, alert ${side === "low" ? "below" : "above"}`;
}
const value = (one) => (one === null ? "none" : one === "ward" ? "the ward's" : typeof one === "string" && one.endsWith("Z") ? moment(one) : `${one}`);
export const changesList = (changes) => h("ul", {}, changes.map((one) => h("li", {}, settingName(one.setting), ": ", value(one.old), " → ", h("b", {}, value(one.new)))));

export async function limitsHistory(where, patient) {
  try {
    const { items } = await get(`/patients/${patient}/limits/history`, { limit: 20 });
    const entry = (one) => h("li", { "data-key": `${one.revision}` }, h("span", { class: "soft small" }, moment(one.set_at), " ", one.set_by_name ?? "by the program"), changesList(one.changes),
      Object.entries(one.reasons).map(([name, why]) => h("p", { class: "small" }, `${metricName(name)}: “${why}”`)));
    update(where, items.length ? h("ol", { class: "history" }, items.map(entry)) : h("p", { class: "soft" }, "Nothing was ever set for this patient alone."));
  } catch (problem) { trouble(where, problem); }
}
