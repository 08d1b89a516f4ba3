// Who works here: the people whom the plan gives patients to, and (for administrators) all accounts.
import { field, formDialog, options, tried } from "../base/dialog.js";
import { $, h, empty, trouble } from "../base/dom.js";
import { all, patch, post } from "../base/http.js";
import { watch } from "../base/vigil.js";
import { accounts } from "../staff/accounts.js";
import { links } from "../staff/links.js";

const skillsOf = (text) => text.split(",").map((skill) => skill.trim()).filter(Boolean);
let clinicians = [];

async function load() {
  try {
    const [staff, known] = await Promise.all([all("/doctors"), all("/clinicians")]);
    clinicians = known;
    $("staff").replaceChildren(staff.length ? table(staff) : empty("Nobody yet.", "Add the first doctor or nurse, then give them a shift on the capacity board."));
  } catch (problem) { trouble($("staff"), problem); }
}
const accountName = (id) => { const found = clinicians.find((one) => one.id === id); return found ? found.username : "an account that is disabled"; };

function table(staff) {
  const row = (one) => h("tr", {}, h("td", { class: "wide" }, h("b", {}, one.name), " ", h("span", { class: "tag" }, one.kind)),
    h("td", { "data-label": "Skills" }, one.skills.length ? one.skills.join(", ") : h("span", { class: "soft" }, "none named")),
    h("td", { "data-label": "Cost an hour", class: "number" }, `${one.cost_per_hour}`),
    h("td", { "data-label": "Patients at most", class: "number" }, one.max_patients ?? "no limit"),
    h("td", { "data-label": "Phone" }, one.phone ? h("a", { href: `tel:${one.phone.replace(/[^0-9+*#]/g, "")}` }, one.phone) : h("span", { class: "soft" }, "none")),
    h("td", { "data-label": "Signs in as" }, one.user_id ? accountName(one.user_id) : h("span", { class: "ageing" }, "no account: receives no alerts")),
    h("td", {}, h("button", { type: "button", "aria-label": `Change ${one.name}, ${one.kind}${one.user_id ? `, ${accountName(one.user_id)}` : ""}`, onclick: () => edit(one) }, "Change…")));
  return h("div", { class: "scroll" }, h("table", { class: "stack" }, h("thead", {}, h("tr", {}, [["Name"], ["Skills"], ["Cost an hour", "number"], ["Patients at most", "number"], ["Phone"], ["Signs in as"]].map(([text, kind]) => h("th", { scope: "col", class: kind }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Change")))), h("tbody", {}, staff.map(row))));
}
function edit(one = null) {
  const kind = h("select", {}, options([["doctor", "doctor"], ["nurse", "nurse"]], one?.kind ?? "doctor"));
  const account = h("select", {});
  const offer = () => account.replaceChildren(...options([["", "none"], ...clinicians.filter((known) => known.role === kind.value).map((known) => [known.id, `${known.username}${known.display_name ? `, ${known.display_name}` : ""}`])], one?.user_id));
  kind.addEventListener("change", offer);
  offer();
  formDialog({ title: one ? `Change ${one.name}` : "Add a doctor or nurse", act: one ? "Save" : "Add", wide: true, parts: [h("div", { class: "form-grid" },
    field("name", "Name", h("input", { required: true, maxlength: 200, value: one?.name ?? "" })), field("kind", "Kind", kind),
    field("user_id", "Signs in as", account, "their account gets the alerts"),
    field("skills", "Skills", h("input", { value: one?.skills.join(", ") ?? "", placeholder: "cardiac, dialysis" }), "comma between"),
    field("cost_per_hour", "Cost an hour", h("input", { type: "number", min: 0, max: 100000, step: "any", value: one?.cost_per_hour ?? 0, required: true })),
    field("max_patients", "Patients at most", h("input", { type: "number", min: 0, max: 10000, step: 1, value: one?.max_patients ?? "" }), "empty for no limit"),
    field("phone", "Phone", h("input", { type: "tel", maxlength: 60, value: one?.phone ?? "" }), "to be called in"))],
    send: async (said) => {
      const body = { name: said.get("name").trim(), kind: said.get("kind"), user_id: said.get("user_id") || null, skills: skillsOf(said.get("skills")), cost_per_hour: Number(said.get("cost_per_hour")), max_patients: said.get("max_patients") === "" ? null : Number(said.get("max_patients")), phone: said.get("phone").trim() || null };
      await (one ? patch(`/doctors/${one.id}`, { ...body, revision: one.revision }) : post("/doctors", body));
      await tried($("staff-told"), one ? `${body.name} changed. A new plan follows by itself.` : `${body.name} added. Give them a shift on the capacity board.`, load);
    } });
}
$("add-staff").addEventListener("click", () => edit());

await watch();
await load();
$("add-staff").disabled = false;
await links();
if ($("accounts")) await accounts(load);
