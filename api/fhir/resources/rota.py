"""Schedule: the doctor whom one can meet; Slot: one time of theirs, and whether it is free."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from api.fhir.elements import Resource, instant, period, reference, without_nothing

Row = dict[str, Any]
SERVICE: Final = "Consultation by video, telephone or text"
_AT: Final = "%Y%m%dT%H%MZ"
_UUID: Final = 36


def schedule_of(row: Row) -> Resource:
    """Return the Schedule of a doctor, whose id it bears.

    Args:
        row: ``id``, ``name``, ``user_id``, and ``start`` and ``end`` of their work in the time for
            which one can book, None for who does not work then.
    """
    return without_nothing(
        {
            "resourceType": "Schedule",
            "id": str(row["id"]),
            "active": row["start"] is not None,
            "serviceType": [{"text": SERVICE}],
            "actor": [reference("Practitioner", row["user_id"], row["name"])],
            "planningHorizon": period(row["start"], row["end"]),
        }
    )


def slot_of(doctor: UUID, start: datetime, end: datetime, status: str) -> Resource:
    """Return a Slot: ``free``, ``busy``, or ``busy-unavailable`` for one that is not offered."""
    return {
        "resourceType": "Slot",
        "id": slot_key(doctor, start),
        "serviceType": [{"text": SERVICE}],
        "schedule": reference("Schedule", doctor),
        "status": status,
        "start": instant(start),
        "end": instant(end),
    }


def slot_key(doctor: UUID, start: datetime) -> str:
    """Return the id of a slot: whose it is, and when it begins (UTC)."""
    return f"{doctor}-{start.astimezone(UTC).strftime(_AT)}"


def slot_named(key: str) -> tuple[UUID, datetime] | None:
    """Return the doctor and the begin that a slot's id names; None: it is none of ours."""
    try:
        start = datetime.strptime(key[_UUID + 1 :], _AT).replace(tzinfo=UTC)
        found = UUID(key[:_UUID]), start
    except ValueError:
        return None
    return found if slot_key(*found) == key else None
