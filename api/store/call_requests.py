"""SQL of the calls that patients ask for: open until somebody takes them, then theirs to make."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_COLUMNS = """
    SELECT r.id, r.no, r.patient_no, p.id AS patient, r.asked_at, r.about, r.due_at, r.state,
           r.taken_at, r.taken_by, r.ended_at,
           coalesce(nullif(t.display_name, ''), t.username) AS taken_by_name,
           coalesce(nullif(e.display_name, ''), e.username) AS ended_by_name
      FROM call_request r JOIN patient p ON p.no = r.patient_no
      LEFT JOIN app_user t ON t.id = r.taken_by LEFT JOIN app_user e ON e.id = r.ended_by
"""

_ASK = """
    INSERT INTO call_request (patient_no, asked_at, asked_by, about, due_at)
    VALUES (%(no)s, %(now)s, %(by)s, %(about)s, %(due)s)
    ON CONFLICT (patient_no) WHERE state IN ('open', 'taken') DO NOTHING RETURNING id
"""

_CHANGE = {
    "take": """UPDATE call_request SET state = 'taken', taken_at = %(now)s, taken_by = %(by)s
                WHERE id = %(id)s AND state = 'open' RETURNING id""",
    "done": """UPDATE call_request SET state = 'done', ended_at = %(now)s, ended_by = %(by)s
                WHERE id = %(id)s AND state IN ('open', 'taken') RETURNING id""",
    "withdraw": """UPDATE call_request SET state = 'withdrawn', ended_at = %(now)s,
                          ended_by = %(by)s
                    WHERE id = %(id)s AND state IN ('open', 'taken') RETURNING id""",
}


async def ask(conn: Conn, values: Row) -> UUID | None:
    """Ask for a call; None: one is asked for already.

    Args:
        conn: a connection acting for the patient.
        values: ``no`` of the patient, ``now``, ``by``, ``about`` (sealed), ``due``.
    """
    row = await (await conn.execute(_ASK, values)).fetchone()
    made: UUID | None = row["id"] if row else None
    return made


async def waiting_of(conn: Conn, patient_no: int) -> Row | None:
    """Return the call that a patient has asked for and not had yet."""
    found = await conn.execute(
        _COLUMNS + " WHERE r.patient_no = %s AND r.state IN ('open', 'taken')", (patient_no,)
    )
    return await found.fetchone()


async def one(conn: Conn, request_id: UUID) -> Row | None:
    """Return a request that the acting person may see."""
    return await (await conn.execute(_COLUMNS + " WHERE r.id = %s", (request_id,))).fetchone()


async def waiting(conn: Conn, *, after: int | None, limit: int) -> list[Row]:
    """Return what is asked for and not done: the first asked comes first."""
    found = await conn.execute(
        _COLUMNS
        + """ WHERE r.state IN ('open', 'taken') AND (%(after)s::bigint IS NULL OR r.no > %(after)s)
              ORDER BY r.no LIMIT %(limit)s""",
        {"after": after, "limit": limit},
    )
    return await found.fetchall()


async def counts(conn: Conn, now: datetime) -> Row:
    """Return how many requests nobody has taken, and how many of them are overdue."""
    found = await conn.execute(
        """SELECT count(*) AS calls, count(*) FILTER (WHERE due_at <= %s) AS overdue
             FROM call_request WHERE state = 'open'""",
        (now,),
    )
    return await found.fetchone() or {"calls": 0, "overdue": 0}


async def change(conn: Conn, request_id: UUID, how: str, by: UUID, now: datetime) -> bool:
    """Take a request, or end it (``take``, ``done``, ``withdraw``); False: it is not to be."""
    found = await conn.execute(_CHANGE[how].encode(), {"id": request_id, "by": by, "now": now})
    return await found.fetchone() is not None
