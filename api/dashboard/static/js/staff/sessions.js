// One's own open sessions: where and by what each was opened, and its end.
import { clockText, dateText } from "../base/clock.js";
import { confirmDialog, tried } from "../base/dialog.js";
import { $, h, trouble } from "../base/dom.js";
import { get, remove } from "../base/http.js";

const PROOFS = { passkey: "with a passkey", provider: "through the hospital’s sign-in", password: "" };
const at = (text) => `${dateText(Date.parse(text))}, ${clockText(Date.parse(text))}`;

export async function showSessions() {
  try {
    const { items } = await get("/me/sessions");
    $("sessions").replaceChildren(h("ul", { class: "channels" }, items.map(line)),
      h("div", { class: "row-end" },
        items.length > 1 && h("button", { type: "button", onclick: endOthers }, "Log out everywhere else"),
        h("button", { type: "button", class: "quiet", onclick: endAll }, "Log out everywhere…")));
  } catch (problem) { trouble($("sessions"), problem, "Reload the page to try again."); }
}
function line(one) {
  const name = one.machine || (one.kind === "bearer" ? "A program" : "A browser");
  return h("li", { "data-session": one.id },
    h("p", {}, h("b", {}, name), one.current && h("span", { class: "tag" }, "this one"), one.address ? ` from ${one.address}` : "",
      h("span", { class: "small soft" }, ` Opened ${at(one.created_at)}${PROOFS[one.proved_by] && `, ${PROOFS[one.proved_by]}`}; last used ${at(one.used_at)}.`)),
    !one.current && h("div", { class: "actions" }, h("button", { type: "button", "aria-label": `Log out: ${name}, opened ${at(one.created_at)}`, onclick: () => end(one, name) }, "Log out")));
}
const end = (one, name) => tried($("sessions-told"), `${name} is logged out.`, async () => { await remove(`/me/sessions/${one.id}`); await showSessions(); });
const endOthers = () => tried($("sessions-told"), "Logged out everywhere else.", async () => { await remove("/me/sessions?others=true"); await showSessions(); });
function endAll() {
  confirmDialog({ title: "Log out everywhere?", act: "Log out everywhere", parts: h("p", {}, "This page is logged out as well."),
    send: async () => { await remove("/me/sessions"); location.assign("/login"); } });
}
