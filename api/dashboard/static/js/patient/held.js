// The record that the forms of a patient's page show, and its revision: a change names it, so that what
// somebody else saved meanwhile is not written over. It is not refreshed under a form that is being filled in.
import { get, patch } from "../base/http.js";
import { called } from "../words/people.js";

let patient = null;
let seen = null;
const told = new Set();

export const held = () => patient;
export const whose = () => called(patient);
// `then(record)` is called with the record as it is now and after each change.
export function onHeld(then) { told.add(then); if (patient) then(patient); }
function take(record) {
  patient = record;
  for (const then of told) then(record);
  return record;
}
// What the page itself has read last stands in until a form asks for more, so that a press on what is drawn
// from it opens at once: what is typed right after would go nowhere.
export const see = (record) => { seen = record; };
export const holdSeen = () => { if (!patient && seen) take(seen); return patient; };
export const hold = async (id) => take(await get(`/patients/${id}`));
export const change = async (body) => take(await patch(`/patients/${patient.id}`, { ...body, revision: patient.revision }));
