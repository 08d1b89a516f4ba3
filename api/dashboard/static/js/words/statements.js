// What must not be overlooked about a patient, as the banner of their chart says it. Pure.

/** @type {Record<string, { label: string, short?: string, hint: string, missing: string, grave?: boolean }>} */
export const STATEMENTS = {
  allergies: { label: "Allergies", hint: "“none known” is an answer; empty is none", missing: "allergies not recorded", grave: true },
  oxygen_prescription: { label: "Oxygen prescription", short: "O₂ prescribed", hint: "target, flow, device", missing: "no oxygen prescription recorded" },
  escalation_status: { label: "Escalation status", short: "Escalation", hint: "such as: for full escalation; ward-based care; not for resuscitation", missing: "escalation status not recorded" },
};
// A statement in words; what nobody said is told as that, never as none.
/** @param {string} kind @param {Record<string, { text: string | null }>} said @returns {{ words: string, known: boolean }} */
export function statementWords(kind, said) {
  const text = said[kind]?.text;
  return text ? { words: `${STATEMENTS[kind].short ?? STATEMENTS[kind].label}: ${text}`, known: true } : { words: STATEMENTS[kind].missing, known: false };
}
/** @param {unknown} text @returns {string | undefined} */
export const phoneOf = (text) => (typeof text === "string" ? text.match(/\+?[\d][\d ()-]{5,}/)?.[0] : undefined);
