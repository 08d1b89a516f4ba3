// The tab “Plan and limits”: scale and limits as a form, what is proposed, who changed what.
import { confirmDialog, tried } from "../base/dialog.js";
import { $, h } from "../base/dom.js";
import { meant } from "../base/meant.js";
import { metricName } from "../words/metrics.js";
import { enableForms, fillDiabetes, fillLimits, fillPregnancy, readCare, watchScale } from "./form.js";
import { change, held, hold, whose } from "./held.js";
import { limitProposals } from "./limit_proposals.js";
import { limitsHistory } from "./limits_history.js";

let warn = () => {};
const form = () => $("care");

// A proposal is taken over by a person, who sees what will be sent; nothing changes by itself.
function accept(one) {
  confirmDialog({ title: `Alert ${one.side === "low" ? "below" : "above"} ${one.proposed} in place of ${one.now}?`, act: "Accept", about: whose(), parts: [h("p", {}, `${metricName(one.metric)}. ${one.why}.`)],
    send: async () => { await change(one.send); fillLimits(form(), held().limits); await ofLimits(held().id); } });
}
const ofLimits = (id) => Promise.all([limitsHistory($("limits-history"), id), form() && limitProposals($("limits-proposals"), id, accept)]);

function fill() {
  form().elements.spo2_scale.value = `${held().spo2_scale}`;
  warn();
  fillLimits(form(), held().limits);
  fillPregnancy(form(), held().pregnant);
  fillDiabetes(form(), held().diabetes);
  enableForms(form());
}
// Shows the plan of the patient for the first time; whoever may not change it reads it.
export async function showPlan(id) {
  await ofLimits(id);
  if (!form()) return;
  warn = watchScale(form(), () => held()?.spo2_scale ?? 1);
  form().addEventListener("submit", async (event) => {
    event.preventDefault();
    const save = () => meant(change, readCare(form(), held()), { whose: held().name ?? "this patient" });
    if (await tried($("care-told"), "Saved. It applies from the next reading on.", save, form())) { fillLimits(form(), held().limits); warn(); await ofLimits(id); }
  });
  if (!held()) await hold(id);
  fill();
}
