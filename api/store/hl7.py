"""SQL of HL7 messages: what was taken and refused, records that were merged, what was sent out."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row


async def hold_identifiers(conn: Conn, hashes: list[bytes]) -> None:
    """Let no other message about these people be handled until the commit."""
    for digest in sorted(set(hashes)):
        await conn.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('homeward.hl7.' || %s, 0))",
            (digest.hex(),),
        )


async def taken(conn: Conn, digest: bytes) -> bool:
    """Whether a message was taken before, as far as the acting machine manages its ward."""
    found = await conn.execute("SELECT 1 FROM hl7_taken WHERE digest = %s", (digest,))
    return await found.fetchone() is not None


async def take(conn: Conn, message: Row) -> None:
    """Remember that a message was taken; it is among the refused no more.

    Args:
        conn: a connection acting for a machine of the ward.
        message: ``digest``, ``ward``, ``patient_no``, ``event``, ``control_id``, ``now``, ``days``.
    """
    await conn.execute(
        """
        INSERT INTO hl7_taken (digest, ward, patient_no, event, control_id, taken_at, kept_until)
        VALUES (%(digest)s, %(ward)s, %(patient_no)s, %(event)s, %(control_id)s, %(now)s,
                now() + make_interval(days => %(days)s))
        """,
        message,
    )
    await conn.execute("DELETE FROM hl7_refused WHERE digest = %s", (message["digest"],))


async def refuse(conn: Conn, message: Row) -> None:
    """Keep a message that was refused; sent again, it is counted and stands once.

    Args:
        conn: a connection acting for a machine of the ward.
        message: ``id``, ``digest``, ``ward``, ``direction``, ``patient_no``, ``external_hash``,
            ``sender``, ``control_id``, ``event``, ``code``, ``reason``, ``sealed``, ``now``,
            ``days``.
    """
    await conn.execute(
        """
        INSERT INTO hl7_refused AS r
               (id, digest, ward, direction, patient_no, external_hash, sender, control_id, event,
                code, reason, sealed, first_at, last_at, kept_until)
        VALUES (%(id)s, %(digest)s, %(ward)s, %(direction)s, %(patient_no)s, %(external_hash)s,
                %(sender)s, %(control_id)s, %(event)s, %(code)s, %(reason)s, %(sealed)s, %(now)s,
                %(now)s, now() + make_interval(days => %(days)s))
        ON CONFLICT (digest) DO UPDATE
           SET times = r.times + 1, last_at = excluded.last_at, code = excluded.code,
               reason = excluded.reason, kept_until = excluded.kept_until,
               retry_asked_at = NULL, retry_asked_by = NULL
        """,
        message,
    )


_REFUSED = """
    SELECT r.id, r.ward, r.direction, r.digest, r.patient_no, r.sender, r.control_id, r.event,
           r.code, r.reason, r.times, r.first_at, r.last_at, r.sealed, r.retry_asked_at,
           p.id AS patient, k.master_version, k.wrapped
      FROM hl7_refused r LEFT JOIN patient p ON p.no = r.patient_no
      LEFT JOIN patient_key k ON k.patient_no = r.patient_no
"""


async def refused(conn: Conn, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
    """Refused messages of the wards that the acting user manages, newest first."""
    at, last = before or (None, None)
    found = await conn.execute(
        _REFUSED
        + """
         WHERE %(at)s::timestamptz IS NULL OR (r.last_at, r.id) < (%(at)s, %(id)s::uuid)
         ORDER BY r.last_at DESC, r.id DESC LIMIT %(limit)s
        """,
        {"at": at, "id": last, "limit": limit},
    )
    return await found.fetchall()


async def refused_one(conn: Conn, message_id: UUID) -> Row | None:
    """One refused message."""
    found = await conn.execute(_REFUSED + " WHERE r.id = %s", (message_id,))
    return await found.fetchone()


async def ask_again(conn: Conn, message_id: UUID, now: datetime, by: UUID) -> None:
    """Have a message tried again; a result that its receiver refused is told anew by itself."""
    await conn.execute(
        """
        UPDATE hl7_refused SET retry_asked_at = coalesce(retry_asked_at, %s),
               retry_asked_by = coalesce(retry_asked_by, %s) WHERE id = %s
        """,
        (now, by, message_id),
    )
    await conn.execute(
        """
        DELETE FROM hl7_sent s USING hl7_refused r
         WHERE r.id = %s AND r.direction = 'out' AND s.patient_no = r.patient_no
        """,
        (message_id,),
    )


async def to_retry(conn: Conn, most: int) -> list[Row]:
    """Messages that came in and are to be tried again, who has waited longest first."""
    found = await conn.execute(
        _REFUSED
        + """
         WHERE r.retry_asked_at IS NOT NULL AND r.direction = 'in'
         ORDER BY r.retry_asked_at, r.id LIMIT %s
        """,
        (most,),
    )
    return await found.fetchall()


async def dismiss(conn: Conn, message_id: UUID) -> None:
    """Delete a refused message."""
    await conn.execute("DELETE FROM hl7_refused WHERE id = %s", (message_id,))


async def forget_old(conn: Conn) -> None:
    """Delete what was kept long enough, of the wards that the acting machine manages."""
    await conn.execute("DELETE FROM hl7_taken WHERE kept_until < now()")
    await conn.execute("DELETE FROM hl7_refused WHERE kept_until < now()")


async def number_of(conn: Conn, external_hash: bytes) -> int | None:
    """The patient of an identifier, or whom they were merged into, as far as they may be seen."""
    found = await conn.execute(
        "SELECT coalesce(merged_into, no) AS no FROM patient WHERE external_hash = %s",
        (external_hash,),
    )
    row = await found.fetchone()
    return row["no"] if row else None


async def merge(conn: Conn, gone: int, kept: int) -> None:
    """Make one record another's: who asks for the one finds the other from now on."""
    await conn.execute(
        "UPDATE patient SET merged_into = %(kept)s WHERE no = %(gone)s OR merged_into = %(gone)s",
        {"gone": gone, "kept": kept},
    )


async def free_identifier(conn: Conn, patient_no: int) -> None:
    """Take an external id from a record, for another is to bear it before the commit."""
    await conn.execute("UPDATE patient SET external_hash = NULL WHERE no = %s", (patient_no,))


async def hand_to_ward(conn: Conn, patient_no: int, taker: UUID) -> None:
    """Give a patient to the ward of another machine account."""
    await conn.execute("SELECT hand_to_ward(%s, %s)", (patient_no, taker))


_NEWS = """
    SELECT p.no FROM patient p JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN hl7_sent s ON s.patient_no = p.no
     WHERE p.state <> 'discharged' AND NOT p.simulated AND p.external_hash IS NOT NULL
       AND n.received > coalesce(s.received, '-infinity') ORDER BY n.received, p.no LIMIT %s
"""


async def with_news(conn: Conn, most: int) -> list[int]:
    """Patients of whom something newer is known than was sent, who waits longest first."""
    found = await conn.execute(_NEWS, (most,))
    return [row["no"] for row in await found.fetchall()]


async def sent(conn: Conn, patient_no: int, received: datetime, now: datetime) -> None:
    """Remember what was sent of a patient and acknowledged."""
    await conn.execute(
        """
        INSERT INTO hl7_sent (patient_no, received, sent_at) VALUES (%s, %s, %s)
        ON CONFLICT (patient_no) DO UPDATE
           SET received = excluded.received, sent_at = excluded.sent_at
        """,
        (patient_no, received, now),
    )
