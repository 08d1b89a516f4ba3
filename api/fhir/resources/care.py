"""Task: a call or a measurement that is asked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from analytics.domain.vitals import FACTS, METRIC_BY_NAME
from api.fhir.elements import Resource, instant, meta, reference, without_nothing
from api.fhir.terms import codings

Row = dict[str, Any]
_ASKED: Mapping[str, str] = MappingProxyType(
    {
        "open": "requested",
        "taken": "accepted",
        "done": "completed",
        "withdrawn": "cancelled",
        "queued": "requested",
        "sent": "received",
        "delivered": "received",
        "seen": "in-progress",
        "declined": "rejected",
        "expired": "failed",
    }
)


def task_of(row: Row, text: str | None) -> Resource:
    """Return the Task of a row.

    Args:
        row: of ``api.store.fhir_care.tasks``.
        text: what a call is about, opened; None: nothing was said.
    """
    metric = METRIC_BY_NAME.get(row["metric"] or "")
    code: Resource = {"text": "Call the patient"}
    if metric is not None:
        code = {"coding": codings(metric), "text": f"Measure: {FACTS[metric].label}"}
    return without_nothing(
        {
            "resourceType": "Task",
            "id": str(row["id"]),
            "meta": meta(changed=row["changed_at"]),
            "status": _ASKED[row["state"]],
            "intent": "order",
            "code": code,
            "description": text,
            "for": reference("Patient", row["patient"]),
            "authoredOn": instant(row["at"]),
            "lastModified": instant(row["changed_at"]),
            "requester": reference("Patient", row["patient"]) if row["kind"] == "call" else None,
            "owner": _owner(row),
            "restriction": {"period": {"end": instant(row["due"])}},
        }
    )


def _owner(row: Row) -> Resource | None:
    if row["kind"] == "measure":
        return reference("Device", row["device"])
    return reference("Practitioner", row["owner"]) if row["owner"] else None
