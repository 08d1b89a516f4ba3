"""SQL of images: what is uploaded, which studies there are, what was written about them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

CHANNEL = "homeward_imaging"
_UPLOAD = """
    SELECT u.id, u.patient_no, p.id AS patient, u.made_by, u.made_at, u.sizes, u.received, u.state,
           u.done, u.reason, u.studies
      FROM imaging_upload u JOIN patient p ON p.no = u.patient_no
"""
_STUDY = """
    SELECT s.uid, s.taken_on, s.modalities, s.series, s.instances, s.bytes, s.description,
           s.added_at, s.released_at,
           coalesce(nullif(u.display_name, ''), u.username) AS added_by_name
      FROM imaging_study s LEFT JOIN app_user u ON u.id = s.added_by
"""


async def add_upload(conn: Conn, patient_no: int, values: Row) -> UUID:
    """Begin an upload.

    Args:
        conn: a connection acting for who uploads.
        patient_no: whose images.
        values: ``made_by``, ``made_at`` and ``sizes``.
    """
    found = await conn.execute(
        """
        INSERT INTO imaging_upload (patient_no, made_by, made_at, sizes)
        VALUES (%(no)s, %(made_by)s, %(made_at)s, %(sizes)s) RETURNING id
        """,
        {**values, "no": patient_no},
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(patient_no)
    made: UUID = row["id"]
    return made


async def upload(conn: Conn, patient_no: int, upload_id: UUID, *, lock: bool = False) -> Row | None:
    """Return an upload of a patient; ``lock``: nobody else goes on with it until the commit."""
    tail = " FOR NO KEY UPDATE OF u" if lock else ""
    found = await conn.execute(
        _UPLOAD + " WHERE u.id = %s AND u.patient_no = %s" + tail, (upload_id, patient_no)
    )
    return await found.fetchone()


async def note_received(conn: Conn, upload_id: UUID, received: int, *, whole: bool) -> None:
    """Write how many bytes are safe; with the last one the upload is looked at."""
    await conn.execute(
        """
        UPDATE imaging_upload SET received = %(received)s, touched_at = now(),
               state = CASE WHEN %(whole)s THEN 'checking' ELSE state END
         WHERE id = %(id)s
        """,
        {"id": upload_id, "received": received, "whole": whole},
    )
    if whole:
        await conn.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


async def note_whole(conn: Conn, upload_id: UUID, sizes: Sequence[int]) -> None:
    """Write that all bytes of an upload are safe, and how long each file is; it is looked at."""
    await conn.execute(
        "UPDATE imaging_upload SET sizes = %s WHERE id = %s", (list(sizes), upload_id)
    )
    await note_received(conn, upload_id, sum(sizes), whole=True)


async def next_whole(conn: Conn) -> Row | None:
    """Return the upload that has waited longest to be looked at, with the patient's key."""
    found = await conn.execute(
        _UPLOAD + " WHERE u.state = 'checking' ORDER BY u.touched_at LIMIT 1"
    )
    return await found.fetchone()


async def held_by(conn: Conn, study: str) -> int | None:
    """Return the number of the patient who has a study already."""
    found = await conn.execute("SELECT holder_of_study(%s) AS no", (study,))
    row = await found.fetchone()
    no: int | None = row["no"] if row else None
    return no


async def note_studies(conn: Conn, upload_id: UUID, studies: Sequence[str]) -> None:
    """Write which studies the archive is about to get, so that they are found whatever happens."""
    await conn.execute(
        "UPDATE imaging_upload SET studies = %s WHERE id = %s", (list(studies), upload_id)
    )


async def note_done(conn: Conn, upload_id: UUID, done: int) -> None:
    """Write how many files the archive has."""
    await conn.execute("UPDATE imaging_upload SET done = %s WHERE id = %s", (done, upload_id))


async def end_upload(conn: Conn, upload_id: UUID, state: str, reason: str | None) -> None:
    """Write what an upload came to; of one that was refused no study is the upload's any more."""
    await conn.execute(
        """
        UPDATE imaging_upload SET state = %(state)s, reason = %(reason)s,
               studies = CASE WHEN %(state)s = 'refused' THEN '{}' ELSE studies END
         WHERE id = %(id)s
        """,
        {"id": upload_id, "state": state, "reason": reason},
    )


async def put_study(conn: Conn, patient_no: int, values: Row) -> None:
    """Write what the archive holds of a study, as it is now."""
    await conn.execute(
        """
        INSERT INTO imaging_study (uid, patient_no, taken_on, modalities, series, instances, bytes,
                                   description, added_at, added_by, released_at)
        VALUES (%(uid)s, %(no)s, %(taken_on)s, %(modalities)s, %(series)s, %(instances)s, %(bytes)s,
                %(description)s, %(added_at)s, %(added_by)s, %(released_at)s)
        ON CONFLICT (uid) DO UPDATE SET modalities = excluded.modalities,
               series = excluded.series, instances = excluded.instances,
               bytes = imaging_study.bytes + excluded.bytes
        """,
        {**values, "no": patient_no},
    )


async def studies(
    conn: Conn, patient_no: int, *, before: tuple[datetime, str] | None, limit: int
) -> list[Row]:
    """Return a patient's studies, the newest added first; from below ``before`` on."""
    at, uid = before or (None, None)
    found = await conn.execute(
        _STUDY
        + """
         WHERE s.patient_no = %(no)s
           AND (%(at)s::timestamptz IS NULL OR (s.added_at, s.uid) < (%(at)s, %(uid)s::text))
         ORDER BY s.added_at DESC, s.uid DESC LIMIT %(limit)s
        """,
        {"no": patient_no, "at": at, "uid": uid, "limit": limit},
    )
    return await found.fetchall()


async def study(conn: Conn, patient_no: int, uid: str) -> Row | None:
    """Return one study of a patient."""
    found = await conn.execute(
        _STUDY + " WHERE s.uid = %s AND s.patient_no = %s", (uid, patient_no)
    )
    return await found.fetchone()


async def release(conn: Conn, patient_no: int, uid: str, *, by: UUID, at: datetime | None) -> bool:
    """Let a patient see a study of theirs from a moment on; None: not any more."""
    found = await conn.execute(
        """UPDATE imaging_study SET released_at = %s, released_by = %s
            WHERE uid = %s AND patient_no = %s""",
        (at, by, uid, patient_no),
    )
    return bool(found.rowcount)


async def remove_study(conn: Conn, patient_no: int, uid: str) -> bool:
    """Take a study away; the archive is told to forget it."""
    found = await conn.execute(
        "DELETE FROM imaging_study WHERE uid = %s AND patient_no = %s", (uid, patient_no)
    )
    return bool(found.rowcount)


async def add_report(conn: Conn, patient_no: int, values: Row) -> UUID:
    """Write what was found in a study: ``uid``, ``written_at``, ``written_by``, ``text`` sealed."""
    found = await conn.execute(
        """
        INSERT INTO imaging_report (patient_no, study_uid, written_at, written_by, text)
        VALUES (%(no)s, %(uid)s, %(written_at)s, %(written_by)s, %(text)s) RETURNING id
        """,
        {**values, "no": patient_no},
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(patient_no)
    made: UUID = row["id"]
    return made


async def reports(conn: Conn, patient_no: int, uid: str, limit: int) -> list[Row]:
    """Return what was written about a study, newest first."""
    found = await conn.execute(
        """
        SELECT r.id, r.written_at, r.text, coalesce(nullif(u.display_name, ''), u.username) AS
               written_by_name
          FROM imaging_report r LEFT JOIN app_user u ON u.id = r.written_by
         WHERE r.patient_no = %s AND r.study_uid = %s
         ORDER BY r.written_at DESC, r.id DESC LIMIT %s
        """,
        (patient_no, uid, limit),
    )
    return await found.fetchall()


async def to_remove(conn: Conn, limit: int) -> list[str]:
    """Return studies that the archive is to forget, but for those that are held again."""
    await conn.execute("DELETE FROM imaging_removal WHERE holder_of_study(uid) IS NOT NULL")
    found = await conn.execute(
        "SELECT uid FROM imaging_removal ORDER BY asked_at LIMIT %s", (limit,)
    )
    return [row["uid"] for row in await found.fetchall()]


async def removed(conn: Conn, uid: str) -> None:
    """Note that the archive has forgotten a study."""
    await conn.execute("DELETE FROM imaging_removal WHERE uid = %s", (uid,))


async def drop_left(conn: Conn, hours: float) -> None:
    """Delete uploads that nobody has gone on with for so many real hours."""
    await conn.execute(
        """
        DELETE FROM imaging_upload
         WHERE state = 'receiving' AND touched_at < now() - make_interval(secs => %s * 3600)
        """,
        (hours,),
    )


async def under_way(conn: Conn) -> set[UUID]:
    """Return the uploads whose bytes are still needed."""
    found = await conn.execute(
        "SELECT id FROM imaging_upload WHERE state IN ('receiving', 'checking')"
    )
    return {row["id"] for row in await found.fetchall()}
