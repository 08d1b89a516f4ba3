// What somebody did about a patient, in words.

/** @type {Record<string, string>} */
const DONE = { acknowledged: "taken on", planned: "plan made", snoozed: "put off", escalated: "passed on", reminded: "passed on", resolved: "closed", observed: "observations entered", noted: "note written", retracted: "reading taken back" };
/** @param {{ what: string, outcome?: string | null }} last */
export const doneWords = ({ what, outcome }) => `${DONE[what] ?? what.replaceAll("_", " ")}${outcome ? ` as ${outcome.replaceAll("_", " ")}` : ""}`;
