"""SQL of FHIR's Task, Communication and QuestionnaireResponse: asked, written, answered."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

Key = tuple[datetime, UUID]
"""Where a page ends: time and id of the last one."""

_TASKS = """
    SELECT r.id, r.patient_no, p.id AS patient, r.asked_at AS at, r.about AS text,
           r.taken_by AS owner, 'call' AS kind, r.state, r.due_at AS due, NULL AS metric,
           NULL AS device, coalesce(r.ended_at, r.taken_at, r.asked_at) AS changed_at
      FROM call_request r JOIN patient p ON p.no = r.patient_no
    UNION ALL
    SELECT c.id, d.patient_no, p.id, c.issued, NULL, NULL, 'measure', c.state, c.expires,
           c.args ->> 'metric', d.id, c.changed_at
      FROM command c JOIN device d ON d.no = c.device_no JOIN patient p ON p.no = d.patient_no
     WHERE c.command = 'measure'
"""
_COMMUNICATIONS = """
    SELECT m.id, m.patient_no, p.id AS patient, m.written_at AS at, m.text, m.written_by,
           m.by_patient, m.first_seen AS received, 'message' AS kind
      FROM patient_message m JOIN patient p ON p.no = m.patient_no
    UNION ALL
    SELECT a.id, a.patient_no, p.id, a.sent_at, a.text, a.sent_by, false, a.confirmed_at, 'advice'
      FROM advice a JOIN patient p ON p.no = a.patient_no
"""
_ANSWERS = """
    SELECT r.id, r.patient_no, p.id AS patient, r.received AS at, r.questionnaire, r.version,
           r.given_at, r.answers AS sealed, NULL::jsonb AS plain, NULL AS words, r.given_by,
           u.role AS given_by_role
      FROM questionnaire_response r JOIN patient p ON p.no = r.patient_no
      LEFT JOIN app_user u ON u.id = r.given_by
    UNION ALL
    SELECT w.id, w.patient_no, p.id, w.received, 'feels_worse', '1', w.given_at, NULL, w.answers,
           w.words, w.given_by, 'patient'
      FROM patient_report w JOIN patient p ON p.no = w.patient_no
"""
_PAGE = """
    SELECT * FROM ({what}) x
     WHERE x.patient_no = %(patient)s
       AND (%(at)s::timestamptz IS NULL OR (x.at, x.id) < (%(at)s, %(id)s::uuid))
     ORDER BY x.at DESC, x.id DESC LIMIT %(limit)s
"""
_ONE = "SELECT * FROM ({what}) x WHERE x.id = %(id)s"


async def tasks(conn: Conn, patient_no: int, after: Key | None, limit: int) -> list[Row]:
    """Calls that a patient asked for, measurements that a device was asked for; newest first."""
    return await _page(conn, _TASKS, patient_no, after, limit)


async def task(conn: Conn, key: UUID) -> Row | None:
    """One of them, if the acting person may see it."""
    return await (await conn.execute(_ONE.format(what=_TASKS), {"id": key})).fetchone()


async def communications(conn: Conn, patient_no: int, after: Key | None, limit: int) -> list[Row]:
    """Messages between a patient and the ward, and advice to the patient; newest first."""
    return await _page(conn, _COMMUNICATIONS, patient_no, after, limit)


async def communication(conn: Conn, key: UUID) -> Row | None:
    """One of them, if the acting person may see it."""
    return await (
        await conn.execute(_ONE.format(what=_COMMUNICATIONS).encode(), {"id": key})
    ).fetchone()


async def answered(conn: Conn, patient_no: int, after: Key | None, limit: int) -> list[Row]:
    """Answers to questionnaires, and reports of feeling worse; what came last comes first."""
    return await _page(conn, _ANSWERS, patient_no, after, limit)


async def answered_one(conn: Conn, key: UUID) -> Row | None:
    """One of them, if the acting person may see it."""
    return await (await conn.execute(_ONE.format(what=_ANSWERS), {"id": key})).fetchone()


async def _page(conn: Conn, what: str, patient_no: int, after: Key | None, limit: int) -> list[Row]:
    at, last = after or (None, None)
    asked = {"patient": patient_no, "at": at, "id": last, "limit": limit}
    return await (await conn.execute(_PAGE.format(what=what), asked)).fetchall()
