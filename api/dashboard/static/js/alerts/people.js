// The people whom alerts are about, as the panel has them now.
import { get } from "../base/http.js";

export const people = new Map();

// Score and doctor of those whom an alert shown is about, and of nobody else.
const ASKED_AT_ONCE = 100;
export async function loadPeople(alerts, then) {
  const ids = [...new Set([...alerts].map((alert) => alert.patient).filter(Boolean))];
  try {
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      const part = ids.slice(at, at + ASKED_AT_ONCE);
      for (const row of (await get("/panel", { patient: part, limit: ASKED_AT_ONCE })).items) people.set(row.patient, row);
    }
    then();
  } catch { /* scores follow later; the alerts stand without them */ }
}
