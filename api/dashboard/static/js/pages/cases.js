// Cases: asked of me, asked by me, and of the patients whom I see.
import { dayText, secondsText } from "../base/clock.js";
import { $, h, trouble } from "../base/dom.js";
import { all } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";

const REFRESH_MS = 30000;
const STATES = { open: "", closed: "closed", over: "over" };
const short = (text) => (text && text.length > 160 ? `${text.slice(0, 160)}…` : text ?? "(erased)");

function signed(one) {
  const done = one.experts.filter((expert) => expert.signed_at).length;
  return `${done} of ${one.experts.length} signed`;
}
function line(one) {
  const label = one.label ?? "(erased)";
  const asked = Date.parse(one.asked_at);
  return h("li", { "data-key": one.id }, h("div", {}, h("b", {}, label), " ", STATES[one.state] && h("span", { class: "tag" }, STATES[one.state]), h("p", { class: "about" }, short(one.question)),
    h("p", { class: "soft small" }, `Asked by ${one.asked_by_name ?? "somebody"}, ward ${one.asked_by_ward ?? "?"}, `, moment(one.asked_at), `; ${signed(one)}`, one.state === "open" && ["; ends ", moment(one.until)])),
  h("a", { class: one.state === "open" && one.asked_of_me ? "button primary" : "button", href: `/cases/${one.id}`, "aria-label": `Open the case of ${label}, asked ${dayText(asked)} ${secondsText(asked)}: ${short(one.question).slice(0, 60)}` }, "Open"));
}
function list(where, items, none) {
  update($(where), items.length ? items.map(line) : h("li", { class: "soft", "data-key": "none" }, none));
}
async function load() {
  try {
    const seen = await all("/cases", { limit: 200 }, 400);
    if (!$("to-me")) { list("ward", seen, "No case was opened."); return; }
    const mine = new Set((await all("/cases", { side: "by_me", limit: 200 }, 400)).map((one) => one.id));
    list("to-me", seen.filter((one) => one.asked_of_me), "Nobody asks you now.");
    list("by-me", seen.filter((one) => mine.has(one.id)), "You have asked nobody. On a patient’s chart, More has “Ask colleagues”.");
    list("ward", seen.filter((one) => !one.asked_of_me && !mine.has(one.id)), "None.");
  } catch (problem) { trouble($("to-me") ?? $("ward"), problem); }
}
await watch();
await load();
setInterval(load, REFRESH_MS);
new AlertStream({ onEvent: () => {}, onState: (state) => lineState(state) }).run();
