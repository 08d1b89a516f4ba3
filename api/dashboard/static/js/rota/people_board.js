// Whose time there is: each person with their shift, their load, and their patients, the longest first.
import { h, bar, empty } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { inTurn, longList } from "../base/pieces.js";
import { personLink } from "../parts/person.js";
import { onShift, shiftOf } from "./there.js";

const MOST_NAMED = 12; // patients on somebody's card; the others are unfolded
const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;

// `loadOf(doctor)` says what is theirs, `plan()` and `shifts()` what holds now.
export function peopleBoard(where, { loadOf, plan, shifts }) {
  const unfolded = new Set();
  function card(doctor) {
    const { used, given, kept, mine } = loadOf(doctor);
    const shift = shiftOf(shifts(), doctor);
    const share = given > 0 ? used / given : used > 0 ? 2 : 0;
    const pinned = new Set((plan()?.pinned ?? []).map((one) => one.patient ?? one));
    const chips = (some) => h("ul", { class: "chips" }, some.map((one) => h("li", {}, personLink(one), ` ${whole(one.minutes)}`, pinned.has(one.patient) ? " (pinned)" : "")));
    const most = mine.toSorted((a, b) => b.minutes - a.minutes);
    const others = most.slice(MOST_NAMED);
    return h("section", { class: "card", "data-key": doctor.id },
      h("div", { class: "load" }, h("h3", {}, doctor.name, " ", h("span", { class: "tag" }, doctor.kind ?? "doctor")),
        h("span", { class: share > 1 ? "overdue" : "" }, `${whole(used)} of ${whole(given)}`), bar(share, `${doctor.name}: ${whole(used)} of ${whole(given)}`)),
      h("p", { class: "small soft" }, onShift(shifts(), doctor) ? ["on shift until ", moment(shift.absent_from ?? shift.end)] : shift ? ["next shift ", moment(shift.start)] : h("span", { class: "ageing" }, "no shift planned"),
        doctor.skills?.length ? ` · ${doctor.skills.join(", ")}` : "", doctor.max_patients ? ` · at most ${doctor.max_patients} patients` : "", kept > 0 ? ` · ${whole(kept)} kept for emergencies` : ""),
      most.length ? chips(most.slice(0, MOST_NAMED)) : h("p", { class: "soft" }, "No patient assigned."),
      others.length > 0 && h("details", { class: "small" }, h("summary", {}, `and ${others.length} more`), unfolded.has(doctor.id) && chips(others)));
  }
  const draw = longList(where, card);
  let shown = [];
  where.addEventListener("toggle", (event) => {
    const { open } = event.target;
    unfolded[open ? "add" : "delete"](event.target.closest("[data-key]").dataset.key);
    if (open) draw(shown);
  }, true);
  return (people) => {
    shown = people;
    if (people.length) draw(people);
    else inTurn(where, [() => update(where, empty("No doctors or nurses yet.", "Add the first one below, then a shift."))]);
  };
}
