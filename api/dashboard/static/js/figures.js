// Charts with their captions. A figure stays where it is while its chart is drawn anew, so that a
// reader who has scrolled to it is not thrown back.
import { h } from "./dom.js";
import { update } from "./patch.js";

const drawn = new WeakMap(); // of a container, to its plots

function figure({ title, newest, about }) {
  return h("figure", { class: "card", "data-key": title, "aria-label": about },
    h("figcaption", {}, h("h3", {}, title), newest), h("div", { class: "plot", "data-apart": true }));
}
// Each wanted figure draws its plot by `draw(node)`; without any, `otherwise` is shown. Returns how many.
export function figures(where, wanted, otherwise) {
  for (const plot of drawn.get(where) ?? []) plot.destroy();
  update(where, wanted.length ? wanted.map(figure) : otherwise);
  drawn.set(where, wanted.map((one, at) => one.draw(where.children[at].querySelector(".plot"))));
  return wanted.length;
}
