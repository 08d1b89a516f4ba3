// Who looked at my record: day by day, in plain words; one's own visits are folded away.
import { clockText, dayText } from "../base/clock.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { get } from "../base/http.js";
import { watch } from "../base/vigil.js";
import { listed, t, woven } from "../base/language.js";

const ROLES = { doctor: t("doctor"), nurse: t("nurse"), coordinator: t("coordinator"), admin: t("administrator"), auditor: t("auditor"), machine: t("program") };
const WHY = {
  "care team": t("as one of your care team"), plan: t("as the person whom the plan gave you to"), handover: t("to take you over for a shift"),
  alert: t("for an alert about you"), "emergency access": t("by emergency access"), ward: t("for your ward"),
};
let following = null;

function line(one) {
  const at = Date.parse(one.at);
  const role = ROLES[one.role];
  return h("li", {}, h("span", { class: "soft" }, clockText(at), " "), h("b", {}, one.who), role ? ` (${role}) ` : " ", one.what, WHY[one.why] ? h("span", { class: "soft" }, t(", {why}", { why: WHY[one.why] })) : "", t("."));
}
function show(items) {
  const others = items.filter((one) => one.role !== "patient");
  const board = $("looked");
  for (const one of others) {
    const day = dayText(Date.parse(one.at));
    let list = board.querySelector("section:last-child ul");
    if (board.querySelector("section:last-child h2")?.textContent !== day) {
      list = h("ul", {});
      board.append(h("section", { class: "card" }, h("h2", {}, day), list));
    }
    list.append(line(one));
  }
}
async function load() {
  try {
    const told = await get("/audit/me", following ? { cursor: following } : {});
    if (!following) $("looked").replaceChildren();
    show(told.items);
    following = told.next;
    $("more").hidden = !following;
    if (!$("looked").children.length && !following) $("looked").append(empty(t("Nobody but you."), t("As soon as somebody sees your record, it stands here.")));
  } catch (problem) { trouble($("trouble"), problem, t("Reload the page to try again.")); }
}
function ofCase(one) {
  const whom = listed(one.experts.map((expert) => t("{name} (ward {ward})", { name: expert.name, ward: expert.ward })));
  const day = h("span", { class: "soft" }, dayText(Date.parse(one.asked_at)));
  return h("li", {}, woven("{day} {who} asked {whom} for an opinion.", { day, who: h("b", {}, one.asked_by_name), whom: h("b", {}, whom) }), " ",
    one.open ? t("They can see what was shown to them until {day}.", { day: dayText(Date.parse(one.until)) }) : t("They see nothing of it any more."));
}
async function cases() {
  const { items } = await get("/me/cases").catch(() => ({ items: [] }));
  $("cases-part").hidden = !items.length;
  $("cases").replaceChildren(...items.map(ofCase));
}
$("more").addEventListener("click", load);
await watch();
await Promise.all([load(), cases()]);
