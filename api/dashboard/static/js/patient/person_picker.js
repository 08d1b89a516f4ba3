// A menu of patients that the server searches: whoever types a part of the name, the birth date or the
// record number finds one among any number, and what the menu leaves out is said in it.
import { typed } from "../base/choosing.js";
import { options } from "../base/dialog.js";
import { page } from "../base/http.js";
import { update } from "../base/patch.js";
import { called } from "../words/people.js";

const MOST = 50;

// `first` is what choosing nobody is called; `show` whom the menu holds (as on the list of patients).
export function personPicker(select, find, { first, show = "here" }) {
  const known = new Map(); // of those once offered, by id: what they are called
  let asked = 0;
  async function offer() {
    const mine = (asked += 1);
    const { items, matched } = await page("/ui/patients", { show, search: find.value.trim(), limit: MOST });
    if (mine !== asked) return;
    for (const one of items) known.set(one.id, called(one));
    const chosen = select.value;
    const ids = [...new Set([chosen, ...items.map((one) => one.id)])].filter((id) => known.has(id));
    const rest = matched - items.length;
    update(select, options([["", first], ...ids.map((id) => [id, known.get(id)])], chosen), rest > 0 ? options([["more", `${rest} more: type more of the name`]]).map((one) => { one.disabled = true; return one; }) : []);
  }
  typed(find, offer);
  // Chooses somebody who may not be among those offered yet.
  const choose = (one) => { known.set(one.id, called(one)); select.append(...options([[one.id, called(one)]])); select.value = one.id; };
  return { offer, choose, name: (id) => known.get(id) };
}
