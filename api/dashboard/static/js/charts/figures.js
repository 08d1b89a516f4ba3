// Charts with their captions. A figure stays where it is while its chart is drawn anew, so that a
// reader who has scrolled to it is not thrown back.
import { breath } from "../base/breath.js";
import { h } from "../base/dom.js";
import { update } from "../base/patch.js";

const drawn = new WeakMap(); // of a container, to the figures that are wanted there
const plots = new WeakMap(); // of a figure's own place, to its plot
const shown = new Set();
const placeOf = (where, at) => where.children[at]?.querySelector(".plot");

function figure({ title, newest, about }) {
  return h("figure", { class: "card", "data-key": title, "aria-label": about },
    h("figcaption", {}, h("h3", {}, title), newest), h("div", { class: "plot", "data-apart": true }));
}
function end(place) { plots.get(place)?.destroy(); plots.delete(place); }
// The old plot stands until the new one takes its place.
function plotted(where, one, at) {
  const place = placeOf(where, at);
  for (const said of where.children[at].querySelectorAll(".read")) said.remove(); // each plot brings its own
  end(place);
  plots.set(place, one.draw(place));
}
// On paper ink is black on white: charts are drawn again in the colours of the medium they go to.
matchMedia("print").addEventListener("change", () => {
  for (const where of shown) {
    if (!where.isConnected) { shown.delete(where); continue; }
    const wanted = [...drawn.get(where)];
    drawn.set(where, wanted); // whoever is still drawing stops
    wanted.forEach((one, at) => plotted(where, one, at)); // paper waits for nobody
  }
});

// Each wanted figure draws its plot by `draw(node)`, one after the other so that the page never stands still;
// without any, `otherwise` is shown. Resolves to how many, once they are drawn.
export async function figures(where, wanted, otherwise) {
  const before = [...where.querySelectorAll(".plot")];
  update(where, wanted.length ? wanted.map(figure) : otherwise);
  for (const place of before) if (!place.isConnected) end(place);
  drawn.set(where, wanted);
  shown.add(where);
  for (const [at, one] of wanted.entries()) {
    await breath();
    if (drawn.get(where) !== wanted) return wanted.length; // drawn anew meanwhile
    plotted(where, one, at);
  }
  return wanted.length;
}
