// What is said in a case: whom it was opened to and what they concluded, opinions and discussion.
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";

/** @param {any} expert */
export function expertItem(expert) {
  return h("li", { "data-key": expert.user }, h("div", {}, h("b", {}, expert.name), h("span", { class: "soft" }, ` ward ${expert.ward}`),
    expert.signed_at ? h("div", { class: "signed" }, h("p", {}, expert.conclusion ?? "(erased)"), h("p", { class: "soft small" }, "Signed ", moment(expert.signed_at), ", ", h("abbr", { title: `SHA-256 of what was signed: ${expert.signature}` }, `hash ${expert.signature.slice(0, 12)}`))) : h("p", { class: "soft small" }, "Not concluded yet.")));
}
/** @param {any} entry */
export function entryItem(entry) {
  return h("li", { "data-key": entry.id, class: entry.kind }, entry.kind === "opinion" && h("span", { class: "tag" }, "Opinion"), h("p", {}, entry.text ?? "(erased)"),
    h("span", { class: "soft small" }, `${entry.written_by_name ?? "somebody"}, ward ${entry.ward ?? "?"} `, moment(entry.written_at)));
}
