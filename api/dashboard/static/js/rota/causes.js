// Why a plan was made, in words.
const CAUSES = { start: "the ward was started", pin: "somebody fixed a patient to a doctor", accepted: "a proposal was taken over", shift: "a shift changed", alert: "an alert was raised or closed", risk: "a risk changed", request: "somebody asked for it", handover: "a shift was handed over", doctor: "a clinician's entry changed", patient: "a patient was admitted, paused or discharged", time: "time went on" };
export const why = (cause) => (cause ?? "").split(/, */).filter(Boolean).map((part) => CAUSES[part] ?? part).join(", ");
