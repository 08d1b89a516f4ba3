// What was signed of a consultation: summary, tasks, who and when.
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { t, woven } from "../base/language.js";

export const signedPart = (one) => one.signed_at && h("div", { class: "signed", "data-key": "signed" }, h("p", {}, one.summary ?? t("(erased)")),
  one.follow_up.length > 0 && [h("strong", {}, t("To be done")), h("ul", {}, one.follow_up.map((task) => h("li", {}, task)))],
  one.notes && h("p", { class: "soft" }, t("Notes of the ward: {notes}", { notes: one.notes })),
  h("p", { class: "soft small" }, woven("Signed by {name} {when}, {hash}", { name: one.signed_by_name ?? t("somebody"), when: moment(one.signed_at), hash: h("abbr", { title: t("SHA-256 of what was signed: {hash}", { hash: one.signature }) }, t("hash {hash}", { hash: one.signature.slice(0, 12) })) })));
