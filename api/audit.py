"""The record of who read and did what: each row seals the one before it.

The chain shows that nothing kept was changed or taken out of its middle. That its end was not cut
off shows only against a head noted elsewhere, so every verification logs the head it saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.store import audit as sql
from api.store.types import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One access or change: what was done, to whose record, and what explains it.

    ``detail`` outlives the erasure of a person, so it must hold no personal data.
    """

    action: str
    patient_no: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a walk over the chain found.

    Attributes:
        ok: every row seals the one before it.
        rows: how many rows there are.
        first_broken: id of the first row that does not hold, None if all do.
        head: hash of the newest row in hex, empty for an empty record.
    """

    ok: bool
    rows: int
    first_broken: int | None
    head: str


async def append(conn: Conn, now: datetime, actor: str, notes: Sequence[Note]) -> None:
    """Append notes to the chain; the chain is locked from here until the commit.

    Args:
        conn: a connection inside the transaction that did what is noted.
        now: the ward's time (UTC).
        actor: the acting user's id, or a program's name.
        notes: what was done, in order.
    """
    for note in notes:
        await sql.append(
            conn,
            now,
            actor=actor,
            action=note.action,
            patient_no=note.patient_no,
            detail=note.detail,
        )


async def verify(conn: Conn) -> Verification:
    """Walk the whole chain and compute every hash again."""
    found = await sql.walk(conn)
    return Verification(
        ok=found["first_broken"] is None,
        rows=found["rows"],
        first_broken=found["first_broken"],
        head=found["head"] or "",
    )
