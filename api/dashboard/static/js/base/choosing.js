// A row of buttons of which one is pressed, and a field that answers when typing rests.
const TYPING_MS = 250;

// `choose` gets the data of the button that was pressed.
export function chooser(group, choose) {
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    press(group, button);
    choose(button.dataset);
  });
}
export function press(group, button) {
  for (const one of group.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
}
export function typed(input, then) {
  let typing = 0;
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => then(input.value.trim()), TYPING_MS);
  });
}
