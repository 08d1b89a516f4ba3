// A score on the page, and readings that count for nothing.
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { metricName, shortMetrics } from "../words/metrics.js";
import { BANDS, bandKey, notScored, partialWords } from "../words/news2.js";

// A whole score is one number; a partial one is its bounds and what would settle it.
// `quiet` marks a score that lacks only what staff tell: said, and not shouted.
export function score(news2, { words = true, quiet = false } = {}) {
  if (notScored(news2)) {
    return h("span", { class: "score", "data-band": "none" }, h("span", { class: "number", role: "img", "aria-label": `No NEWS2: ${notScored(news2)}`, title: `No NEWS2: ${notScored(news2)}` }, "n/a"), words && h("span", { class: "words" }, "no NEWS2", h("small", {}, notScored(news2))));
  }
  if (!news2 || news2.band === null || news2.band === undefined) {
    return h("span", { class: "score", "data-band": "none" }, h("span", { class: "number" }, "–"), words && h("span", { class: "words" }, "no score", h("small", {}, "nothing measured yet")));
  }
  const partial = news2.score === null || news2.score === undefined;
  const text = partial ? `${news2.low}–${news2.high}` : `${news2.score}`;
  const missing = shortMetrics(news2.missing);
  const assumed = shortMetrics(news2.assumed);
  const band = bandKey(news2.band);
  const label = partial ? `NEWS2 between ${news2.low} and ${news2.high}, missing ${missing}` : `NEWS2 ${news2.score}`;
  const detail = partial ? quiet ? `without ${missing}` : `missing ${missing || "some"}` : assumed ? `assumed ${assumed}` : "";
  const lead = partial && !quiet ? partialWords(news2, band) : BANDS[band] ?? band;
  return h("span", { class: "score", "data-band": band, "data-partial": partial, "data-quiet": quiet },
    h("span", { class: "number", role: "img", "aria-label": label, title: label }, text),
    words && h("span", { class: "words" }, lead, detail && h("small", {}, detail)));
}

// Readings that count for nothing: how many since when, the newest, and what it may be.
export function refusedWords(refused) {
  return (refused ?? []).map((one) => h("span", { class: "overdue", "data-refused": one.metric }, `${metricName(one.metric)}: ${one.count === 1 ? "reading" : `${one.count} readings`} not used since `, moment(one.since), `, newest ${one.value} (${one.hint})`));
}
