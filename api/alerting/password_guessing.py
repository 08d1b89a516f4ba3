"""Told to the coordinators: somebody is guessing passwords."""

from collections.abc import Sequence

from analytics.domain.alerts import Finding, FindingChange, Priority
from api.alerting.subjects import Subject
from api.alerting.technical import StandingCondition, WardSeen

CONDITION = "sign_in_guessing"
RULE = "sign-in/1"


def standing_guesses(
    now_ms: int, wards: Sequence[WardSeen], attempts: int, least: int
) -> list[StandingCondition]:
    """Return the condition for every ward while too many log-ins fail: any account may be meant.

    Args:
        now_ms: ward time.
        wards: wards with watched patients.
        attempts: failed or refused log-ins in the throttle's window, from all places.
        least: from how many on it is told.
    """
    if attempts < least:
        return []
    finding = Finding(
        condition=CONDITION,
        change=FindingChange.STARTED,
        priority=Priority.MEDIUM,
        measured_ms=now_ms,
        received_ms=now_ms,
        message=f"Somebody is guessing passwords: {attempts} log-ins failed lately",
        rule=RULE,
        detail={"attempts": attempts},
    )
    return [StandingCondition(subject=Subject(ward=ward.ward), finding=finding) for ward in wards]
