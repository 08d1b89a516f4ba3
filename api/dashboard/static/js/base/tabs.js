// Tabs as the ARIA practices describe them: one stop of the Tab key, arrows, Home and End between them,
// and the page's address keeps which one is open.
import { keepSaid, saidOf } from "./address.js";
import { $$ } from "./dom.js";

// Which tab a key leads to, from the one at `at` of `count`; null where the key means nothing here. Pure.
/** @param {string} key @param {number} at @param {number} count @returns {number | null} */
export function tabAt(key, at, count) {
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
// `opened(name)` is called whenever a tab is shown, the first time with the one that the address names.
/** @param {HTMLElement} list @param {(name: string) => void} opened */
export function tabs(list, opened) {
  const all = $$("[role=tab]", list);
  const named = (name) => all.find((tab) => tab.dataset.tab === name) ?? all[0];
  function show(tab) {
    for (const one of all) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
    opened(tab.dataset.tab);
  }
  function choose(tab) {
    keepSaid({ tab: tab === all[0] ? null : tab.dataset.tab }, { step: true });
    show(tab);
  }
  list.addEventListener("click", (event) => {
    const tab = /** @type {Element} */ (event.target).closest("[role=tab]");
    if (tab) choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    const at = tabAt(event.key, all.indexOf(document.activeElement), all.length);
    if (at === null) return;
    event.preventDefault();
    all[at].focus();
    choose(all[at]);
  });
  addEventListener("popstate", () => show(named(saidOf("tab"))));
  show(named(saidOf("tab")));
  return { open: (name) => choose(named(name)) };
}
