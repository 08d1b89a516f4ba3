"""Told to the coordinators: somebody sees a record without a relation to the patient."""

from collections.abc import Sequence

from analytics.domain.alerts import Finding, FindingChange, Priority
from api.alerting.subjects import Subject
from api.alerting.technical import StandingCondition
from api.store.types import Row

CONDITION = "emergency_access"
RULE = "emergency-access/1"


def standing_accesses(now_ms: int, accesses: Sequence[Row]) -> list[StandingCondition]:
    """Return the condition for every patient whose record is open in an emergency.

    Args:
        now_ms: ward time.
        accesses: those that hold: ``id``, ``patient_no``, ``ward``, ``by_name``.
    """
    found = []
    for patient_no in dict.fromkeys(row["patient_no"] for row in accesses):
        own = [row for row in accesses if row["patient_no"] == patient_no]
        people = ", ".join(dict.fromkeys(row["by_name"] for row in own))
        finding = Finding(
            condition=CONDITION,
            change=FindingChange.STARTED,
            priority=Priority.MEDIUM,
            measured_ms=now_ms,
            received_ms=now_ms,
            message=f"Emergency access to this record by {people}: the reason is with the patient",
            rule=RULE,
            detail={"accesses": sorted(str(row["id"]) for row in own)},
        )
        subject = Subject(ward=own[0]["ward"], patient_no=patient_no)
        found.append(StandingCondition(subject=subject, finding=finding))
    return found
