"""SQL of advice to patients: sent, told, confirmed, and what nobody has confirmed in time."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_COLUMNS = """
    SELECT a.id, a.no, a.patient_no, p.id AS patient, a.template, a.text, a.sent_at, a.sent_by,
           a.due_at, a.confirmed_at, a.told_at,
           coalesce(nullif(u.display_name, ''), u.username) AS sent_by_name
      FROM advice a JOIN patient p ON p.no = a.patient_no
      LEFT JOIN app_user u ON u.id = a.sent_by
"""
_ADD = """
    INSERT INTO advice (patient_no, template, text, sent_at, sent_by, due_at, entry_key)
    VALUES (%(no)s, %(template)s, %(text)s, %(now)s, %(by)s, %(due)s, %(key)s)
    ON CONFLICT (patient_no, entry_key) DO NOTHING RETURNING id
"""


async def add(conn: Conn, values: Row) -> UUID | None:
    """Keep advice; None: it was kept before, under the same key.

    Args:
        conn: a connection acting for who sends it.
        values: ``no`` of the patient, ``template``, ``text`` (sealed), ``now``, ``by``, ``due``,
            ``key``.
    """
    row = await (await conn.execute(_ADD, values)).fetchone()
    made: UUID | None = row["id"] if row else None
    return made


async def by_key(conn: Conn, patient_no: int, key: bytes) -> UUID | None:
    """Return the advice that has this key, None if there is none."""
    found = await conn.execute(
        "SELECT id FROM advice WHERE patient_no = %s AND entry_key = %s", (patient_no, key)
    )
    row = await found.fetchone()
    return row["id"] if row else None


async def one(conn: Conn, advice_id: UUID) -> Row | None:
    """Return advice that the acting person may see."""
    return await (await conn.execute(_COLUMNS + " WHERE a.id = %s", (advice_id,))).fetchone()


async def of_patient(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Return a patient's advice, newest first; from below ``before`` on."""
    found = await conn.execute(
        _COLUMNS
        + """ WHERE a.patient_no = %(no)s AND (%(before)s::bigint IS NULL OR a.no < %(before)s)
              ORDER BY a.no DESC LIMIT %(limit)s""",
        {"no": patient_no, "before": before, "limit": limit},
    )
    return await found.fetchall()


async def overdue(conn: Conn, now: datetime, *, after: int | None, limit: int) -> list[Row]:
    """Return what should have been confirmed by now, the longest due first, of people in a stay."""
    found = await conn.execute(
        _COLUMNS
        + """ WHERE a.confirmed_at IS NULL AND a.due_at <= %(now)s AND p.state <> 'discharged'
                AND (%(after)s::bigint IS NULL OR a.no > %(after)s)
              ORDER BY a.no LIMIT %(limit)s""",
        {"now": now, "after": after, "limit": limit},
    )
    return await found.fetchall()


async def confirm(conn: Conn, advice_id: UUID, by: UUID, at: datetime) -> bool:
    """Note that the patient has read it; False: they had said so before, or it is none of theirs.

    Args:
        conn: acting for the patient.
        advice_id: which.
        by: their account.
        at: when they said so.
    """
    found = await conn.execute(
        """UPDATE advice SET confirmed_at = greatest(%s, sent_at), confirmed_by = %s
            WHERE id = %s AND confirmed_at IS NULL""",
        (at, by, advice_id),
    )
    return bool(found.rowcount)
