// Keys that work on every page, and `?`, which lists them: search, the next row, another page.
import { $, $$, h } from "./dom.js";
import { noticeDialog } from "./dialog.js";
import { t } from "./language.js";

const SEQUENCE_MS = 1500;
const ROWS = "#rows a.person, .alert, #list a.person";
/** @type {[string, string][]} */
const OWN = [["?", t("This list")], ["/", t("Search")], ["j", t("Next patient or alert")], ["k", t("The one before")]];

// What a key means here: an action by name, "g" as the first of two, or nothing.
/** @param {{ key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean }} event @param {{ typing: boolean, after: string }} where
 * @returns {string} */
export function meaning(event, { typing, after }) {
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return "";
  if (after === "g") return `go ${event.key.toLowerCase()}`;
  return { "?": "help", "/": "search", j: "next", k: "previous", g: "g" }[event.key] ?? "";
}
// A letter for each page of the menu: the first of its name that no page before it has; a figure where it has none.
/** @param {string[]} names @returns {string[]} */
export function letters(names) {
  /** @type {string[]} */
  const taken = [];
  for (const name of names) taken.push([...name.toLowerCase()].find((letter) => /[a-z]/.test(letter) && !taken.includes(letter)) ?? [..."123456789"].find((figure) => !taken.includes(figure)) ?? "");
  return taken;
}
const pages = () => $$(".masthead nav a");

function help() {
  const links = pages();
  const ways = letters(links.map((link) => link.textContent)).map((letter, at) => [`g ${letter}`, links[at].firstChild.textContent]);
  const list = (pairs) => h("dl", { class: "shortcuts" }, pairs.map(([keys, does]) => [h("dt", {}, keys.split(" ").map((key) => [h("kbd", {}, key), " "])), h("dd", {}, does)]));
  noticeDialog({ title: t("Keys"), act: t("Close"), parts: [list(OWN), h("h3", {}, t("Pages")), list(ways), h("p", { class: "small soft" }, t("The round has keys of its own, named there. Tab, Enter and Escape work as everywhere."))] });
}
function step(by) {
  const rows = $$(ROWS).filter((one) => one.offsetParent !== null);
  const at = rows.findIndex((one) => one.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
function go(letter) {
  const links = pages();
  const at = letters(links.map((link) => link.textContent)).indexOf(letter);
  if (at >= 0) links[at].click();
}
const ACTS = { help, search: () => $("search")?.focus(), next: () => step(1), previous: () => step(-1) };

export function shortcuts() {
  let after = "";
  addEventListener("keydown", (event) => {
    const at = /** @type {any} */ (event.target);
    const typing = Boolean(document.querySelector("dialog[open]")) || at.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");
    const means = meaning(event, { typing, after });
    after = means === "g" ? "g" : "";
    if (!means) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (means === "g") setTimeout(() => { after = ""; }, SEQUENCE_MS);
    else if (means.startsWith("go ")) go(means.slice(3));
    else ACTS[means]();
  }, true);
}
if (globalThis.document?.body.dataset.role) shortcuts();
