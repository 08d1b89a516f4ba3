// A telephone number that rings when it is touched.
import { h } from "./dom.js";

export const dial = (number, text = number) => h("a", { href: `tel:${number.replace(/[^+\d]/g, "")}`, class: "nowrap" }, text);
