"""Communication: a message or advice; Appointment: a consultation."""

from typing import Any

from api.fhir.elements import Resource, coded, instant, meta, reference, without_nothing
from api.fhir.resources.rota import slot_key

Row = dict[str, Any]
_STATUS = {"booked": "booked", "ended": "fulfilled", "cancelled": "cancelled", "missed": "noshow"}


def communication_of(row: Row) -> Resource:
    """Return the Communication of a message, or of advice.

    Args:
        row: of ``api.store.fhir_care.communications``, its ``text`` opened; ``received``: when the
            other side had it on the page, of advice when they said that they read it.
    """
    person = reference("Patient", row["patient"])
    writer = reference("Practitioner", row["written_by"])
    advice = row["kind"] == "advice"
    category = [coded("communication-category", "instruction", "Instruction")] if advice else []
    return without_nothing(
        {
            "resourceType": "Communication",
            "id": str(row["id"]),
            "meta": meta(changed=row["received"] or row["at"]),
            "status": "completed",
            "category": category,
            "subject": person,
            "sent": instant(row["at"]),
            "received": None if row["received"] is None else instant(row["received"]),
            "sender": person if row["by_patient"] else writer,
            "recipient": [] if row["by_patient"] else [person],
            "payload": [{"contentString": row["text"]}] if row["text"] else [],
        }
    )


def appointment_of(row: Row) -> Resource:
    """Return the Appointment of a consultation, with what was signed as the patient's instruction.

    Args:
        row: ``id``, ``patient``, ``doctor_id``, ``doctor_user``, ``doctor_name``, ``start``,
            ``end``, ``state``, ``about``, ``booked_at``, and ``instruction``; the words opened.
    """
    slot = slot_key(row["doctor_id"], row["start"])
    doctor = {"display": row["doctor_name"]}
    if row["doctor_user"] is not None:
        doctor = reference("Practitioner", row["doctor_user"], row["doctor_name"])
    return without_nothing(
        {
            "resourceType": "Appointment",
            "id": str(row["id"]),
            "meta": meta(changed=row["signed_at"] or row["changed_at"] or row["booked_at"]),
            "status": _STATUS[row["state"]],
            "description": row["about"],
            "start": instant(row["start"]),
            "end": instant(row["end"]),
            "created": instant(row["booked_at"]),
            "slot": [reference("Slot", slot)] if row["state"] == "booked" else [],
            "patientInstruction": row["instruction"],
            "participant": [
                {"actor": reference("Patient", row["patient"]), "status": "accepted"},
                {"actor": doctor, "status": "accepted"},
            ],
        }
    )
