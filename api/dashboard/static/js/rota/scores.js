// The scores of those whom a question about the plan concerns, asked for when it is.
import { get } from "../base/http.js";

const ASKED_AT_ONCE = 200;

// Puts the lowest possible NEWS2 of each of these patients `into` a map by id.
export async function scoresOf(ids, into) {
  for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
    const rows = (await get("/panel", { patient: ids.slice(at, at + ASKED_AT_ONCE), limit: ASKED_AT_ONCE })).items;
    for (const row of rows) into.set(row.patient, row.news2?.low ?? 0);
  }
}
