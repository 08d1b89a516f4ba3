// Charts with their captions. A figure stays where it is while its chart is drawn anew, so that a
// reader who has scrolled to it is not thrown back.
import { h } from "../base/dom.js";
import { update } from "../base/patch.js";

const drawn = new WeakMap(); // of a container, to what is wanted there and its plots

function figure({ title, newest, about }) {
  return h("figure", { class: "card", "data-key": title, "aria-label": about },
    h("figcaption", {}, h("h3", {}, title), newest), h("div", { class: "plot", "data-apart": true }));
}
// On paper ink is black on white: charts are drawn again in the colours of the medium they go to.
const shown = new Set();
const paper = matchMedia("print");
function redraw() {
  for (const where of shown) {
    const { wanted, plots } = where.isConnected ? drawn.get(where) : { wanted: [], plots: [] };
    if (!where.isConnected) { shown.delete(where); continue; }
    for (const plot of plots) plot.destroy();
    drawn.set(where, { wanted, plots: plotted(where, wanted) });
  }
}
paper.addEventListener("change", redraw);
function plotted(where, wanted) {
  for (const said of where.querySelectorAll(".read")) said.remove(); // each plot brings its own
  return wanted.map((one, at) => one.draw(where.children[at].querySelector(".plot")));
}

// Each wanted figure draws its plot by `draw(node)`; without any, `otherwise` is shown. Returns how many.
export function figures(where, wanted, otherwise) {
  for (const plot of drawn.get(where)?.plots ?? []) plot.destroy();
  update(where, wanted.length ? wanted.map(figure) : otherwise);
  drawn.set(where, { wanted, plots: plotted(where, wanted) });
  shown.add(where);
  return wanted.length;
}
