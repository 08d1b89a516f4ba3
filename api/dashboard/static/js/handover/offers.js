// Handovers that were given: those that wait for me to sign, and what was signed in the last day.
import { clockText, dayText, wardNow } from "../base/clock.js";
import { $, h, say } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { update } from "../base/patch.js";
import { personLink } from "../parts/person.js";
import { saidAs } from "./told.js";

const DAY_MS = 24 * 3600 * 1000;
const MOST = 20;
const STATES = { offered: "waits to be taken over", accepted: "taken over", withdrawn: "taken back", lapsed: "nobody took it over in time", over: "taken over, and over with the shift" };
const at = (text) => { const ms = Date.parse(text); return `${dayText(ms)} ${clockText(ms)}`; };
const many = (n) => `${n} ${n === 1 ? "patient" : "patients"}`;
let me = "";
let read = new Map();
let failed = "";

// What a handover holds does not change once it was given: each is read once, but for its state.
export async function loadOffers() {
  me ||= (await get("/me")).id;
  const { items } = await get("/handovers", { limit: MOST });
  const shown = items.filter((one) => one.state === "offered" || Date.parse(one.given_at) > wardNow() - DAY_MS);
  const lines = await Promise.all(shown.map(async (one) => read.get(`${one.id} ${one.state}`) ?? (await get(`/handovers/${one.id}`)).lines));
  read = new Map(shown.map((one, n) => [`${one.id} ${one.state}`, lines[n]]));
  draw(shown.map((one, n) => ({ ...one, lines: lines[n] })));
}
async function answered(one, verb) {
  failed = "";
  try {
    await post(`/handovers/${one.id}/${verb}`);
    say(verb === "accept" ? `You took over ${many(one.patients)} from ${one.given_by_name}` : "Taken back");
  } catch (problem) { failed = problem.message; say(failed, true); }
  await loadOffers();
}
function signatures(one) {
  const taken = one.accepted_at ? [h("b", {}, one.given_to_name), " took over ", at(one.accepted_at)] : [h("b", {}, one.given_to_name), `: ${STATES[one.state]}`];
  return h("p", { class: "signed" }, h("span", {}, h("b", {}, one.given_by_name), " handed over ", at(one.given_at)), h("span", {}, taken));
}
const line = ({ patient, name, identifier, note, told }) => h("li", { "data-key": patient }, h("h3", {}, personLink({ patient, name, identifier })), saidAs(told), note && h("p", { class: "said" }, note));
function card(one) {
  const mine = one.given_to === me && one.state === "offered";
  const back = one.given_by === me && one.state === "offered";
  return h("section", { class: mine ? "card offer waiting" : "card offer", "data-key": one.id },
    h("h2", {}, mine ? `${one.given_by_name} hands ${many(one.patients)} over to you` : one.given_by === me ? `${many(one.patients)} handed to ${one.given_to_name}` : `${many(one.patients)} from ${one.given_by_name}`),
    signatures(one), mine || back ? list(one) : h("details", {}, h("summary", {}, "What was handed over", h("span", { class: "visually-hidden" }, ` by ${one.given_by_name} to ${one.given_to_name} ${at(one.given_at)}`)), list(one)),
    failed && (mine || back) && h("p", { class: "wrong", role: "alert" }, failed),
    (mine || back) && h("div", { class: "row-end" },
      mine && h("button", { type: "button", class: "primary", onclick: () => answered(one, "accept"), "aria-label": `Sign: I take over ${many(one.patients)} from ${one.given_by_name}, handed over ${at(one.given_at)}` }, `Sign: I take over ${many(one.patients)}`),
      back && h("button", { type: "button", onclick: () => answered(one, "withdraw"), "aria-label": `Take back what was handed to ${one.given_to_name} ${at(one.given_at)}` }, "Take back")));
}
const list = (one) => h("ul", { class: "handed" }, one.lines.map(line), one.lines.length < one.patients && h("li", { "data-key": "rest", class: "soft" }, "Of the others you may not read any more."));
function draw(all) {
  const rank = (one) => (one.state === "offered" && one.given_to === me ? 0 : one.state === "offered" ? 1 : 2);
  update($("offers"), ...[...all].sort((a, b) => rank(a) - rank(b)).map(card));
}
