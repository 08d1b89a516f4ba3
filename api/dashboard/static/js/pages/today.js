// A doctor's or nurse's own list for today, in working order with the reason, and their calendar's address.
import { clockText } from "../base/clock.js";
import { noticeDialog, tried } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { get, post, remove } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { watch } from "../base/vigil.js";
import { personLink } from "../parts/person.js";

const REFRESH_MS = 15000;
const at = (text) => clockText(Date.parse(text));
const item = (one) => h("li", { "data-key": one.patient, class: one.late ? "late" : "" }, h("b", {}, `${at(one.start)}–${at(one.end)} `), personLink(one), ` ${Math.round(one.minutes)} min, ${one.why}`,
  one.deadline && h("span", { class: one.late ? "overdue" : "soft" }, ` · due ${at(one.deadline)}${one.late ? ": planned too late" : ""}`));

async function load() {
  try {
    const said = await get("/me/worklist");
    update($("list"), said.items.length ? [h("p", { class: "soft" }, "By the plan made ", moment(said.made_at), ". Open alerts come first whatever stands here."), h("ol", { class: "events" }, said.items.map(item))]
      : empty("Nothing is planned for you.", "You are not at work, or nobody is yours by the plan. Alerts reach you all the same."));
  } catch (problem) { trouble($("list"), problem); }
}
async function links() {
  try {
    const made = (await get("/me/calendars")).items;
    update($("links"), made.map((one) => h("li", { "data-key": one.id }, h("span", {}, "Address made ", moment(one.made_at)),
      h("button", { type: "button", class: "quiet", "aria-label": `Take back the address made ${at(one.made_at)}`, onclick: () => drop(one.id) }, "Take back"))));
    $("make-link").disabled = false;
  } catch (problem) {
    $("make-link").disabled = true; // not on the rota: there are no shifts to show
    if (problem.status !== 404) trouble($("links"), problem);
  }
}
const drop = async (id) => { await tried($("link-told"), "Taken back.", () => remove(`/me/calendars/${id}`)); await links(); };
$("make-link").addEventListener("click", async () => {
  let made;
  if (!(await tried($("link-told"), "Made.", async () => { made = await post("/me/calendars"); }))) return;
  noticeDialog({ title: "The address of your shifts", act: "I have copied it", keep: true, parts: [h("p", {}, "It is shown once. Add it to your calendar program as a subscribed calendar."), h("p", { class: "secret" }, made.url)] });
  await links();
});

await watch();
await Promise.all([load(), links()]);
setInterval(load, REFRESH_MS);
