// What is shown of the panel is chosen here, and stands in the address: Back, a reload and a copied address
// show the same.
import { chooser, press, typed } from "../base/choosing.js";
import { $ } from "../base/dom.js";
import { addressOf, viewOf } from "./address.js";

// `state.view` is what is shown, `state.kept` what is kept; `load()` asks for it; `chosen(view)` is told what
// somebody has chosen, Back too. Returns what changes it, and what takes the kept choice over once it is here.
export function steering(state, load, chosen) {
  function controls() {
    press($("filters"), $("filters").querySelector(`[data-show="${state.view.show}"]`));
    document.body.classList.toggle("wall", state.view.wall);
    $("wall").setAttribute("aria-pressed", String(state.view.wall));
    if (document.activeElement !== $("search")) $("search").value = state.view.search;
    chosen(state.view);
  }
  let touched = false;
  function go(change, keep = true) {
    touched = true;
    Object.assign(state.view, change);
    history[keep ? "pushState" : "replaceState"](null, "", location.pathname + addressOf(state.view, state.kept));
    controls();
    load();
  }
  typed($("search"), (text) => go({ search: text, page: 0 }, false));
  chooser($("filters"), (data) => go({ show: data.show, page: 0, steady: false }));
  $("wall").addEventListener("click", () => go({ wall: !state.view.wall, page: 0 }));
  $("back").addEventListener("click", () => go({ page: state.view.page - 1 }));
  $("on").addEventListener("click", () => go({ page: state.view.page + 1 }));
  addEventListener("popstate", () => { state.view = viewOf(location.search, state.kept); controls(); load(); });
  function choose(kept) {
    Object.assign(state.kept, kept);
    const usual = viewOf(location.search, state.kept);
    Object.assign(state.view, touched ? { columns: usual.columns } : usual);
    controls();
  }
  controls();
  return { go, choose };
}
