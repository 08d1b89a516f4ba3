"""The record of who read and did what: each row seals the one before it.

The chain shows that nothing kept was changed or taken out of its middle by whoever cannot write it
anew. That its end was not cut off, and that its owner did not chain it again, shows only against
heads noted outside the database: see ``api.evidence.anchors``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from api.evidence.anchors import Base, Held, hold
from api.store import audit as sql
from api.store.types import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One access or change: what was done, to whose record, and what explains it.

    ``detail`` outlives the erasure of a person, so it must hold no personal data. With ``seen`` it
    is a row for each of these patients, at most one an hour of the same actor and action.
    """

    action: str
    patient_no: int | None = None
    seen: tuple[int, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainVerification:
    """What a walk over the chain found.

    Attributes:
        ok: every row seals the one before it.
        rows: how many rows there are.
        first_broken: id of the first row that does not hold, None if all do.
        head: hash of the newest row in hex, empty for an empty record.
        anchors: heads noted outside that the chain was held against.
        signed: those of them that are signed.
        first_unanchored: the first row that differs from its anchor, or is gone.
        unanchored_because: what is wrong with that anchor, in words.
        begins_after: the last row that went by its age, as the chain itself tells; 0: none did.
    """

    ok: bool
    rows: int
    first_broken: int | None
    head: str
    anchors: int = 0
    signed: int = 0
    first_unanchored: int | None = None
    unanchored_because: str = ""
    begins_after: int = 0


async def append(conn: Conn, now: datetime, actor: str, notes: Sequence[Note]) -> None:
    """Append notes to the chain; the chain is locked from here until the commit.

    Args:
        conn: a connection inside the transaction that did what is noted.
        now: the ward's time (UTC).
        actor: the acting user's id, or a program's name.
        notes: what was done, in order.
    """
    for note in notes:
        if note.seen:
            await sql.append_seen(
                conn,
                now,
                actor=actor,
                action=note.action,
                patients=note.seen,
                detail=note.detail,
            )
            continue
        await sql.append(
            conn,
            now,
            actor=actor,
            action=note.action,
            patient_no=note.patient_no,
            detail=note.detail,
        )


async def verify(
    conn: Conn, anchor_file: Path | None = None, trusted: str | None = None
) -> ChainVerification:
    """Walk the whole chain, compute every hash again, and hold it against anchors if there are.

    Args:
        conn: any connection that may read the chain.
        anchor_file: heads that were noted outside; None: none.
        trusted: the public key in hex under which daily heads must be signed; None: any.

    Raises:
        api.evidence.anchors.AnchorError: the file of anchors cannot be read.
    """
    found = await sql.walk(conn)
    held = Held(0, 0)
    if anchor_file is not None:
        base = Base(found["begins_after"], found["base"])
        held = await hold(conn, anchor_file, base, trusted)
    return ChainVerification(
        ok=found["first_broken"] is None and held.wrong is None,
        anchors=held.checked,
        signed=held.signed,
        first_unanchored=held.wrong,
        unanchored_because=held.why,
        rows=found["rows"],
        first_broken=found["first_broken"],
        head=found["head"] or "",
        begins_after=found["begins_after"],
    )
