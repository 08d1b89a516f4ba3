"""SQL of answers to questionnaires, and of the reasons that they make while they hold."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_ADD = """
    SELECT answer_questionnaire(%(no)s, %(form)s, %(version)s, %(given_at)s, %(received)s,
                                %(answers)s, %(score)s::smallint, %(priority)s, %(key)s,
                                %(ends_at)s, %(finding)s) AS id
"""
_SHOWN = """
    SELECT r.id, r.no, r.patient_no, p.id AS patient, r.questionnaire, r.version, r.given_at,
           r.received, r.answers, r.score, r.priority, r.given_by, u.role AS given_by_role,
           coalesce(nullif(u.display_name, ''), u.username) AS given_by_name
      FROM questionnaire_response r JOIN patient p ON p.no = r.patient_no
      LEFT JOIN app_user u ON u.id = r.given_by
"""


async def add(conn: Conn, values: Row) -> UUID | None:
    """Keep answers and tell the alert engine where a rule says so; None: they were kept before.

    Args:
        conn: a connection acting for who answers.
        values: ``no``, ``form``, ``version``, ``given_at``, ``received``, ``answers`` sealed,
            ``score``, ``priority``, ``key``, ``ends_at``, ``finding`` or None.
    """
    finding = values["finding"]
    asked = {**values, "finding": None if finding is None else Jsonb(finding)}
    row = await (await conn.execute(_ADD, asked)).fetchone()
    made: UUID | None = row["id"] if row else None
    return made


async def by_key(conn: Conn, patient_no: int, key: bytes) -> Row | None:
    """Return the answers that have this key, None if there are none."""
    found = await conn.execute(
        _SHOWN + " WHERE r.patient_no = %s AND r.entry_key = %s", (patient_no, key)
    )
    return await found.fetchone()


async def page(
    conn: Conn, patient_no: int, form: str | None, *, before: int | None, limit: int
) -> list[Row]:
    """Return a patient's answers, newest first; of one questionnaire; from below ``before`` on."""
    found = await conn.execute(
        _SHOWN
        + """ WHERE r.patient_no = %(no)s AND (%(form)s::text IS NULL OR r.questionnaire = %(form)s)
               AND (%(before)s::bigint IS NULL OR r.no < %(before)s)
             ORDER BY r.no DESC LIMIT %(limit)s""",
        {"no": patient_no, "form": form, "before": before, "limit": limit},
    )
    return await found.fetchall()


async def over(conn: Conn, now: datetime) -> list[Row]:
    """Note which answers hold no longer; return them."""
    found = await conn.execute(
        """UPDATE questionnaire_response SET ends_at = NULL WHERE ends_at <= %s
            RETURNING patient_no, questionnaire""",
        (now,),
    )
    return await found.fetchall()
