// A notice leads to its alert by the page's address: bring it before the reader's eyes.
export function lead() {
  const line = location.hash && document.querySelector(`[data-id="${CSS.escape(location.hash.slice(1))}"]`);
  if (!line) return;
  /** @type {HTMLElement} */ (line.closest("li")).focus();
  line.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", lead);
