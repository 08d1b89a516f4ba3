// A person on the page: the name, with a second identifier.
import { h } from "../base/dom.js";
import { t } from "../base/language.js";
import { called } from "../words/people.js";

// on the page, with the second identifier beside it; and as a link, whose own name holds both.
export const beside = (one) => (one?.identifier ? h("span", { class: one.simulated || one.identifier.startsWith("SIMULATED") ? "ident simulated" : "ident" }, one.identifier) : null);
export const personLink = (one, { id = one.patient, to = "" } = {}) => [h("a", { class: "person", href: `/patients/${id}${to}`, "aria-label": called(one) }, one.name ?? t("(erased)")), " ", beside(one)];
