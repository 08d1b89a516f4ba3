// The shifts to come: taken off only after a question, put back again, and absence told apart.
import { timeText, wardNow } from "../base/clock.js";
import { confirmDialog, field, formDialog } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { post, remove } from "../base/http.js";
import { update } from "../base/patch.js";

const SHOWN = 30;
const at = (text) => timeText(Date.parse(text));

export function shiftTable(body, { told, doctorName }) {
  const who = (shift) => shift.doctor_name ?? doctorName(shift.doctor_id);
  const span = (shift) => `${at(shift.start)} to ${at(shift.end)}`;
  const button = (shift, verb, text, act) => h("button", { type: "button", class: "quiet", "data-key": verb, "aria-label": `${text}: the shift of ${who(shift)}, ${span(shift)}`, onclick: () => act(shift) }, text);

  const takeOff = (shift) => confirmDialog({ title: `Take ${who(shift)} off the rota?`, act: "Take off",
    parts: [h("p", {}, h("b", {}, who(shift)), `, ${span(shift)}. Open alerts go to somebody else who is there, and a new plan follows by itself.`),
      h("p", { class: "small soft" }, "For a shift that was never meant. Somebody who is ill or called away is absent: say that instead. It can be put back for a day.")],
    send: () => told(() => remove(`/shifts/${shift.id}`), `${who(shift)}'s shift was taken off. It can be put back below.`) });
  const absent = (shift) => formDialog({ title: `${who(shift)} is absent`, act: "Save",
    parts: [h("p", {}, `Shift ${span(shift)}. From now on (or from its start) ${who(shift)} is not there: open alerts go to somebody else, and a new plan follows by itself.`),
      field("reason", "Why", h("input", { required: true, maxlength: 200, placeholder: "ill, called away" }))],
    send: (said) => told(() => post(`/shifts/${shift.id}/absence`, { reason: said.get("reason").trim() }), `${who(shift)} is absent.`) });
  const back = (shift) => told(() => post(`/shifts/${shift.id}/restore`), `${who(shift)}'s shift is on the rota again.`);
  const there = (shift) => told(() => remove(`/shifts/${shift.id}/absence`), `${who(shift)} is there.`);

  function acts(shift) {
    if (shift.removed_at) return button(shift, "restore", "Put back", back);
    return [shift.absent_from ? button(shift, "there", "Is there after all", there) : button(shift, "absent", "Absent…", absent), " ", button(shift, "remove", "Remove…", takeOff)];
  }
  const row = (shift) => h("tr", { "data-key": shift.id, class: shift.removed_at ? "soft" : "" },
    h("td", {}, shift.removed_at ? h("s", {}, who(shift)) : who(shift), shift.removed_at && " taken off",
      !shift.removed_at && shift.absent_from && h("span", { class: "ageing" }, ` absent from ${at(shift.absent_from)}: ${shift.absence_reason ?? ""}`)),
    h("td", {}, at(shift.start)), h("td", {}, at(shift.end)), h("td", {}, acts(shift)));

  return (shifts) => {
    const coming = shifts.filter((shift) => Date.parse(shift.end) > wardNow()).sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
    update(body, coming.slice(0, SHOWN).map(row));
  };
}
