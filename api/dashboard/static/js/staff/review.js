// Before anything of how people are judged is saved: what is changed, what it would have called, and why.
import { options, field, formDialog } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { wardNow } from "../base/clock.js";
import { tryOut } from "./try_settings.js";

const DAY_MS = 86400000;
const SPANS = [["7", "the last 7 days"], ["14", "the last 14 days"], ["30", "the last 30 days"]];

// `changes`: nodes that say them; `path`, `body`: where a what-if is asked for, and with what; `send(reason)`
// saves, and may return nodes that say why not: they are shown, and the next press tries again.
export function review({ title, about, changes, path, body, send }) {
  const why = h("textarea", { rows: 2, required: true, minlength: 3, maxlength: 1000, autofocus: true });
  const span = h("select", {}, options(SPANS, "7"));
  const found = h("div", { class: "found" });
  const clash = h("div", { role: "alert" });
  const look = () => tryOut(found, path, { ...body, from: new Date(wardNow() - Number(span.value) * DAY_MS).toISOString() });
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
  why.focus();
  look();
  return dialog;
}
