// Emergency access to this record, where somebody has it: who, until when, why; and its end.
import { clockText } from "../base/clock.js";
import { h } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { update } from "../base/patch.js";

/** @param {HTMLElement} where @param {string} patient */
export async function emergency(where, patient) {
  const told = await get(`/patients/${patient}/emergency-access`, { limit: 5 });
  const line = (one) => h("section", { class: "trouble", "data-key": one.id },
    h("strong", {}, `Emergency access by ${one.by_name} until ${clockText(Date.parse(one.until))}. `), one.reason ?? "", " ",
    h("button", { type: "button", onclick: () => post(`/emergency-access/${one.id}/end`).then(() => emergency(where, patient)) }, `End it now, ${one.by_name}`));
  update(where, ...told.items.filter((one) => one.active).map(line));
}
