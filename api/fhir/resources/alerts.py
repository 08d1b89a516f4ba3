"""Flag: a clinical alert of a patient; DetectedIssue: one of its reasons."""

from typing import Any

from api.fhir import terms
from api.fhir.elements import (
    Resource,
    coded,
    concept,
    meta,
    period,
    reference,
    without_nothing,
)

Row = dict[str, Any]
_SEVERITY = {"high": "high", "medium": "moderate", "low": "low"}


def flag_of(row: Row) -> Resource:
    """Return the Flag of an alert.

    Args:
        row: ``id``, ``patient``, ``state``, ``condition``, ``kind``, ``priority``, ``message``,
            ``raised_at``, ``closed_at``, ``changed_at``.
    """
    live = row["state"] in ("open", "acknowledged")
    category = "clinical" if row["kind"] == "clinical" else "safety"
    return without_nothing(
        {
            "resourceType": "Flag",
            "id": str(row["id"]),
            "meta": meta(changed=row["changed_at"]),
            "status": "active" if live else "inactive",
            "category": [coded("flag-category", category), {"text": f"{row['priority']} priority"}],
            "code": concept([_condition(row)], row["message"]),
            "subject": reference("Patient", row["patient"]),
            "period": period(row["raised_at"], row["closed_at"]),
        }
    )


def detected_issue_of(row: Row) -> Resource:
    """Return the DetectedIssue of one reason of an alert.

    Args:
        row: ``id``, ``patient``, ``state``, ``condition``, ``priority``, ``message``,
            ``started_at``, ``measured_at``, ``rule``.
    """
    return without_nothing(
        {
            "resourceType": "DetectedIssue",
            "id": str(row["id"]),
            "meta": meta(changed=row["measured_at"]),
            "status": "preliminary" if row["state"] == "open" else "final",
            "code": concept([_condition(row)], row["message"]),
            "severity": _SEVERITY[row["priority"]],
            "patient": reference("Patient", row["patient"]),
            "identifiedPeriod": period(row["started_at"], row["measured_at"]),
            "detail": row["rule"],
        }
    )


def _condition(row: Row) -> terms.Coding:
    return {"system": terms.OWN, "code": row["condition"]}
