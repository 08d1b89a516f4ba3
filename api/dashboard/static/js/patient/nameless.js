// Nothing is entered about somebody whom the page cannot name: what acts waits for the record.
import { $, $$, trouble } from "../base/dom.js";
import { called } from "../words/people.js";

export const letAct = (may) => { for (const one of $$("button", $("acts"))) one.disabled = !may; };
// `known` is what an alert tells of whom it is about, if there is one.
export function nameless(known, problem) {
  letAct(false);
  $("name").textContent = known ? called(known) : "A patient whose name could not be loaded";
  trouble($("facts"), problem);
}
