// What was refused: frames in quarantine and single readings, by patient and reason, newest first.
import { $, h, empty, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { watch } from "../base/vigil.js";
import { personLink } from "../parts/person.js";
import { personPicker } from "../patient/person_picker.js";
import { metricName } from "../words/metrics.js";

const PAGE_SIZE = 50;
const WORDS = Object.fromEntries([...$("reason").options].filter((one) => one.value).map((one) => [one.value, one.textContent]));
const asked = new URLSearchParams(location.search);
let items = [];
let next = null;
let turn = 0;

async function load(more = false) {
  turn += 1;
  const mine = turn;
  try {
    const answer = await get("/quarantine", { patient: $("patient").value, reason: $("reason").value, limit: PAGE_SIZE, cursor: more ? next : null });
    if (mine !== turn) return; // another question was asked meanwhile
    items = more ? [...items, ...answer.items] : answer.items;
    next = answer.next;
    draw(answer.counts);
  } catch (problem) { trouble($("refused"), problem); }
}
const reasonWords = (name) => WORDS[name] ?? name.replaceAll("_", " ");
function what(item) {
  if (!item.readings.length) return [reasonWords(item.reason), item.detail && h("div", { class: "small soft" }, item.detail)];
  return item.readings.map((one) => h("div", {}, h("b", {}, `${metricName(one.metric)} ${one.value}`), `: ${reasonWords(one.reason).toLowerCase()}, measured `, moment(one.time)));
}
function row(item) {
  return h("tr", { "data-refused": item.id },
    h("td", { class: "nowrap" }, moment(item.received)),
    h("td", { "data-label": "Patient" }, item.patient ? personLink(item) : h("span", { class: "soft" }, "not known")),
    h("td", { "data-label": "Device" }, item.device ? h("code", {}, item.device) : h("span", { class: "soft" }, "not known")),
    h("td", { "data-label": "What" }, what(item)),
    h("td", { "data-label": "Signature" }, item.signed ? "holds" : h("span", { class: "ageing" }, "does not hold")));
}
function draw(counts) {
  const heads = ["Came", "Patient", "Device", "What", "Signature"];
  $("counts").textContent = counts.length ? `In all: ${counts.map((one) => `${reasonWords(one.reason).toLowerCase()} ${one.n}`).join(", ")}.` : "";
  $("refused").replaceChildren(items.length
    ? h("div", { class: "scroll card" }, h("table", { class: "stack" }, h("caption", { class: "visually-hidden" }, "Refused, newest first"), h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, items.map(row))))
    : empty("Nothing was refused.", "Frames are kept for 30 days; their counts stay."));
  $("pager").hidden = !next;
}
const picker = personPicker($("patient"), $("find"), { first: "everybody", show: "all" });
async function patients() {
  await picker.offer();
  const id = asked.get("patient");
  const person = id && (await get(`/patients/${id}`));
  if (person && !$("patient").value) picker.choose(person); // nobody was chosen meanwhile
}
$("reason").value = asked.get("reason") ?? "";
$("asked").addEventListener("change", (event) => { if (event.target.tagName === "SELECT") load(); });
$("asked").addEventListener("submit", (event) => event.preventDefault());
$("more").addEventListener("click", () => load(true));

await watch();
await patients().catch((problem) => trouble($("refused"), problem));
await load();
