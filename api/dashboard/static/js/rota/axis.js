// The time axis: each person's work through the shift, in order, against the time they have.
// A piece is given to somebody else by dragging it onto their line, or by pressing it.
import { clockText } from "../base/clock.js";
import { answers, field, formDialog, options } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { update } from "../base/patch.js";
import { longList } from "../base/pieces.js";
import { called, staffNames } from "../words/people.js";

const HOUR_MS = 3600000;
const LONGEST_MS = 12 * HOUR_MS;
const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;
const ms = (text) => Date.parse(text);

function placed(node, from, to, left, right) {
  const share = (at) => Math.max(0, Math.min(1, (at - left) / (right - left))) * 100;
  node.style.left = `${share(from)}%`;
  node.style.width = `${Math.max(0.25, share(to) - share(from))}%`;
  return node;
}

// `give(patient, doctor, name)` fixes a patient to somebody; `people()` are those who could have them.
export function axis(board, { give, people }) {
  function ask(item, owner) {
    const others = staffNames(people().filter((one) => one.id !== owner));
    formDialog({ title: `Give ${called(item)} to somebody else`, act: "Give and fix", about: called(item), parts: [
      h("p", {}, `${whole(item.minutes)}, ${item.why}. Planned ${clockText(ms(item.start))} to ${clockText(ms(item.end))}.`),
      field("doctor", "To", h("select", { required: true }, options([["", "choose"], ...others], "")))],
      send: (_said, form) => give(item.patient, answers(form).get("doctor"), called(item)) });
  }
  const words = (item) => `${called(item)}: ${whole(item.minutes)}, ${clockText(ms(item.start))} to ${clockText(ms(item.end))}, ${item.why}${item.late ? ", LATE" : ""}. Give to somebody else`;
  function piece(item, owner, left, right, pinned) {
    const kind = item.late ? "late" : item.acuity >= 5 ? "urgent" : item.deadline ? "review" : "routine";
    const node = h("button", { type: "button", class: `piece ${kind}${pinned.has(item.patient) ? " pinned" : ""}`, draggable: "true", "data-key": `${owner}-${item.patient}`, "data-patient": item.patient, "data-owner": owner, title: words(item), "aria-label": words(item), onclick: () => ask(item, owner) }, h("span", { "aria-hidden": "true" }, item.name ?? "(erased)"));
    return placed(node, ms(item.start), ms(item.end), left, right);
  }
  function line(list, left, right, pinned, who) {
    const used = list.items.reduce((sum, one) => sum + one.minutes, 0);
    const late = list.items.filter((one) => one.late).length;
    const capacity = placed(h("span", { class: "there" }), ms(list.from), ms(list.until), left, right);
    return h("div", { class: "line-of", "data-key": list.doctor, "data-doctor": list.doctor },
      h("div", { class: "who" }, h("b", {}, who), h("span", { class: used > list.minutes ? "overdue" : "soft" }, ` ${whole(used)} of ${whole(list.minutes)}`), list.later_minutes >= 1 && h("span", { class: "soft" }, `, ${whole(list.later_minutes)} expected later`), late > 0 && h("span", { class: "overdue" }, ` ${late} late`)),
      h("div", { class: "track" }, capacity, list.items.map((item) => piece(item, list.doctor, left, right, pinned))));
  }
  board.addEventListener("dragstart", (event) => {
    const { patient, owner } = event.target.dataset ?? {};
    if (patient) event.dataTransfer.setData("application/json", JSON.stringify({ patient, owner, name: event.target.textContent }));
  });
  const target = (event) => event.target.closest?.("[data-doctor]");
  board.addEventListener("dragover", (event) => { if (target(event)) event.preventDefault(); });
  board.addEventListener("drop", (event) => {
    const to = target(event)?.dataset.doctor;
    const said = event.dataTransfer.getData("application/json");
    if (!to || !said) return;
    event.preventDefault();
    const { patient, owner, name } = JSON.parse(said);
    if (owner !== to) give(patient, to, name);
  });

  const lines = h("div", { class: "lines-of", "data-key": "lines" });
  let drawn = { left: 0, right: 0, pinned: new Set(), doctorName: (_id) => "" };
  const drawLines = longList(lines, (list) => line(list, drawn.left, drawn.right, drawn.pinned, drawn.doctorName(list.doctor)));
  return (plan, { doctorName, pinned }) => {
    const lists = plan?.worklists ?? [];
    if (!lists.length) { update(board, h("p", { class: "soft" }, "Nobody is at work.")); return; }
    const left = Math.min(...lists.map((one) => ms(one.from)));
    const right = Math.min(left + LONGEST_MS, Math.max(left + HOUR_MS, ...lists.flatMap((one) => [ms(one.until), ...one.items.map((item) => ms(item.end))])));
    const hours = [];
    for (let at = Math.ceil(left / HOUR_MS) * HOUR_MS; at < right; at += HOUR_MS) hours.push(placed(h("span", { class: "hour", "data-key": `${at}` }, clockText(at)), at, at, left, right));
    drawn = { left, right, pinned, doctorName };
    update(board, h("div", { class: "line-of hours", "data-key": "hours", "aria-hidden": "true" }, h("div", { class: "who" }), h("div", { class: "track" }, hours)), lines);
    drawLines(lists);
  };
}
