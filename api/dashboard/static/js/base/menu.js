// What opens below its summary in a `details`: Escape and whatever is pressed or focused elsewhere close it. What
// is chosen in it closes it first, so that a dialog gives the focus back to the summary from which it came.

/** @param {HTMLDetailsElement} node */
export function menu(node) {
  const head = node.querySelector("summary");
  function close(back) {
    if (!node.open) return;
    if (back) head.focus();
    node.open = false;
  }
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !node.open) return;
    event.preventDefault();
    close(true);
  });
  node.addEventListener("click", (event) => { if (/** @type {Element} */ (event.target).closest("button, a")) close(true); }, true);
  node.addEventListener("focusout", (event) => { if (event.relatedTarget instanceof Node && !node.contains(event.relatedTarget)) close(false); });
  addEventListener("pointerdown", (event) => { if (!node.contains(/** @type {Node} */ (event.target))) close(false); });
}
