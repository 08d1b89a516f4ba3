"""Settings that are no numbers: the words that may be chosen, and what a text must look like."""

from analytics.domain.episode_policy import ALWAYS, ANYBODY, NEVER, NOBODY, PLAN, STAFFED

_KINDS = {"doctor": "a doctor while one is on shift", "nurse": "a nurse while one is on shift"}
FIRST = {PLAN: "whoever has the patient by the plan", **_KINDS}
SECOND = {
    ANYBODY: "anybody else on shift",
    "doctor": "another doctor on shift",
    "nurse": "another nurse on shift",
    NOBODY: "nobody: this rung is left out",
}
COORDINATOR = {
    ALWAYS: "at every hour",
    STAFFED: "while anybody of the ward is on shift, else the out-of-hours contact",
    NEVER: "never: the out-of-hours contact is called in their place",
}
NAME = (r"[^\x00-\x1f\x7f<>]{1,80}", "must be a name of at most 80 characters")
PHONE = (r"\+?[0-9][0-9 ()/.-]{2,28}[0-9]", "must be a telephone number")
EMERGENCY = (r"\+?[0-9][0-9 ()/.-]{0,28}[0-9]", "must be a telephone number")
EMAIL = (
    r"[^\s@<>,;:\"'%{}?&#/]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,188}[A-Za-z0-9]",
    "must be an e-mail address",
)
