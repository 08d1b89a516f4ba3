// Advice that should have been confirmed by now and is not: the ward's list.
import { $, h, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { personLink } from "../parts/person.js";

const item = (one) => h("li", { "data-key": one.id, class: "late" }, h("div", {}, personLink(one), h("p", { class: "about cut" }, one.text ?? "(erased)"), h("span", { class: "overdue" }, `Sent by ${one.sent_by_name ?? "somebody"} `, moment(one.sent_at), ", to be confirmed by ", moment(one.due_at, { only: true }))),
  h("a", { class: "button quiet", href: `/messages?patient=${one.patient}`, "aria-label": `Write to ${one.name ?? "(erased)"} about the advice` }, "Write"));

export async function unconfirmed() {
  try {
    const { items } = await get("/advice");
    $("unconfirmed-part").hidden = items.length === 0;
    update($("unconfirmed"), items.map(item));
  } catch (problem) { $("unconfirmed-part").hidden = false; trouble($("unconfirmed"), problem); }
}
