"""ServiceRequest: a case, by which one doctor asked others of a patient."""

from datetime import datetime
from typing import Any

from analytics.domain.vitals import FACTS, Metric
from api.fhir.elements import Resource, instant, meta, reference, without_nothing

Row = dict[str, Any]
_KINDS = {
    "alert": "Flag",
    "note": "DocumentReference",
    "report": "QuestionnaireResponse",
    "consultation": "Appointment",
    "study": "ImagingStudy",
}
"""Of which type each thing is that a case shows."""


def service_request_of(row: Row) -> Resource:
    """Return the ServiceRequest of a case.

    Args:
        row: of ``api.store.cases.in_record``, its words opened; words that are not told are None.
    """
    experts = row["experts"]
    signed = [_at(one["signed_at"]) for one in experts if one["signed_at"]]
    concluded = [
        {"user": one["user"], "name": one["name"], "at": one["signed_at"], "text": text}
        for one in experts
        if (text := one["conclusion"])
    ]
    said = [{**one, "at": one["written_at"]} for one in row["entries"] if one["text"]]
    return without_nothing(
        {
            "resourceType": "ServiceRequest",
            "id": str(row["id"]),
            "meta": meta(changed=max([row["closed_at"] or row["asked_at"], *signed])),
            "status": "active" if row["open"] else "completed",
            "intent": "order",
            "code": {"text": "Opinion of other doctors"},
            "orderDetail": [{"text": _window(one)} for one in row["readings"]],
            "subject": reference("Patient", row["patient_id"]),
            "authoredOn": instant(row["asked_at"]),
            "occurrencePeriod": {
                "start": instant(row["asked_at"]),
                "end": instant(row["closed_at"] or max(row["until"], row["asked_at"])),
            },
            "requester": reference("Practitioner", row["asked_by"], row["asked_by_name"]),
            "performer": [reference("Practitioner", one["user"], one["name"]) for one in experts],
            "reasonCode": [{"text": row["question"]}] if row["question"] else [],
            "supportingInfo": [reference(_KINDS[one["kind"]], one["ref"]) for one in row["items"]],
            "note": [_note(one) for one in (*said, *concluded)],
        }
    )


def _window(reading: Row) -> str:
    """Say which readings were shown."""
    facts = FACTS[Metric(reading["metric"])]
    since, till = _at(reading["since"]), _at(reading["till"])
    return f"Readings shown: {facts.label}, {instant(since)} to {instant(till)}"


def _note(said: Row) -> Resource:
    return {
        "authorReference": reference("Practitioner", said["user"], said["name"]),
        "time": instant(_at(said["at"])),
        "text": said["text"],
    }


def _at(told: str) -> datetime:
    """Read a time out of the database's JSON."""
    return datetime.fromisoformat(told)
