// What of the panel is shown, as its address says it: Back and a copied address show the same.

/** @typedef {{ show: string, search: string, page: number, steady: boolean, wall: boolean }} View */
export const SHOWS = ["attention", "unowned", "alerts", "urgent", "partial", "silent", "unassigned", "round", "all"];

/** @param {string} query @returns {View} */
export function viewOf(query) {
  const said = new URLSearchParams(query);
  const show = said.get("show") ?? "attention";
  const page = Number(said.get("page") ?? "1");
  return {
    show: SHOWS.includes(show) ? show : "attention", search: said.get("search") ?? "",
    page: Number.isInteger(page) && page > 0 ? page - 1 : 0, steady: said.get("steady") === "1", wall: said.get("view") === "wall",
  };
}
/** @param {View} view @returns {string} */
export function addressOf(view) {
  const said = new URLSearchParams();
  if (view.show !== "attention") said.set("show", view.show);
  if (view.search) said.set("search", view.search);
  if (view.page) said.set("page", `${view.page + 1}`);
  if (view.steady) said.set("steady", "1");
  if (view.wall) said.set("view", "wall");
  const text = said.toString();
  return text ? `?${text}` : "";
}
// What the server is asked for: a search goes over everybody, and so does whoever unfolds the steady ones.
/** @param {View} view @returns {string} */
export const askedOf = (view) => (view.show === "attention" && (view.steady || view.search) ? "all" : view.show);
