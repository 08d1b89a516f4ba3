"""A kept plan in words for whoever reads it: changes with their reasons, shortage and relief.

Names are put in when somebody reads, never kept with the plan; a patient whom the reader may not
see has none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.patients.identifiers import numbers_of, people, tell
from api.rota.changes import because
from api.store import staffing
from api.store.timestamps import rfc3339
from api.store.types import Conn
from api.vault.envelope import Vault


async def name_changes(conn: Conn, vault: Vault, changes: Sequence[dict[str, Any]]) -> set[int]:
    """Write names and ``because`` into each change of a plan; return who was named."""
    spoken_of = {str(one["patient"]) for one in changes}
    spoken_of |= {str(one["reason"]["for"]) for one in changes if "for" in one["reason"]}
    known = await people(conn, vault, spoken_of)
    tell(changes, known)
    doctors = await staffing.names(conn, [UUID(one) for one in _doctors_of(changes)])
    patients = {one: person.name for one, person in known.items()}
    for one in changes:
        one["from_name"] = doctors.get(str(one["from"]))
        one["to_name"] = doctors.get(str(one["to"]))
        one["because"] = because(one["reason"], doctors, patients)
    return numbers_of(known)


def _doctors_of(changes: Sequence[Mapping[str, Any]]) -> set[str]:
    ids = {one[key] for one in changes for key in ("from", "to")}
    ids |= {one["reason"].get("doctor") for one in changes}
    return {str(one) for one in ids if one is not None}


async def name_relief(conn: Conn, told: dict[str, Any], made_at: datetime) -> None:
    """Write into a plan from when to when each shortage lasts, and each way out as a sentence."""
    for one in told["shortage"]:
        by = one.get("by_minutes")
        one["from"] = rfc3339(made_at)
        one["to"] = None if by is None else rfc3339(made_at + timedelta(minutes=by))
    ids = {one["doctor"] for one in told["relief"]}
    doctors = await staffing.names(conn, [UUID(one) for one in ids])
    for one in told["relief"]:
        one["doctor_name"] = doctors.get(one["doctor"])
        one["sentence"] = sentence(one, one["doctor_name"] or "somebody")


def sentence(relief: Mapping[str, Any], doctor: str) -> str:
    """Return one way out in words."""
    minutes = f"{relief['minutes']:.0f} min"
    skills = ", ".join(relief["skills"]) or "anybody's time"
    if relief["kind"] == "later":
        waiting = len(relief["wait"])
        return f"{waiting} routine of {doctor} wait: {minutes} of {skills}, at no cost"
    if relief["kind"] == "skill":
        return f"{doctor} has the time, and lacks {skills}: {minutes}, costs {relief['cost']:.2f}"
    return f"{minutes} more of {doctor} for {skills}, costs {relief['cost']:.2f}"
