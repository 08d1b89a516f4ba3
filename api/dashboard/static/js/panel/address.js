// What of the panel is shown, as its address says it: Back and a copied address show the same. What an address
// leaves out is as the person has kept it, else the usual.
import { chosenOf } from "./columns.js";

/** @typedef {{ show: string, sort: string, search: string, page: number, steady: boolean, wall: boolean, columns: string[] }} View */
/** @typedef {{ show?: string | null, sort?: string | null, columns?: string[] | null }} Kept */
export const SHOWS = ["attention", "unowned", "alerts", "urgent", "partial", "silent", "unassigned", "round", "overdue", "unheard", "all"];
/** @type {[string, string][]} */
export const SORTS = [["urgency", "Need"], ["score", "NEWS2"], ["waiting", "Longest waiting for an answer"], ["silent", "Longest silent"], ["name", "Name"]];
const NEED = "urgency";
const FIRST = "attention";

/** @param {string | null | undefined} said @param {string[]} known @param {string} usual */
const oneOf = (said, known, usual) => (said && known.includes(said) ? said : usual);
/** @param {string | null | undefined} said */
const sortOf = (said) => oneOf(said, SORTS.map(([name]) => name), NEED);

/** @param {string} query @param {Kept} [kept] @returns {View} */
export function viewOf(query, kept = {}) {
  const said = new URLSearchParams(query);
  const page = Number(said.get("page") ?? "1");
  return {
    show: oneOf(said.get("show") ?? kept.show, SHOWS, FIRST), sort: sortOf(said.get("sort") ?? kept.sort), search: said.get("search") ?? "",
    page: Number.isInteger(page) && page > 0 ? page - 1 : 0, steady: said.get("steady") === "1", wall: said.get("view") === "wall",
    columns: chosenOf(said.get("columns") ?? kept.columns?.join(",") ?? null),
  };
}
// Said in full where what is kept differs from the usual: an address means the same after that has changed.
/** @param {View} view @param {Kept} [kept] @returns {string} */
export function addressOf(view, kept = {}) {
  const said = new URLSearchParams();
  const columns = view.columns.join(",");
  if (view.show !== FIRST || (kept.show ?? FIRST) !== FIRST) said.set("show", view.show);
  if (view.sort !== NEED || sortOf(kept.sort) !== NEED) said.set("sort", view.sort);
  if (view.search) said.set("search", view.search);
  if (view.page) said.set("page", `${view.page + 1}`);
  if (view.steady) said.set("steady", "1");
  if (view.wall) said.set("view", "wall");
  if (columns !== chosenOf(kept.columns?.join(",") ?? null).join(",")) said.set("columns", columns);
  const text = said.toString().replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}
// What the server is asked for: a search goes over everybody, and so does whoever unfolds the steady ones.
/** @param {View} view @returns {string} */
export const askedOf = (view) => (view.show === FIRST && (view.steady || view.search) ? "all" : view.show);
/** @param {View} view */
export const byNeed = (view) => view.sort === NEED;
