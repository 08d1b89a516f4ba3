// What staff measured by hand, entered on the patient's page.
import { wardNow } from "../base/clock.js";
import { $, say } from "../base/dom.js";
import { enterSample, sampleOf } from "./entering.js";
import { metricName } from "../words/metrics.js";

const SCORED_MS = 2500; // the score follows in a few seconds

// `whose()` is the patient's name as it is known by then; `refresh()` asks for the score again.
export function enterForm(form, id, whose, refresh) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = $("entered");
    const sample = sampleOf(form, ["rr", "acvpu", "o2", "temp", "sbp", "dbp", "hr", "spo2"], wardNow());
    if (!sample) { told.textContent = "Nothing was filled in."; told.className = "wrong"; return; }
    const saved = () => {
      form.reset();
      told.textContent = "Saved. The score follows in a few seconds.";
      told.className = "";
      say("Observations saved");
      setTimeout(refresh, SCORED_MS);
    };
    try {
      await enterSample(`/patients/${id}/observations`, sample, { whose: whose(), labels: metricName, saved });
    } catch (problem) { told.textContent = `Not saved: ${problem.message}`; told.className = "wrong"; }
  });
}
