// Every patient of the ward, the paused and the discharged too, to find and to open.
import { all } from "./http.js";
import { $, h, empty, trouble } from "./dom.js";
import { moment } from "./clock.js";
import { called, personLink } from "./ward.js";
import { watch } from "./vigil.js";

const PAGE_SIZE = 50;
const REFRESH_MS = 30000;
const state = { rows: [], waiting: 0, page: 0, search: "", show: "here" };
const SHOWN = { here: (row) => row.state !== "discharged", paused: (row) => row.state === "paused", discharged: (row) => row.state === "discharged", all: () => true };

async function load() {
  try {
    const [rows, waiting] = await Promise.all([all("/patients"), all("/registrations", {}, 200)]);
    state.rows = rows.sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
    state.waiting = waiting.length;
    draw();
  } catch (problem) { if (!state.rows.length) trouble($("patients"), problem); }
}
function wanted(row) {
  const text = `${row.name ?? ""} ${row.external_id ?? ""} ${row.birth_date ?? ""} ${row.doctor_name ?? ""} ${row.phone ?? ""}`.toLowerCase();
  return SHOWN[state.show](row) && state.search.split(/\s+/).every((word) => text.includes(word));
}
const stateCell = (row) => (row.state === "active" ? h("span", {}, "watched") : row.state === "paused" ? h("b", { class: "ageing" }, "paused until ", moment(row.until)) : h("span", { class: "soft" }, "discharged"));

function cells(row) {
  const own = Object.keys(row.limits ?? {}).length;
  return h("tr", {},
    h("td", { class: "wide" }, personLink(row, { id: row.id, to: "/record" })[0]),
    h("td", { "data-label": "Born" }, row.birth_date ?? "–"), h("td", { "data-label": "Record no." }, row.external_id ?? h("span", { class: "soft" }, "–")),
    h("td", { "data-label": "State" }, stateCell(row)),
    h("td", { "data-label": "Limits" }, [row.spo2_scale === 2 && h("span", { class: "tag" }, "SpO₂ scale 2"), " ", own ? `${own} own` : h("span", { class: "soft" }, "the ward's")]),
    h("td", { "data-label": "Doctor" }, row.doctor_name ?? h("span", { class: row.state === "active" ? "ageing" : "soft" }, row.state === "active" ? "nobody yet" : "–")),
    h("td", {}, h("a", { href: `/patients/${row.id}`, "aria-label": `Readings of ${called(row)}` }, "Readings")));
}
function draw() {
  const rows = state.rows.filter(wanted);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  state.page = Math.min(state.page, pages - 1);
  const shown = rows.slice(state.page * PAGE_SIZE, (state.page + 1) * PAGE_SIZE);
  $("found").textContent = rows.length === state.rows.length ? `${rows.length} patients` : `${rows.length} of ${state.rows.length} patients`;
  $("waiting").replaceChildren(...(state.waiting ? [h("p", { class: "said" }, `${state.waiting} ${state.waiting === 1 ? "person has" : "people have"} registered an account of their own and ${state.waiting === 1 ? "waits" : "wait"} to be linked: open the patient's record, then “The patient's own account”.`)] : []));
  $("patients").replaceChildren(shown.length ? table(shown) : nothing());
  $("pager").hidden = pages < 2;
  $("where").textContent = `${state.page * PAGE_SIZE + 1}–${state.page * PAGE_SIZE + shown.length} of ${rows.length}`;
  $("back").disabled = state.page === 0;
  $("on").disabled = state.page >= pages - 1;
}
const nothing = () => (state.rows.length ? empty("No patient matches.", "Clear the search, or choose “All”.") : empty("No patients yet.", "Admit the first one: the button is at the top right."));
function table(rows) {
  const heads = ["Patient", "Born", "Record no.", "State", "Limits", "Doctor"];
  return h("div", { class: "scroll card" }, h("table", { class: "stack" }, h("caption", { class: "visually-hidden" }, "Patients by name"),
    h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Readings")))), h("tbody", {}, rows.map(cells))));
}
$("search").addEventListener("input", () => { state.search = $("search").value.trim().toLowerCase(); state.page = 0; draw(); });
$("states").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  state.show = button.dataset.state;
  state.page = 0;
  for (const one of $("states").querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
  draw();
});
$("back").addEventListener("click", () => { state.page -= 1; draw(); });
$("on").addEventListener("click", () => { state.page += 1; draw(); });

await watch();
await load();
setInterval(() => { if (document.visibilityState === "visible" && !$("patients").contains(document.activeElement)) load(); }, REFRESH_MS);
