// Calls that patients ask for: the ward's list, and a patient's own.
import { tried } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { look } from "../base/unread.js";
import { personLink } from "../parts/person.js";

async function act(one, how, done) {
  await tried($("calls-told"), done, () => post(`/call-requests/${one.id}/${how}`));
  await Promise.all([callList(), look()]);
}
function callItem(one) {
  const name = one.name ?? "(erased)";
  return h("li", { "data-key": one.id, class: one.overdue ? "late" : "" },
    h("div", {}, personLink(one), " asked ", moment(one.asked_at), one.about && h("p", { class: "about" }, one.about),
      one.state === "taken" ? h("span", { class: "soft" }, `Taken by ${one.taken_by_name} `, moment(one.taken_at)) : h("span", { class: one.overdue ? "overdue" : "soft" }, one.overdue ? "Overdue since " : "To be taken by ", moment(one.due_at, { only: true }))),
    h("span", { class: "group" }, one.state === "open" && h("button", { type: "button", class: "primary", "aria-label": `I call ${name}`, onclick: () => act(one, "take", `You call ${name}.`) }, "I call"),
      one.state === "taken" && h("button", { type: "button", "aria-label": `Call is made to ${name}`, onclick: () => act(one, "done", `The call to ${name} is made.`) }, "Call is made"),
      h("a", { class: "button quiet", href: `/messages?patient=${one.patient}`, "aria-label": `Messages with ${name}` }, "Messages")));
}
export async function callList() {
  try {
    const { items } = await get("/call-requests");
    update($("calls"), items.length ? items.map(callItem) : h("li", { class: "soft", "data-key": "none" }, "No call is asked for."));
  } catch (problem) { trouble($("calls"), problem); }
}

export async function ownCall() {
  try {
    const [one] = (await get("/call-requests")).items;
    $("ask").hidden = Boolean(one);
    update($("own-call"), !one ? h("p", { class: "soft", "data-key": "none" }, "You have not asked to be called.") : h("div", { "data-key": one.id, class: "caution" },
      h("strong", {}, one.state === "taken" ? `${one.taken_by_name ?? "Somebody"} will call you.` : "You have asked to be called."), " You asked ", moment(one.asked_at), ".",
      one.state === "open" && [" Somebody should take it by ", moment(one.due_at, { only: true }), "."],
      h("div", { class: "row-end" }, h("button", { type: "button", onclick: async () => { await tried($("asked"), "You will not be called.", () => post(`/call-requests/${one.id}/withdraw`)); await ownCall(); } }, "I need no call any more"))));
  } catch (problem) { trouble($("own-call"), problem); }
}
export function askForCall() {
  $("ask").addEventListener("submit", async (event) => {
    event.preventDefault();
    const about = $("about").value.trim();
    if (await tried($("asked"), "You have asked to be called.", () => post("/me/call-requests", about ? { about } : {}))) $("ask").reset();
    await ownCall();
  });
}
