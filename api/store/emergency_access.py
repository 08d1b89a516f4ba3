"""SQL of emergency access, and of who looked at the acting patient's record."""

from uuid import UUID

from api.store.types import Conn, Row


async def begin(
    conn: Conn, patient_id: UUID | None, external_hash: bytes | None, minutes: int
) -> UUID | None:
    """Let the acting clinician see a patient of their ward; None if there is no such there."""
    found = await conn.execute(
        "SELECT begin_emergency_access(%s, %s, %s) AS id", (patient_id, external_hash, minutes)
    )
    row = await found.fetchone()
    return row["id"] if row else None


_ACCESS = """
    SELECT x.id, x.patient_no, p.id AS patient, x.user_id, x.reason, x.began_at, x.until,
           x.ended_at, coalesce(nullif(u.display_name, ''), u.username) AS by_name,
           x.ended_at IS NULL AND x.until > now() AS active
      FROM emergency_access x JOIN patient p ON p.no = x.patient_no
      JOIN app_user u ON u.id = x.user_id
"""


async def access(conn: Conn, access_id: UUID) -> Row | None:
    """One emergency access to a patient whom the acting user may see."""
    found = await conn.execute(_ACCESS + " WHERE x.id = %s", (access_id,))
    return await found.fetchone()


async def of_patient(conn: Conn, patient_no: int, limit: int) -> list[Row]:
    """The emergency accesses to a patient's record, the newest first."""
    found = await conn.execute(
        _ACCESS + " WHERE x.patient_no = %s ORDER BY x.began_at DESC LIMIT %s", (patient_no, limit)
    )
    return await found.fetchall()


async def set_reason(conn: Conn, access_id: UUID, sealed: str) -> None:
    """Keep why, sealed under the patient's key."""
    await conn.execute("UPDATE emergency_access SET reason = %s WHERE id = %s", (sealed, access_id))


async def end(conn: Conn, access_id: UUID) -> None:
    """End an access now; one that has ended stays as it is."""
    await conn.execute(
        "UPDATE emergency_access SET ended_at = now() WHERE id = %s AND ended_at IS NULL",
        (access_id,),
    )


async def standing(conn: Conn) -> list[Row]:
    """The accesses that hold now: patient, ward, who and until when."""
    found = await conn.execute(
        """
        SELECT x.id, x.patient_no, x.ward, x.until,
               coalesce(nullif(u.display_name, ''), u.username) AS by_name
          FROM emergency_access x JOIN app_user u ON u.id = x.user_id
         WHERE x.ended_at IS NULL AND x.until > now() ORDER BY x.patient_no, x.began_at
        """
    )
    return await found.fetchall()


async def own_accesses(conn: Conn, before: int | None, limit: int) -> list[Row]:
    """Who looked at the acting patient's record, the newest first, before a row's number."""
    found = await conn.execute("SELECT * FROM own_accesses(%s, %s)", (before, limit))
    return await found.fetchall()
