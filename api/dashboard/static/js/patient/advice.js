// Advice to the patient on the tab “Plan and limits”: what was sent and confirmed; sent from a template with the
// patient's numbers, which is read and changed before it goes.
import { field, formDialog, opens, options } from "../base/dialog.js";
import { $, h, say, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { whose } from "./held.js";

const PLAIN = { spo2: "oxygen", hr: "pulse", sbp: "upper pressure", dbp: "lower pressure", temp: "temperature", glucose: "glucose", weight: "weight" };
const SIDES = { low: " limit below", high: " limit above" };
const blank = (name) => { const [metric, side] = name.split("_"); return `${PLAIN[metric] ?? metric}${SIDES[side] ?? ""}`; };

const item = (one) => h("li", { "data-key": one.id }, h("p", {}, one.text ?? "(erased)"), h("span", { class: "soft small" }, one.sent_by_name ?? "somebody", " ", moment(one.sent_at), ". "),
  one.confirmed_at ? h("span", { class: "small" }, "Read, as they said ", moment(one.confirmed_at)) : h("span", { class: one.overdue ? "overdue small" : "soft small" }, one.overdue ? "Not confirmed since " : "To be confirmed by ", moment(one.overdue ? one.sent_at : one.due_at, { only: true })));

export async function adviceList(id) {
  try {
    const { items } = await get(`/patients/${id}/advice`, { limit: 20 });
    update($("advice"), items.length ? h("ul", { "data-key": "list" }, items.map(item)) : h("p", { class: "soft", "data-key": "none" }, "No advice was sent yet."));
  } catch (problem) { trouble($("advice"), problem); }
}
async function write(id) {
  const { items: templates } = await get("/advice-templates");
  const kind = h("select", {}, options([["own", "in own words"], ...templates.map((one) => [one.template, one.title])]));
  const words = h("textarea", { rows: 7, maxlength: 2000, required: true });
  const about = h("p", { class: "small soft", role: "status" });
  const once = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  kind.addEventListener("change", async () => {
    if (kind.value === "own") { words.value = ""; about.textContent = ""; return; }
    try {
      const found = await get(`/patients/${id}/advice/preview`, { template: kind.value });
      words.value = found.text;
      about.className = found.missing.length ? "wrong small" : "small soft";
      about.textContent = found.missing.length ? `Not in the record: ${found.missing.map(blank).join(", ")}. Write over what stands in braces.` : `Source: ${templates.find((one) => one.template === kind.value).source}`;
    } catch (problem) { about.className = "wrong small"; about.textContent = problem.message; }
  });
  formDialog({ title: "Advice to the patient", about: whose(), act: "Send as it stands", wide: true,
    parts: [field("template", "Begin with", kind), about, field("text", "As the patient reads it", words, "on their own page; it is told on their telephone that there is advice, never what")],
    send: async (said) => {
      await post(`/patients/${id}/advice`, { text: said.get("text").trim(), template: said.get("template") }, { "Idempotency-Key": once });
      say("Sent");
      await adviceList(id);
    } });
}
export function advice(id) {
  opens("new-advice", () => write(id));
  return adviceList(id);
}
