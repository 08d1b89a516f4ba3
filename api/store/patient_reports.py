"""SQL of what patients report of themselves, and of the reason that it makes while it holds."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_ADD = """
    SELECT report_worse(%(no)s, %(given_at)s, %(received)s, %(answers)s, %(words)s, %(priority)s,
                        %(key)s, %(ends_at)s, %(finding)s) AS id
"""


async def add(conn: Conn, values: Row) -> UUID | None:
    """Keep a report and tell the alert engine; None: it was kept before, under the same key.

    Args:
        conn: a connection acting for the patient.
        values: ``no``, ``given_at``, ``received``, ``answers``, ``words`` (sealed), ``priority``,
            ``key``, ``ends_at`` and ``finding``.
    """
    asked = {
        **values,
        "answers": Jsonb(values["answers"]),
        "finding": Jsonb(values["finding"]),
    }
    row = await (await conn.execute(_ADD, asked)).fetchone()
    made: UUID | None = row["id"] if row else None
    return made


async def by_key(conn: Conn, patient_no: int, key: bytes) -> UUID | None:
    """Return the report that has this key, None if there is none."""
    cursor = await conn.execute(
        "SELECT id FROM patient_report WHERE patient_no = %s AND entry_key = %s", (patient_no, key)
    )
    row = await cursor.fetchone()
    return row["id"] if row else None


async def page(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Return a patient's reports, newest first; from below ``before`` on."""
    cursor = await conn.execute(
        """SELECT no, id, given_at, received, answers, words, priority FROM patient_report
            WHERE patient_no = %(no)s AND (%(before)s::bigint IS NULL OR no < %(before)s)
            ORDER BY no DESC LIMIT %(limit)s""",
        {"no": patient_no, "before": before, "limit": limit},
    )
    return await cursor.fetchall()


async def over(conn: Conn, now: datetime) -> list[Row]:
    """Note which reports hold no longer; return them."""
    cursor = await conn.execute(
        """UPDATE patient_report SET ends_at = NULL WHERE ends_at <= %s
            RETURNING patient_no, given_at""",
        (now,),
    )
    return await cursor.fetchall()


async def tell(conn: Conn, patient_no: int, now: datetime, finding: Row) -> None:
    """Write a finding about a report to the outbox."""
    await conn.execute(
        "INSERT INTO outbox (patient_no, kind, created_at, payload) VALUES (%s, 'finding', %s, %s)",
        (patient_no, now, Jsonb(finding)),
    )
