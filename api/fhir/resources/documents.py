"""DocumentReference: what clinicians wrote of a patient, and the reports of their weeks."""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from analytics.domain.vitals import LOINC
from api.fhir.elements import Resource, concept, instant, meta, reference, without_nothing

Row = dict[str, Any]
_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "note": ("34109-9", "Note"),
        "consultation": ("11488-4", "Consult note"),
        "allergies": ("48765-2", "Allergies and adverse reactions Document"),
        "oxygen_prescription": ("34109-9", "Oxygen prescription"),
        "escalation_status": ("34109-9", "Escalation status"),
        "weekly_report": ("34109-9", "Weekly report to the patient"),
    }
)
"""LOINC and words of each kind; a statement that has no code of its own is a note."""


def document_of(row: Row, text: str | None, patient: object) -> Resource:
    """Return the DocumentReference of a note.

    Args:
        row: of ``api.store.notes.own``.
        text: its words, opened; None: the person was erased.
        patient: whose.
    """
    code, name = _KINDS[row["kind"]]
    words = (text or "").encode()
    by, by_name = row["written_by"], row["written_by_name"]
    author = [reference("Practitioner", by, by_name)] if by else []
    kind = "application/json" if row["kind"] == "weekly_report" else "text/plain; charset=utf-8"
    return without_nothing(
        {
            "resourceType": "DocumentReference",
            "id": str(row["id"]),
            "meta": meta(changed=row["written_at"]),
            "status": "current",
            "docStatus": "final",
            "type": concept([{"system": LOINC, "code": code}], name),
            "subject": reference("Patient", patient),
            "date": instant(row["written_at"]),
            "author": author,
            "content": [
                {
                    "attachment": {
                        "contentType": kind,
                        "data": base64.b64encode(words).decode(),
                        "title": name,
                    }
                }
            ],
        }
    )
