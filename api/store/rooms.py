"""SQL of the room of a consultation: who sits in it, and what one browser tells the other."""

from uuid import UUID

from api.store.types import Conn, Row

_SIT = """
    WITH before AS (
        UPDATE consultation_seat SET left_at = clock_timestamp()
         WHERE consultation_id = %(id)s AND side = %(side)s AND left_at IS NULL)
    SELECT 1
"""
_NEW = """
    INSERT INTO consultation_seat (consultation_id, patient_no, side, user_id, token_hash,
                                   expires_at)
    VALUES (%(id)s, %(no)s, %(side)s, %(by)s, %(hash)s,
            clock_timestamp() + make_interval(secs => %(token_s)s))
    RETURNING id, expires_at
"""
_HERE = """
    SELECT s.id, s.side, s.seen_at FROM consultation_seat s
     WHERE s.consultation_id = %s AND s.left_at IS NULL AND s.expires_at > clock_timestamp()
"""


async def sit(conn: Conn, values: Row) -> Row:
    """Take a side's seat, from whoever had it; return its ``id`` and ``expires_at``.

    Args:
        conn: a connection acting for who sits down.
        values: ``id`` of the consultation, ``no`` of the patient, ``side``, ``by``, ``hash`` of the
            token, ``token_s``.
    """
    await conn.execute(_SIT, values)
    row = await (await conn.execute(_NEW, values)).fetchone()
    if row is None:
        raise LookupError(values["id"])
    return row


async def seat(conn: Conn, consultation_id: UUID, token_hash: bytes, user_id: UUID) -> Row | None:
    """Return somebody's own seat that still holds."""
    found = await conn.execute(
        _HERE + " AND s.token_hash = %s AND s.user_id = %s",
        (consultation_id, token_hash, user_id),
    )
    return await found.fetchone()


async def seats(conn: Conn, consultation_id: UUID) -> dict[str, UUID]:
    """Return who sits in a room: seat by side."""
    found = await conn.execute(_HERE, (consultation_id,))
    return {row["side"]: row["id"] for row in await found.fetchall()}


async def renew(conn: Conn, seat_id: UUID, token_s: float) -> None:
    """Note a sign of life of a seat."""
    await conn.execute(
        """UPDATE consultation_seat SET seen_at = clock_timestamp(),
                  expires_at = clock_timestamp() + make_interval(secs => %s)
            WHERE id = %s AND left_at IS NULL""",
        (token_s, seat_id),
    )


async def leave(conn: Conn, seat_id: UUID) -> None:
    """Give up a seat."""
    await conn.execute(
        """UPDATE consultation_seat SET left_at = clock_timestamp()
            WHERE id = %s AND left_at IS NULL""",
        (seat_id,),
    )


async def clear(conn: Conn, consultation_id: UUID) -> None:
    """Let everybody go, and forget what was told."""
    await conn.execute(
        """UPDATE consultation_seat SET left_at = clock_timestamp()
            WHERE consultation_id = %s AND left_at IS NULL""",
        (consultation_id,),
    )
    await conn.execute(
        "DELETE FROM consultation_signal WHERE consultation_id = %s", (consultation_id,)
    )


async def say(conn: Conn, values: Row, most: int) -> int | None:
    """Tell the other side something; return its number, None: too much was told.

    Args:
        conn: a connection acting for who tells.
        values: ``id`` of the consultation, ``no`` of the patient, ``side``, ``pair``, ``kind``,
            ``data``.
        most: what one side may tell in one call.
    """
    found = await conn.execute(
        """INSERT INTO consultation_signal (consultation_id, patient_no, side, pair, kind, data)
           SELECT %(id)s, %(no)s, %(side)s, %(pair)s, %(kind)s, %(data)s
            WHERE (SELECT count(*) FROM consultation_signal
                    WHERE consultation_id = %(id)s AND side = %(side)s) < %(most)s
           RETURNING no""",
        {**values, "most": most},
    )
    row = await found.fetchone()
    return int(row["no"]) if row else None


async def said(conn: Conn, consultation_id: UUID, side: str, pair: str, after: int) -> list[Row]:
    """Return what the other side has told between these two seats, in order."""
    found = await conn.execute(
        """SELECT no, kind, data FROM consultation_signal
            WHERE consultation_id = %s AND side <> %s AND pair = %s AND no > %s
            ORDER BY no LIMIT 200""",
        (consultation_id, side, pair, after),
    )
    return await found.fetchall()


async def wake(conn: Conn, consultation_id: UUID) -> None:
    """Say that a room has changed."""
    await conn.execute("SELECT pg_notify('homeward_room', %s)", (str(consultation_id),))


async def forget(conn: Conn) -> int:
    """Delete what was told in rooms that are over (the engine's login); how much it was."""
    found = await conn.execute(
        """DELETE FROM consultation_signal s USING consultation c
            WHERE c.id = s.consultation_id AND c.state <> 'booked'"""
    )
    return found.rowcount
