"""SQL of FHIR's ImagingStudy and DiagnosticReport: studies and what was found in them."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_STUDY = """
    SELECT s.uid, s.patient_no, p.id AS patient, s.taken_on, s.modalities, s.series, s.instances,
           s.description, s.added_at AS at
      FROM imaging_study s JOIN patient p ON p.no = s.patient_no
"""
_REPORT = """
    SELECT r.id, r.patient_no, p.id AS patient, r.study_uid, r.written_at AS at, r.written_by,
           r.text, s.taken_on, coalesce(nullif(u.display_name, ''), u.username) AS written_by_name
      FROM imaging_report r JOIN patient p ON p.no = r.patient_no
      JOIN imaging_study s ON s.uid = r.study_uid LEFT JOIN app_user u ON u.id = r.written_by
"""
_PAGE = """
     WHERE {row}.patient_no = %(patient)s
       AND (%(at)s::timestamptz IS NULL OR ({at}, {key}::text) < (%(at)s, %(key)s::text))
     ORDER BY {at} DESC, {key}::text DESC LIMIT %(limit)s
"""
_STUDIES = _STUDY + _PAGE.format(row="s", at="s.added_at", key="s.uid")
_REPORTS = _REPORT + _PAGE.format(row="r", at="r.written_at", key="r.id")
Key = tuple[datetime, str]
"""Where a page ends: when the last one was added or written, and its id."""


async def study(conn: Conn, uid: str) -> Row | None:
    """One study, if the acting person may see its patient."""
    return await (await conn.execute(_STUDY + " WHERE s.uid = %s", (uid,))).fetchone()


async def studies(conn: Conn, patient_no: int, after: Key | None, limit: int) -> list[Row]:
    """A patient's studies, the newest added first."""
    return await _page(conn, _STUDIES, patient_no, after, limit)


async def report(conn: Conn, report_id: UUID) -> Row | None:
    """What somebody found in a study, if the acting person may see its patient."""
    return await (await conn.execute(_REPORT + " WHERE r.id = %s", (report_id,))).fetchone()


async def reports(conn: Conn, patient_no: int, after: Key | None, limit: int) -> list[Row]:
    """What was found in a patient's studies, the newest written first."""
    return await _page(conn, _REPORTS, patient_no, after, limit)


async def _page(conn: Conn, what: str, patient_no: int, after: Key | None, limit: int) -> list[Row]:
    at, key = after or (None, None)
    asked = {"patient": patient_no, "at": at, "key": key, "limit": limit}
    return await (await conn.execute(what.encode(), asked)).fetchall()
