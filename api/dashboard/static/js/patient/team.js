// A patient's care team, and the account with which they see their own readings.
import { confirmDialog, field, options, tried } from "../base/dialog.js";
import { $, empty, h } from "../base/dom.js";
import { all, page, put } from "../base/http.js";
import { makeLink } from "../staff/link_dialog.js";
import { held, hold, whose } from "./held.js";

export async function team() {
  const clinicians = await all("/clinicians");
  const known = new Set(clinicians.map((one) => one.id));
  const inTeam = new Set(held().care_team);
  const choice = (one) => h("label", { class: "choice" }, h("input", { type: "checkbox", name: "clinician", value: one.id, checked: inTeam.has(one.id) }), one.display_name || one.username, h("span", { class: "tag" }, one.role));
  const gone = held().care_team.filter((one) => !known.has(one)).length;
  $("team").replaceChildren($("team").querySelector("legend"), ...(clinicians.length ? clinicians.map(choice) : [empty("No clinicians yet.", "An administrator opens their accounts under “People”.")]),
    gone ? h("p", { class: "ageing" }, `${gone} of the team can no longer sign in; saving takes them out.`) : "");
}
export async function accounts() {
  const id = held().id;
  const [linked, waiting] = await Promise.all([page(`/ui/patients/${id}/accounts`), all("/registrations", {}, 500)]);
  const picker = h("select", {}, options(waiting.map((one) => [one.id, `${one.username}${one.display_name ? `, ${one.display_name}` : ""}`])));
  const link = () => {
    const name = picker.selectedOptions[0].textContent;
    confirmDialog({ title: `Link ${name} to ${whose()}?`, act: "Link", about: whose(), parts: [h("p", {}, h("b", {}, name), " will see the readings and messages of ", h("b", {}, whose()), "."), h("p", {}, "Make sure that it is the same person, face to face or by phone. Anybody can register under any name.")],
      send: async () => { await put(`/patients/${id}/account`, { user_id: picker.value }); await accounts(); } });
  };
  const invite = () => makeLink({ title: `Invite ${whose()}`, path: "/invitations", body: { role: "patient", patient: id }, about: ["The account is linked to this record at once. Hand the link to ", h("b", {}, whose()), " alone."] });
  const reset = (one) => makeLink({ title: `New password for ${one.username}`, path: `/users/${one.id}/reset-link`, body: {}, factor: true, about: ["Make sure who asks: whoever opens the link can read this record."] });
  $("accounts").replaceChildren(
    h("p", {}, linked.items.length ? ["Sees their own readings as ", linked.items.map((one) => h("b", {}, one.username)), "."] : "None yet. Invite the patient by link, or link an account that they have registered."),
    h("p", {}, h("button", { type: "button", onclick: invite }, "Invite by link…"), linked.items.map((one) => [" ", h("button", { type: "button", onclick: () => reset(one) }, `New password for ${one.username}…`)])),
    waiting.length ? h("div", { class: "inline-form" }, field("registration", "Registered, waiting", picker), h("button", { type: "button", onclick: link }, "Link…")) : h("p", { class: "small soft" }, "Nobody waits to be linked."));
}
export function teamForm(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const clinicians = new FormData(form).getAll("clinician");
    tried($("team-told"), "Team saved.", async () => { await put(`/patients/${held().id}/care-team`, { clinicians, revision: held().revision }); await hold(held().id); await team(); });
  });
}
