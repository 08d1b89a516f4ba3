// What a patient said of themselves: "I feel worse", with the answers as they were given.
import { $, h, mark } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";

const REFRESH_MS = 30000;
const SHOWN = 20;
const line = (one) => h("li", { "data-key": one.id }, mark(one.priority), " ", moment(one.given_at), " ",
  one.said.map(({ question, answer }) => h("span", { class: "nowrap" }, `${question} `, h("b", {}, answer), " ")), one.words && h("div", { class: "said" }, one.words));

async function load() {
  try {
    const { items } = await get(`/patients/${document.body.dataset.patient}/reports`, { limit: SHOWN });
    $("reports-part").hidden = items.length === 0;
    update($("reports"), items.map(line));
  } catch { /* what was shown stays: the alert says the same, and the next look asks again */ }
}
await load();
setInterval(() => { if (document.visibilityState === "visible") load(); }, REFRESH_MS);
