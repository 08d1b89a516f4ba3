// How somebody wants to see the panel: columns, order and the filter to begin with, kept for their account by
// the server, so that it is the same on every machine.
import { h } from "../base/dom.js";
import { get, put } from "../base/http.js";
import { menu } from "../base/menu.js";
import { SORTS } from "./address.js";
import { COLUMNS } from "./columns.js";

// What is kept; where it cannot be read, the usual: the panel must not wait for a taste.
export async function keptChoice() {
  try { return await get("/me/panel"); } catch { return {}; }
}
// `view` is what is shown now, `kept` what is kept; `choose(change)` shows it, and it is kept from then on.
export function viewChoice({ view, kept, choose }) {
  const box = ([name, text]) => h("label", { class: "choice" }, h("input", { type: "checkbox", name: "column", value: name, checked: view.columns.includes(name) }), text);
  const told = h("p", { role: "status", class: "small soft" });
  const order = h("select", { name: "sort", id: "sort" }, SORTS.map(([value, text]) => h("option", { value, selected: value === view.sort }, text)));
  const start = h("label", { class: "choice" }, h("input", { type: "checkbox", name: "start", checked: (kept.show ?? "attention") === view.show }), "Begin with the filter shown now");
  const form = h("form", {}, h("div", { class: "field" }, h("label", { for: "sort" }, "Order by"), order), h("fieldset", {}, h("legend", {}, "Shown"), COLUMNS.map(box)), start, told);
  form.addEventListener("change", async () => {
    const said = /** @type {any} */ (new FormData(form));
    const change = { columns: COLUMNS.map(([name]) => name).filter((name) => said.getAll("column").includes(name)), sort: said.get("sort") };
    choose(change);
    kept.columns = change.columns.length ? change.columns : null;
    kept.sort = change.sort;
    kept.show = said.get("start") ? view.show : null;
    try { await put("/me/panel", kept); told.textContent = "Kept for your account."; } catch (problem) { told.textContent = `Shown here, but not kept: ${problem.message}`; }
  });
  const node = h("details", { class: "columns", "data-view": true }, h("summary", {}, "Columns and order"), form);
  menu(node);
  return { node, show(now) { order.value = now.sort; start.firstChild.checked = (kept.show ?? "attention") === now.show; } };
}
