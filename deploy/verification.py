"""``homeward verify``: proves what is stored, from the stored bytes alone.

Every signed frame is verified again with the key it was accepted under, and must say of itself what
its row says; every reading of a device must belong to a stored frame; and the audit log's chain of
hashes must be unbroken. Nothing is taken from an earlier verdict.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import psycopg

from gateway import wire

_BATCH = 2_000
_FRAMES = """
SELECT f.frame_id, f.frame, f.boot, f.seq, d.id, k.sign_public
  FROM signed_frame f
  LEFT JOIN device d ON d.no = f.device_no
  LEFT JOIN device_key k ON k.id = f.key_id AND k.device_no = f.device_no
"""
_ORPHANS = """
SELECT count(*) FROM observation o
 WHERE o.device_no IS NOT NULL
   AND o.received >= (SELECT min(time) FROM signed_frame)
   AND NOT EXISTS (SELECT FROM signed_frame f
                    WHERE f.patient_no = o.patient_no AND f.frame_id = o.frame_id)
"""
_AUDIT = """
SELECT count(*), count(*) FILTER (WHERE NOT whole) FROM (
    SELECT a.hash = audit_hash(a.id, a.at, a.actor, a.action, a.patient_no, a.detail, a.previous)
           AND a.previous = coalesce(lag(a.hash) OVER (ORDER BY a.id), '') AS whole
      FROM audit a) AS chain
"""


class _Head(msgspec.Struct):
    """What every device message says of itself."""

    device: str
    boot: int
    seq: int


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What was found.

    Attributes:
        frames: signed frames walked.
        unproved: ids of frames whose signature or identity does not hold.
        orphans: readings of devices without a stored frame, since the oldest frame that is kept.
        audit_rows: rows of the audit log.
        audit_broken: rows that do not follow from the one before.
    """

    frames: int
    unproved: list[int]
    orphans: int
    audit_rows: int
    audit_broken: int

    @property
    def good(self) -> bool:
        """Whether everything was proved."""
        return not (self.unproved or self.orphans or self.audit_broken)


def verify(database_url: str) -> Verdict:
    """Walk all stored frames, readings and audit rows.

    Args:
        database_url: the owner's or an administrator's address.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    verdict = Verdict(frames=0, unproved=[], orphans=0, audit_rows=0, audit_broken=0)
    with psycopg.connect(database_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for frame_id, holds in _walk(connection):
            verdict.frames += 1
            if not holds:
                verdict.unproved.append(frame_id)
        orphans = connection.execute(_ORPHANS).fetchone()
        audit = connection.execute(_AUDIT).fetchone()
    verdict.orphans = orphans[0] if orphans else 0
    verdict.audit_rows, verdict.audit_broken = audit or (0, 0)
    return verdict


def _walk(connection: psycopg.Connection) -> Iterator[tuple[int, bool]]:
    """Yield each frame's id and whether it is proved, a batch at a time."""
    with connection.cursor("frames") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(_FRAMES)
        for frame_id, frame, boot, seq, device, key in cursor:
            yield frame_id, key is not None and _holds(frame, key, (device, boot, seq))


def _holds(frame: bytes, key: bytes, identity: tuple[str, int, int]) -> bool:
    message = wire.open_signed(frame, key)
    if not isinstance(message, bytes):
        return False
    try:
        head = msgspec.json.decode(message, type=_Head)
    except msgspec.DecodeError:
        return False
    return (head.device, head.boot, head.seq) == identity
