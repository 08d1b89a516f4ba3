// The series of what is open: one stands under glass, the others in a strip below it.
import { $, $$, empty, h } from "../base/dom.js";
import { t } from "../base/language.js";
import { Problem } from "../base/http.js";
import { announced } from "./loader.js";
import { stack, text } from "./tags.js";
import { afresh, close, preset, PRESETS, show, take } from "./viewer.js";

/** @type {Record<string, boolean>} */
const shown = { a: false, b: false };
let tool = /** @type {any} */ ("window");

async function ask(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  const told = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, told);
  return told ?? [];
}
const nameOf = (series) => `${text(series, "modality")} ${text(series, "seriesText") || t("series {n}", { n: text(series, "seriesNumber") })}`.trim();

// Puts one series of a study under the first glass, or beside it under the second.
/** @param {string} root @param {any} study @param {boolean} beside */
export async function choosing(root, study, beside) {
  const side = beside && shown.a ? "b" : "a";
  const series = await ask(`${root}/series`);
  series.sort((one, other) => Number(text(one, "seriesNumber")) - Number(text(other, "seriesNumber")));
  if (side === "a") drawStrip(root, study, series);
  if (series.length) await glaze(side, root, study, series[0]);
}
function drawStrip(root, study, series) {
  $("strip").hidden = series.length < 2;
  $("strip").replaceChildren(...series.map((one) => h("li", {}, h("button", { type: "button", onclick: () => glaze("a", root, study, one) }, nameOf(one)))));
}
async function glaze(side, root, study, series) {
  const place = $(`glass-${side}`);
  place.hidden = false;
  close(side);
  const address = `${root}/series/${text(series, "series")}`;
  const images = stack(await ask(`${address}/metadata`));
  if (!images.length) { place.replaceChildren(empty(t("No pictures."), t("This series holds something else, as a report or a plan."))); return; }
  const about = `${nameOf(series)}${study.taken_on ? `, ${study.taken_on}` : ""}`;
  await show(place, side, announced(address, images), about);
  shown[side] = true;
  take(tool);
  $("presets").hidden = text(series, "modality") !== "CT";
}
$("hand").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  for (const one of $$("button", $("hand"))) one.setAttribute("aria-pressed", String(one === button));
  tool = button.dataset.tool;
  take(tool);
});
$("presets").append(...PRESETS.map(([name, values]) => h("button", { type: "button", onclick: () => { for (const side of ["a", "b"]) preset(side, /** @type {any} */ (values)); } }, name)));
$("afresh").addEventListener("click", () => { for (const side of ["a", "b"]) afresh(side); });
