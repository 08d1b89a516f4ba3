"""Names for the feed: events are stored without personal data, and told with it.

Whoever may see the patient is told the name and the second identifier; it is asked for as one of
them, under row-level security. Who is told only because they held the alert before is not.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import structlog
from psycopg import OperationalError

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.http.deps import acting
from api.live.subscription import StreamEvent, encode
from api.patients.identifiers import PatientLabel, people, tell
from api.services import Services
from api.store.types import Row

if TYPE_CHECKING:
    from uuid import UUID

WAIT_S = 2.0
log = structlog.get_logger("api.live")
_WIDE = frozenset({Role.ADMIN, Role.COORDINATOR})


def named(data: str, known: Mapping[str, PatientLabel]) -> str:
    """Return an event's data with the name of its patient."""
    alert = json.loads(data)
    if "patient" in alert:
        tell([alert], known)
    return json.dumps(alert, ensure_ascii=False, separators=(",", ":"))


def event_of(row: Row, known: Mapping[str, PatientLabel]) -> StreamEvent:
    """Return a row of the feed as the event that is told, with the name of its patient."""
    data = named(row["data"], known)
    return encode(row["stream_id"], row["event"], data, row["patient_no"])


async def names_for(
    services: Services,
    rows: Sequence[Row],
    seen_by: "Mapping[tuple[int | None, str], AbstractSet[UUID]]",
    callers: "Mapping[UUID, Caller]",
) -> dict[str, PatientLabel]:
    """Return the people of these events, or none: an alert never waits long for a name.

    Args:
        services: the program's shared services.
        rows: events of the feed.
        seen_by: who may see the alerts of (patient number, ward).
        callers: those who listen.
    """
    try:
        async with asyncio.timeout(WAIT_S):
            return await _people_of(services, rows, seen_by, callers)
    except (TimeoutError, OperationalError) as lost:
        log.warning("feed_without_names", error=str(lost))
        return {}


async def _people_of(
    services: Services,
    rows: Sequence[Row],
    seen_by: "Mapping[tuple[int | None, str], AbstractSet[UUID]]",
    callers: "Mapping[UUID, Caller]",
) -> dict[str, PatientLabel]:
    """Ask for each patient as somebody who may see them and listens."""
    asked: dict[Caller, set[str]] = defaultdict(set)
    for row in rows:
        patient = json.loads(row["data"]).get("patient")
        watching = seen_by[row["patient_no"], row["ward"]] & callers.keys()
        listening = [callers[user] for user in watching]
        if patient is not None and listening:
            asked[min(listening, key=_narrow)].add(patient)
    known: dict[str, PatientLabel] = {}
    for caller, ids in asked.items():
        async with acting(services, caller) as work:
            known |= await people(work.conn, services.vault, ids)
    return known


def _narrow(caller: Caller) -> tuple[bool, str]:
    """One person with a wide view is asked for many patients at once."""
    return caller.role not in _WIDE, str(caller.user_id)
