"""SQL of a case's call: who sits in it, and what one browser tells another."""

from uuid import UUID

from api.store.types import Conn, Row

_HERE = """
    SELECT s.id, s.user_id, coalesce(nullif(u.display_name, ''), u.username) AS name
      FROM case_seat s JOIN app_user u ON u.id = s.user_id
     WHERE s.case_id = %s AND s.left_at IS NULL AND s.expires_at > clock_timestamp()
"""


async def sit(conn: Conn, values: Row) -> Row:
    """Take one's seat, from wherever one sat before; return its ``id`` and ``expires_at``.

    Args:
        conn: a connection acting for who sits down.
        values: ``id`` of the case, ``no`` of the patient, ``by``, ``hash`` of the token,
            ``token_s``.
    """
    await conn.execute(
        """UPDATE case_seat SET left_at = clock_timestamp()
            WHERE case_id = %(id)s AND user_id = %(by)s AND left_at IS NULL""",
        values,
    )
    found = await conn.execute(
        """INSERT INTO case_seat (case_id, patient_no, user_id, token_hash, expires_at)
           VALUES (%(id)s, %(no)s, %(by)s, %(hash)s,
                   clock_timestamp() + make_interval(secs => %(token_s)s))
           RETURNING id, expires_at""",
        values,
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(values["id"])
    return row


async def seat(conn: Conn, case_id: UUID, token_hash: bytes, user_id: UUID) -> UUID | None:
    """Return somebody's own seat that still holds."""
    found = await conn.execute(
        _HERE + " AND s.token_hash = %s AND s.user_id = %s", (case_id, token_hash, user_id)
    )
    row = await found.fetchone()
    return row["id"] if row else None


async def seats(conn: Conn, case_id: UUID) -> list[Row]:
    """Return who sits in the call: ``id``, ``user_id`` and ``name``, always in the same order."""
    return await (await conn.execute(_HERE + " ORDER BY s.taken_at, s.id", (case_id,))).fetchall()


async def renew(conn: Conn, seat_id: UUID, token_s: float) -> None:
    """Note a sign of life of a seat."""
    await conn.execute(
        """UPDATE case_seat SET expires_at = clock_timestamp() + make_interval(secs => %s)
            WHERE id = %s AND left_at IS NULL""",
        (token_s, seat_id),
    )


async def leave(conn: Conn, seat_id: UUID) -> None:
    """Give up a seat."""
    await conn.execute(
        "UPDATE case_seat SET left_at = clock_timestamp() WHERE id = %s AND left_at IS NULL",
        (seat_id,),
    )


async def say(conn: Conn, values: Row, most: int) -> bool:
    """Tell another seat something; False: too much was told.

    Args:
        conn: a connection acting for who tells.
        values: ``id`` of the case, ``no`` of the patient, ``seat``, ``to``, ``kind``, ``data``.
        most: what one seat may tell in all.
    """
    found = await conn.execute(
        """INSERT INTO case_signal (case_id, patient_no, from_seat, to_seat, kind, data)
           SELECT %(id)s, %(no)s, %(seat)s, %(to)s, %(kind)s, %(data)s
            WHERE (SELECT count(*) FROM case_signal
                    WHERE case_id = %(id)s AND from_seat = %(seat)s) < %(most)s""",
        {**values, "most": most},
    )
    return bool(found.rowcount)


async def said(conn: Conn, case_id: UUID, seat_id: UUID, after: int) -> list[Row]:
    """Return what those who sit there now have told a seat, in order."""
    found = await conn.execute(
        """SELECT s.no, s.from_seat, s.kind, s.data FROM case_signal s
            WHERE s.case_id = %s AND s.to_seat = %s AND s.no > %s AND EXISTS (
                  SELECT FROM case_seat f WHERE f.id = s.from_seat AND f.left_at IS NULL)
            ORDER BY s.no LIMIT 200""",
        (case_id, seat_id, after),
    )
    return await found.fetchall()
