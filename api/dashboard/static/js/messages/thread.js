// One patient's messages, the newest at the end; what stands on the page is told to be seen while somebody looks.
import { tried } from "../base/dialog.js";
import { $, h, say, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { tell } from "../base/unread.js";
import { t, woven } from "../base/language.js";

const PAGE = 30;
const ROLES = { patient: t("patient"), doctor: t("doctor"), nurse: t("nurse"), coordinator: t("coordinator"), admin: t("administrator") };

const seenLine = (one, mine) => (mine ? one.seen.length ? h("span", { class: "soft small" }, woven("Seen by {who}", { who: one.seen.map((who, at) => [at > 0 && t("; "), who.name ?? t("somebody"), who.role && t(", {role}", { role: ROLES[who.role] ?? who.role }), " ", moment(who.at)]) })) : h("span", { class: "soft small" }, t("Not seen yet")) : null);
function messageItem(one, asPatient) {
  const mine = one.by_patient === asPatient;
  return h("li", { class: mine ? "mine" : "theirs", "data-key": one.id }, h("p", {}, one.text ?? t("(erased)")), h("span", { class: "soft small" }, one.written_by_name ?? t("somebody"), " ", moment(one.written_at)), seenLine(one, mine));
}

// The form beneath it; `of()` is the conversation that is open.
export function writing(of, done = () => {}) {
  $("write").addEventListener("submit", async (event) => { event.preventDefault(); if (of()) { await tried($("wrote"), t("Sent."), () => of().write()); done(); } });
  $("words").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("write").requestSubmit(); });
}
/** @param {{ patient: string, asPatient: boolean }} asked */
export function thread({ patient, asPatient }) {
  let items = [];
  let next = null;
  let whole = false;
  let told = null;
  let stopped = false;
  const path = `/patients/${patient}/messages`;

  function draw() {
    update($("older"), next && h("button", { type: "button", class: "quiet", "data-key": "older", onclick: older }, t("Older messages")));
    update($("said"), items.length ? [...items].reverse().map((one) => messageItem(one, asPatient)) : h("li", { class: "soft", "data-key": "none" }, t("No messages yet.")));
  }
  async function older() {
    const answer = await get(path, { limit: PAGE, cursor: next });
    items = [...items, ...answer.items];
    next = answer.next;
    whole = true;
    draw();
  }
  async function see() {
    const newest = items.find((one) => one.by_patient !== asPatient);
    if (!newest || newest.id === told || document.visibilityState !== "visible") return;
    told = newest.id;
    tell(await post(`${path}/seen`, { upto: newest.id }));
  }
  async function load() {
    try {
      const answer = await get(path, { limit: PAGE });
      if (stopped) return;
      const known = new Set(answer.items.map((one) => one.id));
      const before = items.length;
      const kept = items.filter((one) => !known.has(one.id));
      items = [...answer.items, ...(whole || kept.length ? kept : [])];
      if (!whole) next = answer.next;
      draw();
      if (before && answer.items[0] && answer.items[0].by_patient !== asPatient && answer.items[0].id !== told) say(t("A new message."));
      if (items.length !== before) $("said").parentElement.scrollTop = $("said").scrollHeight; // what stands above, stays
      await see();
    } catch (problem) { if (!stopped) trouble($("said"), problem); }
  }
  async function write() {
    const words = $("words");
    const text = words.value.trim();
    if (!text) return;
    const once = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
    await post(path, { text }, { "Idempotency-Key": once });
    words.value = "";
    await load();
  }
  const looked = () => { if (document.visibilityState === "visible") load(); };
  document.addEventListener("visibilitychange", looked);
  return { load, write, stop() { stopped = true; document.removeEventListener("visibilitychange", looked); } };
}
