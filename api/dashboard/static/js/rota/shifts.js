// The calendar of shifts to come: taken off only after a question, put back again, absence told apart.
import { clockText, dateText, dayText, timeText, wardNow } from "../base/clock.js";
import { confirmDialog, field, formDialog } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { post, remove } from "../base/http.js";
import { update } from "../base/patch.js";

const DAYS = 7;
const DAY_MS = 86400000;
const at = (text) => timeText(Date.parse(text));
export const timeOf = (one) => `${clockText(Date.parse(one.start))}–${clockText(Date.parse(one.end))}`;

export function shiftTable(table, { told, doctorName }) {
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
  // one line a person, one column a day: a shift stands on the day on which it begins
  const chip = (shift) => h("div", { "data-key": shift.id, class: shift.removed_at ? "shift-chip soft" : shift.absent_from ? "shift-chip ageing" : "shift-chip" },
    shift.removed_at ? h("s", {}, timeOf(shift)) : timeOf(shift), shift.removed_at && " taken off",
    !shift.removed_at && shift.absent_from && h("span", { class: "ageing" }, ` absent from ${clockText(Date.parse(shift.absent_from))}: ${shift.absence_reason ?? ""}`), h("span", { class: "acts" }, acts(shift)));

  return (shifts) => {
    const first = Date.parse(dateText(wardNow()));
    const days = [...Array(DAYS).keys()].map((day) => dateText(first + day * DAY_MS));
    const dayOf = (shift) => { const day = dateText(Date.parse(shift.start)); return day < days[0] ? days[0] : day; };
    const coming = shifts.filter((shift) => Date.parse(shift.end) > wardNow()).sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
    const later = coming.filter((shift) => dayOf(shift) > days[DAYS - 1]).length;
    const people = [...new Map(coming.map((shift) => [shift.doctor_id, who(shift)])).entries()].sort((a, b) => a[1].localeCompare(b[1]));
    const cells = Map.groupBy(coming, (shift) => `${shift.doctor_id} ${dayOf(shift)}`);
    const cell = (id, day) => h("td", { "data-key": day }, (cells.get(`${id} ${day}`) ?? []).map(chip));
    update(table, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Who"), days.map((day) => h("th", { scope: "col", "data-key": day }, dayText(Date.parse(day)))))),
      h("tbody", {}, people.map(([id, called]) => h("tr", { "data-key": id }, h("th", { scope: "row" }, called), days.map((day) => cell(id, day)))),
        !people.length && h("tr", { "data-key": "none" }, h("td", { class: "soft", colspan: `${DAYS + 1}` }, "No shift is planned.")),
        later > 0 && h("tr", { "data-key": "later" }, h("td", { class: "soft", colspan: `${DAYS + 1}` }, `${later} later than that.`))));
  };
}
