// People in words.
import { t } from "../base/language.js";

// A name is never alone: two people may bear the same one. The name in words, for menus and titles:
/** @param {{ name?: string | null, identifier?: string | null } | null} [one] */
export const called = (one) => [one?.name ?? t("(erased)"), one?.identifier].filter(Boolean).join(", ");
// Doctors and nurses of one name are told apart by kind and account, or by a part of their id.
/** @param {{ id: string, name: string, kind: string }[]} staff */
export function staffNames(staff) {
  const same = new Map();
  for (const one of staff) same.set(one.name, (same.get(one.name) ?? 0) + 1);
  return staff.map((one) => [one.id, same.get(one.name) > 1 ? `${one.name}, ${one.kind} ${one.id.slice(0, 4)}` : one.name]);
}
