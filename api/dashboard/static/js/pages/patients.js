// Every patient of the ward, the paused and the discharged too, to find and to open.
// Found, counted and cut on the server.
import { chooser, typed } from "../base/choosing.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { all, page } from "../base/http.js";
import { moment } from "../base/moments.js";
import { watch } from "../base/vigil.js";
import { personLink } from "../parts/person.js";
import { called } from "../words/people.js";

const PAGE_SIZE = 50;
const REFRESH_MS = 30000;
const state = { rows: [], total: 0, matched: 0, waiting: 0, page: 0, search: "", show: "here" };
let asked = 0;

async function load() {
  const mine = (asked += 1);
  try {
    const { show, search } = state;
    const [answer, waiting] = await Promise.all([page("/ui/patients", { show, search, offset: state.page * PAGE_SIZE, limit: PAGE_SIZE }), all("/registrations", {}, 200)]);
    if (mine !== asked) return;
    const last = Math.max(0, Math.ceil(answer.matched / PAGE_SIZE) - 1);
    if (state.page > last) { state.page = last; await load(); return; }
    Object.assign(state, { rows: answer.items, total: answer.total, matched: answer.matched, waiting: waiting.length });
    draw();
  } catch (problem) { if (!state.rows.length) trouble($("patients"), problem); }
}
const stateCell = (row) => (row.state === "active" ? h("span", {}, "watched") : row.state === "paused" ? h("b", { class: "ageing" }, "paused until ", moment(row.until)) : h("span", { class: "soft" }, "discharged"));

function cells(row) {
  const own = row.own_limits;
  return h("tr", {},
    h("td", { class: "wide" }, personLink(row, { id: row.id, to: "?tab=record" })[0]),
    h("td", { "data-label": "Born" }, row.birth_date ?? "–"), h("td", { "data-label": "Record no." }, row.external_id ?? h("span", { class: "soft" }, "–")),
    h("td", { "data-label": "State" }, stateCell(row)),
    h("td", { "data-label": "Limits" }, [row.spo2_scale === 2 && h("span", { class: "tag" }, "SpO₂ scale 2"), " ", own ? `${own} own` : h("span", { class: "soft" }, "the ward's")]),
    h("td", { "data-label": "Doctor" }, row.doctor_name ?? h("span", { class: row.state === "active" ? "ageing" : "soft" }, row.state === "active" ? "nobody yet" : "–")),
    h("td", {}, h("a", { href: `/patients/${row.id}`, "aria-label": `Readings of ${called(row)}` }, "Readings")));
}
function draw() {
  const pages = Math.max(1, Math.ceil(state.matched / PAGE_SIZE));
  const first = state.page * PAGE_SIZE;
  $("found").textContent = state.matched === state.total ? `${state.total} patients` : `${state.matched} of ${state.total} patients`;
  $("waiting").replaceChildren(...(state.waiting ? [h("p", { class: "said" }, `${state.waiting} ${state.waiting === 1 ? "person has" : "people have"} registered an account of their own and ${state.waiting === 1 ? "waits" : "wait"} to be linked: open the patient's record, then “The patient's own account”.`)] : []));
  $("patients").replaceChildren(state.rows.length ? table(state.rows) : nothing());
  $("pager").hidden = pages < 2;
  $("where").textContent = `${first + 1}–${first + state.rows.length} of ${state.matched}`;
  $("back").disabled = state.page === 0;
  $("on").disabled = state.page >= pages - 1;
}
const nothing = () => (state.total ? empty("No patient matches.", "Clear the search, or choose “All”.") : empty("No patients yet.", "Admit the first one: the button is at the top right."));
function table(rows) {
  const heads = ["Patient", "Born", "Record no.", "State", "Limits", "Doctor"];
  return h("div", { class: "scroll card" }, h("table", { class: "stack" }, h("caption", { class: "visually-hidden" }, "Patients by name"),
    h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Readings")))), h("tbody", {}, rows.map(cells))));
}
function anew() { state.page = 0; load(); }
typed($("search"), (text) => { state.search = text; anew(); });
chooser($("states"), (data) => {
  state.show = data.state;
  anew();
});
$("back").addEventListener("click", () => { state.page -= 1; load(); });
$("on").addEventListener("click", () => { state.page += 1; load(); });

await watch();
await load();
setInterval(() => { if (document.visibilityState === "visible" && !$("patients").contains(document.activeElement)) load(); }, REFRESH_MS);
