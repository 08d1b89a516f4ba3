// What the patient was told of their weeks, as they read it; on the tab “Plan and limits”.
import { $, h, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { weekOf } from "../mine/week.js";
import { weekName } from "../words/week.js";

const told = (one) => (one.missing ? "" : one.told_at ? ["Told ", moment(one.told_at), one.told_by.length > 0 ? ` by ${one.told_by.join(", ")} and on their page.` : " on their page alone: they have no other channel."] : "Not told yet.");

export async function weeks(id) {
  try {
    const { items } = await get(`/patients/${id}/weekly-reports`, { limit: 10 });
    update($("weeks"), items.length ? items.map((one) => h("details", { "data-key": one.id }, h("summary", {}, weekName(one), one.missing && " (missing)"), h("p", { class: "small soft" }, told(one)), weekOf(one))) : h("p", { class: "soft", "data-key": "none" }, "No week of this stay is over yet."));
  } catch (problem) { trouble($("weeks"), problem); }
}
