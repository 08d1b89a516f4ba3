// Emergencies of the plan, and who could be called in where it falls short.
import { h } from "../base/dom.js";
import { moment } from "../base/moments.js";
import { personLink } from "../parts/person.js";

const whole = (minutes) => `${Math.round(minutes ?? 0)} min`;

export function emergencyCard(plan, { doctorName }) {
  const emergencies = plan?.emergencies ?? [];
  const over = (plan?.loads ?? []).filter((load) => load.over_minutes > 0);
  if (!emergencies.length && !over.length) return null;
  const pressed = over.length > 0 || emergencies.some((one) => !one.doctor || one.lacks.length);
  return h("section", { class: pressed ? "trouble" : "card", "data-key": "emergencies" }, h("strong", {}, `Emergencies: ${emergencies.length}`),
    h("ul", { class: "events" }, emergencies.map((one) => h("li", { "data-key": one.patient }, personLink(one), ` ${whole(one.minutes)}: `,
      one.doctor ? ["with ", h("b", {}, doctorName(one.doctor))] : h("b", { class: "overdue" }, "the coordinator's: nobody is there"),
      one.doctor && one.lacks.length > 0 && h("span", { class: "overdue" }, `, but needs: ${one.lacks.join(", ")}`)))),
    over.map((load) => h("p", { class: "overdue" }, `${doctorName(load.doctor)} has ${whole(load.over_minutes)} more than there is time for, the reserve included.`)));
}

export function callInCard(plan) {
  const people = plan?.call_in ?? [];
  if (!people.length) return null;
  const row = (one) => h("li", { "data-key": one.doctor }, h("b", {}, one.name), " ", h("span", { class: "tag" }, one.kind), " ",
    one.phone ? h("a", { href: `tel:${one.phone.replace(/[^0-9+*#]/g, "")}` }, one.phone) : h("span", { class: "soft" }, "no phone number kept"),
    one.skills.length ? h("span", { class: "soft" }, ` · ${one.skills.join(", ")}`) : "",
    one.worked_until && h("span", { class: "soft" }, " · ", moment(one.worked_until, { prefix: "worked until " })),
    one.next_shift && h("span", { class: "soft" }, " · ", moment(one.next_shift, { prefix: "next shift " })));
  return h("section", { class: "card", "data-key": "call-in" }, h("h2", {}, "Who could be called in"), h("ul", { class: "events" }, people.slice(0, 10).map(row)),
    people.length > 10 && h("p", { class: "soft" }, `and ${people.length - 10} more.`));
}
