// One's own open sessions: where and by what each was opened, and its end.
import { clockText, dateText } from "../base/clock.js";
import { confirmDialog, tried } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, remove } from "../base/http.js";
import { t } from "../base/language.js";

const PROOFS = { passkey: t("with a passkey"), provider: t("through the hospital’s sign-in"), password: "" };
const at = (text) => t("{day}, {time}", { day: dateText(Date.parse(text)), time: clockText(Date.parse(text)) });

export async function showSessions() {
  try {
    const { items } = await get("/me/sessions");
    $("sessions").replaceChildren(h("ul", { class: "channels" }, items.map(line)),
      h("div", { class: "row-end" },
        items.length > 1 && h("button", { type: "button", onclick: endOthers }, t("Log out everywhere else")),
        h("button", { type: "button", class: "quiet", onclick: endAll }, t("Log out everywhere…"))));
  } catch (problem) { trouble($("sessions"), problem, t("Reload the page to try again.")); }
}
function opened(one) {
  const times = { time: at(one.created_at), used: at(one.used_at) };
  const how = PROOFS[one.proved_by];
  return how ? t("Opened {time}, {how}; last used {used}.", { ...times, how }) : t("Opened {time}; last used {used}.", times);
}
function line(one) {
  const name = one.machine || (one.kind === "bearer" ? t("A program") : t("A browser"));
  return h("li", { "data-session": one.id },
    h("p", {}, h("b", {}, name), one.current && h("span", { class: "tag" }, t("this one")), one.address ? [" ", t("from {address}", { address: one.address })] : "",
      h("span", { class: "small soft" }, " ", opened(one))),
    !one.current && h("div", { class: "actions" }, h("button", { type: "button", "aria-label": t("Log out: {name}, opened {time}", { name, time: at(one.created_at) }), onclick: () => end(one, name) }, t("Log out"))));
}
const end = (one, name) => tried($("sessions-told"), t("{name} is logged out.", { name }), async () => { await remove(`/me/sessions/${one.id}`); await showSessions(); });
const endOthers = () => tried($("sessions-told"), t("Logged out everywhere else."), async () => { await remove("/me/sessions?others=true"); await showSessions(); });
function endAll() {
  confirmDialog({ title: t("Log out everywhere?"), act: t("Log out everywhere"), parts: h("p", {}, t("This page is logged out as well.")),
    send: async () => { await remove("/me/sessions"); location.assign("/login"); } });
}
