// What was signed of a consultation: summary, tasks, who and when.
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";

export const signedPart = (one) => one.signed_at && h("div", { class: "signed", "data-key": "signed" }, h("p", {}, one.summary ?? "(erased)"),
  one.follow_up.length > 0 && [h("strong", {}, "To be done"), h("ul", {}, one.follow_up.map((task) => h("li", {}, task)))],
  one.notes && h("p", { class: "soft" }, "Notes of the ward: ", one.notes),
  h("p", { class: "soft small" }, `Signed by ${one.signed_by_name ?? "somebody"} `, moment(one.signed_at), ", ", h("abbr", { title: `SHA-256 of what was signed: ${one.signature}` }, `hash ${one.signature.slice(0, 12)}`)));
