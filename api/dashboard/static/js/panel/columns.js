// The columns of the panel: which there are, and which are shown.

/** @type {[string, string][]} */
export const COLUMNS = [
  ["spo2", "SpO₂"], ["rr", "RR"], ["hr", "Pulse"], ["bp", "BP"], ["temp", "Temp"], ["glucose", "Glucose"], ["weight", "Weight"],
  ["why", "Why, since when"], ["owner", "Who has it"], ["due", "Next due"], ["risk", "Risk"], ["heard", "Last heard"], ["coverage", "Coverage"],
];
const USUAL = ["spo2", "rr", "hr", "bp", "temp", "why", "owner", "due"];

/** @param {string | null} text @returns {string[]} */
export function chosenOf(text) {
  const names = (text ?? "").split(",").filter((name) => COLUMNS.some(([known]) => known === name));
  return names.length ? COLUMNS.map(([name]) => name).filter((name) => names.includes(name)) : USUAL;
}
