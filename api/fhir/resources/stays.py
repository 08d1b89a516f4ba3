"""Encounter: a patient's stay in the ward."""

from typing import Any
from uuid import UUID

from api.fhir.elements import Resource, period, reference, without_nothing
from api.fhir.terms import TERMINOLOGY

Row = dict[str, Any]
_CLASS = {"VR": "virtual", "HH": "home health"}


def encounter_of(row: Row, patient: UUID) -> Resource:
    """Return the Encounter of a stay's row.

    Args:
        row: ``id``, ``status``, ``class``, ``period_start``, ``period_end``, ``participants``.
        patient: whose stay.
    """
    system = TERMINOLOGY + "v3-ActCode"
    people = [{"individual": reference("Practitioner", one)} for one in row["participants"]]
    return without_nothing(
        {
            "resourceType": "Encounter",
            "id": str(row["id"]),
            "status": row["status"],
            "class": {"system": system, "code": row["class"], "display": _CLASS[row["class"]]},
            "subject": reference("Patient", patient),
            "participant": people,
            "period": period(row["period_start"], row["period_end"]),
        }
    )
