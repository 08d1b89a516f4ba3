// Who is there: the shift that somebody has now or next, and the minutes left of it.
import { wardNow } from "../base/clock.js";

export const leaves = (shift) => Date.parse(shift.absent_from ?? shift.end);
export const shiftOf = (shifts, doctor) => shifts.filter((shift) => shift.doctor_id === doctor.id && !shift.removed_at && leaves(shift) > Math.max(wardNow(), Date.parse(shift.start))).sort((a, b) => Date.parse(a.start) - Date.parse(b.start))[0];
export const onShift = (shifts, doctor) => { const shift = shiftOf(shifts, doctor); return shift && Date.parse(shift.start) <= wardNow(); };

export function minutesLeft(shifts, doctor) {
  const shift = shiftOf(shifts, doctor);
  return shift ? Math.max(0, (leaves(shift) - Math.max(wardNow(), Date.parse(shift.start))) / 60000) : 0;
}
