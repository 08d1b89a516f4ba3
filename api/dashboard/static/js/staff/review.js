// Before anything of how people are judged is saved: what is changed, what it would have called, and why.
import { options, field, formDialog } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { wardNow } from "../base/clock.js";
import { tryOut } from "./try_settings.js";

const DAY_MS = 86400000;
const TYPING_MS = 600;
const SPANS = [["7", "the last 7 days"], ["14", "the last 14 days"], ["30", "the last 30 days"]];

// `changes`: nodes that say them, or fields; `path`, `body()`: where a what-if is asked for, and with what
// (null: with nothing yet); `send(reason)` saves, and may return nodes that say why not: they are shown,
// and the next press tries again. What is typed among the changes is tried anew.
export function review({ title, about, changes, path, body, send, reason = "" }) {
  const why = h("textarea", { rows: 2, required: true, minlength: 3, maxlength: 1000 }, reason);
  const span = h("select", {}, options(SPANS, "7"));
  const found = h("div", { class: "found" });
  const clash = h("div", { role: "alert" });
  const look = () => body() && tryOut(found, path, { ...body(), from: new Date(wardNow() - Number(span.value) * DAY_MS).toISOString() });
  span.addEventListener("change", look);
  const dialog = formDialog({ title, about, act: "Save", wide: true, parts: [
    changes, clash, field("reason", "Why", why, "kept with the change"),
    h("section", { class: "tried" }, field("span", "What it would have done in", span), found)],
    send: async () => {
      const kept = await send(why.value.trim());
      if (!kept) return;
      clash.replaceChildren(...kept);
      throw new Error("Not saved yet: somebody else has changed this meanwhile.");
    } });
  const first = dialog.querySelector("input");
  let typing = 0;
  dialog.addEventListener("input", (event) => {
    if (event.target === why || event.target === span) return;
    clearTimeout(typing);
    typing = setTimeout(look, TYPING_MS);
  });
  dialog.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input")) { event.preventDefault(); why.focus(); } });
  if (first) { first.focus(); first.select(); } else why.focus();
  look();
  return dialog;
}
