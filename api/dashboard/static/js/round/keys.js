// The round by keyboard: a letter chooses, Enter saves, N leaves for later.
/** @type {Record<string, [string, string]>} */
export const KEYS = { a: ["acvpu", "0"], c: ["acvpu", "1"], v: ["acvpu", "2"], p: ["acvpu", "3"], u: ["acvpu", "4"], r: ["o2", "0"], o: ["o2", "1"] };

// What a key chooses; nothing while a key is held with another one or something is being typed.
/** @param {{ key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, repeat?: boolean }} event @returns {[string, string] | null} */
export const chosenBy = (event) => (event.ctrlKey || event.metaKey || event.altKey || event.repeat ? null : KEYS[event.key.toLowerCase()] ?? null);

/** @param {{ form: () => any, later: () => void }} round */
export function roundKeys({ form, later }) {
  addEventListener("keydown", (event) => {
    if (!form() || document.querySelector("dialog[open]")) return;
    const chosen = chosenBy(event);
    if (chosen) {
      const input = form().querySelector(`input[name="${chosen[0]}"][value="${chosen[1]}"]`);
      input.checked = true;
      input.focus();
      event.preventDefault();
    } else if (event.key.toLowerCase() === "n" && !event.ctrlKey && !event.metaKey && !event.altKey) later();
  });
}
