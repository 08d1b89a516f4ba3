// What of a page is shown, kept in its address: Back and a copied address show the same.

// The address with these names set; what is null or empty is left out. Pure.
/** @param {string} query @param {Record<string, string | null>} said @returns {string} */
export function withSaid(query, said) {
  const kept = new URLSearchParams(query);
  for (const [name, value] of Object.entries(said)) { if (value) kept.set(name, value); else kept.delete(name); }
  const text = kept.toString();
  return text ? `?${text}` : "";
}
/** @param {string} name */
export const saidOf = (name) => new URLSearchParams(location.search).get(name);
// `step`: Back leads to what was shown before; else the place in the history says the new one.
/** @param {Record<string, string | null>} said @param {{ step?: boolean }} [how] */
export function keepSaid(said, { step = false } = {}) {
  const to = `${location.pathname}${withSaid(location.search, said)}${location.hash}`;
  if (to === `${location.pathname}${location.search}${location.hash}`) return;
  if (step) history.pushState(null, "", to); else history.replaceState(null, "", to);
}
