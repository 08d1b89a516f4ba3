// A patient in the two lines that are said aloud at a handover, from what is or was told of them.
import { timeText } from "../base/clock.js";
import { h } from "../base/dom.js";
import { sbar } from "../words/sbar.js";

export function saidAs(row) {
  const said = sbar(row, (text) => timeText(Date.parse(text)));
  const part = (name, text) => [h("abbr", { title: name }, name[0]), " ", text];
  return h("div", { class: "sbar" }, h("p", {}, part("Situation", said.situation), ". ", part("Background", said.background), "."), h("p", {}, part("Assessment", said.assessment), ". ", part("Recommendation", said.recommendation), "."));
}
