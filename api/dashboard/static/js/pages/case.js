// One case: its question, what was chosen of the record, opinions, conclusions, and the call; gone from the page with its end.
import { confirmDialog, tried } from "../base/dialog.js";
import { $, h, say, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { mesh } from "../cases/mesh.js";
import { drawReadings, recordParts } from "../cases/shown.js";
import { entryItem, expertItem } from "../cases/talk.js";
import { drawStudies } from "../images/studies.js";
import { called } from "../words/people.js";

const id = $("case").dataset.case;
const path = `/cases/${id}`;
const OVER = { closed: "This case was closed: whom it was opened to sees nothing of it any more.", over: "The time of this case is over: whom it was opened to sees nothing of it any more." };
const role = document.body.dataset.role;
let one = /** @type {any} */ (null);
let drawn = false;
let person = /** @type {any} */ (null);
const call = $("sit") ? mesh({ path, over: () => load() }) : null;

// Who was asked sees nothing any more: neither does their page.
function gone() {
  call?.out();
  line.stop();
  $("case").remove();
  $("close").hidden = true;
  $("whom").textContent = "Case";
  $("until").textContent = "";
  $("trouble").replaceChildren();
  $("ended").textContent = "This case is over, or not yours: nothing of it can be seen.";
  say($("ended").textContent);
}
const myself = () => one.experts.find((expert) => expert.user === one.me);
function draw() {
  const open = one.state === "open";
  $("case").hidden = false;
  $("whom").textContent = one.label ?? "Case";
  update($("until"), open ? ["until ", moment(one.until)] : "");
  $("ended").textContent = OVER[one.state] ?? "";
  $("question").textContent = one.question ?? "(erased)";
  update($("asked"), h("span", { "data-key": "by" }, `Asked by ${one.asked_by_name ?? "somebody"}, ward ${one.asked_by_ward ?? "?"} `, moment(one.asked_at)), one.patient && h("span", { "data-key": "chart" }, ". Chart of ", h("a", { href: `/patients/${one.patient}` }, person ? called(person) : "the patient")));
  update($("experts"), one.experts.map(expertItem));
  update($("entries"), one.entries.length ? one.entries.map(entryItem) : h("li", { class: "soft", "data-key": "none" }, "Nothing has been said yet."));
  $("close").hidden = !open || !one.patient || role === "nurse";
  if (!open) line.stop();
  if (!$("sit")) return;
  const part = one.asked_of_me || one.asked_by === one.me;
  $("call-part").hidden = !open || !part;
  $("write").hidden = !open;
  $("as-opinion-field").hidden = !one.asked_of_me;
  $("sign-part").hidden = !open || !one.asked_of_me || Boolean(myself()?.signed_at);
  if (!open) call?.out();
}
async function show() {
  if (drawn) return;
  drawn = true;
  const parts = recordParts(one);
  $("record-part").hidden = !parts.some(Boolean);
  update($("record"), parts);
  $("studies-part").hidden = !one.studies.length;
  drawStudies($("studies"), one.studies, `/api/v1${path}/dicomweb/studies`, look);
  $("readings-part").hidden = !one.readings.length;
  await drawReadings($("readings"), path, one.readings);
}
// The viewer is fetched with the first study that is opened: most cases have none.
async function look(study, beside = false) {
  const { choosing } = await import("../images/choosing.js");
  $("viewing").hidden = false;
  if (!beside) $("viewing-head").textContent = `${study.modalities.join(", ") || "Study"} ${study.taken_on ?? ""} ${study.description ?? ""}`;
  try { await choosing(`/api/v1${path}/dicomweb/studies/${study.uid}`, study, beside); } catch (problem) { trouble($("glasses"), problem, "Choose the study again to try again."); }
}
async function load() {
  try {
    const [found, me] = [await get(path), one?.me ?? (await get("/me")).id];
    one = { ...found, me };
    if (one.patient && !person) person = await get(`/patients/${one.patient}`).catch(() => null);
    draw();
    await show();
  } catch (problem) {
    if (problem.status === 404) gone();
    else trouble($("trouble"), problem);
  }
}
$("close").addEventListener("click", () => confirmDialog({ title: "Close this case?", act: "Close it", about: one.label ?? "", parts: [h("p", {}, "Whom it was opened to sees nothing of it from then on, and a call ends. What was concluded stays.")], send: async () => { await post(`${path}/close`); await load(); } }));
$("sit")?.addEventListener("click", () => tried($("wrong"), "", () => call?.inside()));
$("write")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const kind = one.asked_of_me && $("as-opinion").checked ? "opinion" : "remark";
  if (await tried($("wrote"), "Sent.", () => post(`${path}/entries`, { kind, text: $("words").value }))) { $("words").value = ""; await load(); }
});
$("sign")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await tried($("signed"), "Signed.", () => post(`${path}/sign`, { conclusion: $("conclusion").value }))) await load();
});
let revision = -1;
const line = new AlertStream({ url: `/api/v1${path}/events`, refused: (status) => { if (status === 404) gone(); }, onState: (state) => lineState(state),
  onEvent: (name, said) => { if (name === "over") load(); else if (name === "room" && said.revision !== revision) { revision = said.revision; load(); } } });
await watch();
await load();
if (one?.state === "open") line.run();
