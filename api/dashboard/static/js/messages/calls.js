// Calls that patients ask for: the ward's list, and a patient's own.
import { tried } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { look } from "../base/unread.js";
import { personLink } from "../parts/person.js";
import { t, woven } from "../base/language.js";

async function act(one, how, done) {
  await tried($("calls-told"), done, () => post(`/call-requests/${one.id}/${how}`));
  await Promise.all([callList(), look()]);
}
function callItem(one) {
  const name = one.name ?? t("(erased)");
  return h("li", { "data-key": one.id, class: one.overdue ? "late" : "" },
    h("div", {}, woven("{person} asked {when}", { person: personLink(one), when: moment(one.asked_at) }), one.about && h("p", { class: "about" }, one.about),
      one.state === "taken" ? h("span", { class: "soft" }, woven("Taken by {name} {when}", { name: one.taken_by_name, when: moment(one.taken_at) })) : h("span", { class: one.overdue ? "overdue" : "soft" }, one.overdue ? woven("Overdue since {when}", { when: moment(one.due_at, { only: true }) }) : woven("To be taken {when}", { when: moment(one.due_at, { only: true }) }))),
    h("span", { class: "group" }, one.state === "open" && h("button", { type: "button", class: "primary", "aria-label": t("I call {name}", { name }), onclick: () => act(one, "take", t("You call {name}.", { name })) }, t("I call")),
      one.state === "taken" && h("button", { type: "button", "aria-label": t("Call is made to {name}", { name }), onclick: () => act(one, "done", t("The call to {name} is made.", { name })) }, t("Call is made")),
      h("a", { class: "button quiet", href: `/messages?patient=${one.patient}`, "aria-label": t("Messages with {name}", { name }) }, t("Messages"))));
}
export async function callList() {
  try {
    const { items } = await get("/call-requests");
    update($("calls"), items.length ? items.map(callItem) : h("li", { class: "soft", "data-key": "none" }, t("No call is asked for.")));
  } catch (problem) { trouble($("calls"), problem); }
}

export async function ownCall() {
  try {
    const [one] = (await get("/call-requests")).items;
    $("ask").hidden = Boolean(one);
    update($("own-call"), !one ? h("p", { class: "soft", "data-key": "none" }, t("You have not asked to be called.")) : h("div", { "data-key": one.id, class: "caution" },
      h("strong", {}, one.state === "taken" ? t("{name} will call you.", { name: one.taken_by_name ?? t("Somebody") }) : t("You have asked to be called.")), " ", woven("You asked {when}.", { when: moment(one.asked_at) }),
      one.state === "open" && [" ", woven("Somebody should take it {when}.", { when: moment(one.due_at, { only: true }) })],
      h("div", { class: "row-end" }, h("button", { type: "button", onclick: async () => { await tried($("asked"), t("You will not be called."), () => post(`/call-requests/${one.id}/withdraw`)); await ownCall(); } }, t("I need no call any more")))));
  } catch (problem) { trouble($("own-call"), problem); }
}
export function askForCall() {
  $("ask").addEventListener("submit", async (event) => {
    event.preventDefault();
    const about = $("about").value.trim();
    if (await tried($("asked"), t("You have asked to be called."), () => post("/me/call-requests", about ? { about } : {}))) $("ask").reset();
    await ownCall();
  });
}
