// The words of a page in its reader's language. The English text is the key; what the frame brings says it in
// another language. `{name}` in a text is filled in afterwards, so that no sentence is glued together.

const brought = /** @type {HTMLTemplateElement | null} */ (globalThis.document?.getElementById("catalogue"));
/** @type {{ words: Record<string, string | string[]>, forms: string[] }} */
const { words, forms } = JSON.parse(brought?.content.textContent || '{"words":{},"forms":["one","other"]}');
const page = globalThis.document?.documentElement.dataset;
// By which dates, numbers and lists are written, and the unit in which the reader knows blood sugar.
export const LOCALE = page?.locale ?? "en-GB";
export const GLUCOSE_UNIT = page?.glucose ?? "mg/dL";
const rule = new Intl.PluralRules(LOCALE);
const lists = new Intl.ListFormat(LOCALE);

/** @typedef {Record<string, string | number>} Values */
/** @param {string} text @param {Values} values */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
/** @param {string} text @returns {string} */
const said = (text) => { const found = words[text]; return typeof found === "string" ? found : text; };

/** @param {string} text @param {Values} [values] */
export const t = (text, values = {}) => filled(said(text), values);
// The form that belongs to a number, which stands in it as {n}.
/** @param {string} one @param {string} many @param {number} n @param {Values} [values] */
export function tn(one, many, n, values = {}) {
  const found = words[one];
  const text = Array.isArray(found) ? found[Math.max(0, forms.indexOf(rule.select(n)))] ?? many : n === 1 ? one : many;
  return filled(text, { n, ...values });
}
// A sentence with nodes in it: an array for h(). What is not given stays out.
/** @param {string} text @param {Record<string, any>} nodes @returns {any[]} */
export const woven = (text, nodes) => said(text).split(/(\{\w+\})/).map((part) => (/^\{\w+\}$/.test(part) ? nodes[part.slice(1, -1)] : part));
// a, b and c
/** @param {string[]} names */
export const listed = (names) => lists.format(names);
