// NEWS2 in words: bands, what a partial score could be, why somebody has none.

/** @type {Record<string, string>} */
export const BANDS = { low: "low", "low-medium": "low–medium", medium: "urgent", high: "emergency" };
/** @param {string | null} [band] */
export const bandKey = (band) => (band ?? "none").replaceAll("_", "-");

// What is certain, and what what is missing could make of it: missing is never normal.
/** @typedef {{ low: number, high: number, score?: number | null, band?: string | null, reason?: string | null }} News2 */
/** @param {News2} news2 @param {string} band */
export function partialWords(news2, band) {
  const could = news2.high >= 7 && news2.low < 7 ? "emergency" : news2.high >= 5 && news2.low < 5 ? "urgent" : "";
  const sure = BANDS[band] ?? band;
  return could ? (news2.low < 5 ? `could be ${could}` : `${sure}, could be ${could}`) : sure;
}

/** @type {Record<string, string>} */
const REASONS = { under_16: "under 16", pregnant: "pregnant" };
// Why somebody has no NEWS2, in words; empty where it applies.
/** @param {{ reason?: string | null } | null} [news2] */
export const notScored = (news2) => (news2?.reason ? REASONS[news2.reason] ?? news2.reason : "");

// No model knows for certain: neither 0 nor 100 per cent is ever written.
/** @param {number} share */
export function percent(share) {
  if (share >= 0.995) return "> 99 %";
  return share < 0.005 ? "< 1 %" : `${Math.round(share * 100)} %`;
}
