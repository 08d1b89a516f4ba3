// What was found in a study, newest first; a doctor signs another below it. Nothing is written over.
import { $, h, say, trouble } from "../base/dom.js";
import { t } from "../base/language.js";
import { moment } from "../base/moments.js";
import { get, post } from "../base/http.js";

let place = "";
async function draw() {
  const here = place;
  try {
    const reports = await get(place);
    if (here !== place) return;
    $("reports").replaceChildren(...reports.map((one) => h("div", {}, h("b", {}, one.written_by_name), " ", moment(one.written_at), h("blockquote", {}, one.text ?? t("no longer kept")))));
    if (!reports.length) $("reports").append(h("p", { class: "soft" }, t("Nobody has reported on this study.")));
  } catch (problem) { trouble($("reports"), problem, t("Open the study again to try again.")); }
}
/** @param {string} path */
export function reporting(path) {
  place = path;
  draw();
}
$("report")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  $("reported").className = "";
  try {
    await post(place, { text: $("found").value });
    $("found").value = "";
    say(t("The report is signed."));
    await draw();
  } catch (problem) { $("reported").className = "wrong"; $("reported").textContent = problem.message; }
});
