"""Patient, Practitioner, PractitionerRole and CareTeam."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from api.fhir import terms
from api.fhir.elements import Resource, coded, meta, reference, without_nothing
from api.vault.personal_data import Contact, Personal

Row = dict[str, Any]
_ROLES = {"doctor": "Doctor", "nurse": "Nurse", "coordinator": "Coordinator"}


def patient_of(row: Row, personal: Personal | None) -> Resource:
    """Return a Patient; of an erased person only that the record was there.

    Args:
        row: of ``api.store.patients.record``.
        personal: the opened personal part; None once the person was erased.
    """
    found: Resource = {
        "resourceType": "Patient",
        "id": str(row["id"]),
        "meta": meta(version=row["revision"]),
        "active": row["state"] != "discharged" and personal is not None,
        "gender": row["sex"],
    }
    if row.get("merged_into") is not None:
        found["link"] = [{"other": reference("Patient", row["merged_into"]), "type": "replaced-by"}]
    if personal is None:
        return found
    return found | without_nothing(
        {
            "identifier": _identifiers(personal),
            "name": [{"use": "official", "text": personal.name}],
            "telecom": _phone(personal.phone),
            "birthDate": personal.birth_date.isoformat() if personal.birth_date else None,
            "contact": _contacts(personal.emergency_contact),
        }
    )


def _identifiers(personal: Personal) -> list[Resource]:
    if not personal.external_id:
        return []
    return [{"system": terms.EXTERNAL_ID, "value": personal.external_id}]


def _phone(number: str | None) -> list[Resource]:
    return [{"system": "phone", "value": number}] if number else []


def _contacts(contact: str | Contact | None) -> list[Resource]:
    if contact is None:
        return []
    if isinstance(contact, str):
        return [{"relationship": [coded("v2-0131", "C")], "name": {"text": contact}}]
    return [
        without_nothing(
            {
                "relationship": [coded("v2-0131", "C") | _words(contact.relation)],
                "name": {"text": contact.name},
                "telecom": _phone(contact.phone),
            }
        )
    ]


def _words(text: str | None) -> Resource:
    return {"text": text} if text else {}


def practitioner_of(row: Row) -> Resource:
    """Return a Practitioner: the account of a clinician or coordinator.

    Args:
        row: ``id``, ``name``, ``state``.
    """
    return {
        "resourceType": "Practitioner",
        "id": str(row["id"]),
        "active": row["state"] == "active",
        "name": [{"text": row["name"]}],
    }


def practitioner_role_of(row: Row) -> Resource:
    """Return a PractitionerRole: somebody on the rota with what they can do.

    Args:
        row: ``id``, ``name``, ``kind``, ``skills``, ``user_id`` of the rota.
    """
    known = row["user_id"] is not None
    person = reference("Practitioner", row["user_id"], row["name"])
    return without_nothing(
        {
            "resourceType": "PractitionerRole",
            "id": str(row["id"]),
            "active": True,
            "practitioner": person if known else {"display": row["name"]},
            "code": [{"text": _ROLES[row["kind"]]}],
            "specialty": [{"text": skill} for skill in row["skills"]],
        }
    )


def care_team_of(
    patient: UUID, state: str, members: Sequence[UUID], names: Mapping[UUID, str]
) -> Resource:
    """Return the CareTeam of a patient, whose id it bears.

    Args:
        patient: whose team.
        state: of the patient's record.
        members: the accounts.
        names: of those that have one.
    """
    participants = [{"member": reference("Practitioner", one, names.get(one))} for one in members]
    return without_nothing(
        {
            "resourceType": "CareTeam",
            "id": str(patient),
            "status": "inactive" if state == "discharged" else "active",
            "subject": reference("Patient", patient),
            "participant": participants,
        }
    )
