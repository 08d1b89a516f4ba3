"""SQL of the sessions that somebody has open: told to their owner, and ended by them."""

from uuid import UUID

from api.store.types import Conn, Row


async def open_of(conn: Conn, user_id: UUID, idle_minutes: float) -> list[Row]:
    """Sessions of an account that open something now, the last used first."""
    found = await conn.execute(
        """
        SELECT s.id, s.kind, s.created_at, s.used_at, s.expires_at, s.address, s.machine,
               s.proved_by
          FROM session_token s JOIN app_user u ON u.id = s.user_id
         WHERE s.user_id = %(user)s AND s.revoked_at IS NULL AND s.expires_at > now()
           AND (u.role = 'patient' OR %(idle)s::float8 = 0
                OR s.used_at > now() - make_interval(secs => %(idle)s::float8 * 60))
         ORDER BY s.used_at DESC, s.id LIMIT 200
        """,
        {"user": user_id, "idle": idle_minutes},
    )
    return await found.fetchall()


async def end(conn: Conn, user_id: UUID, session_id: UUID) -> bool:
    """End one session of an account; False if it has none of that id, or it is over."""
    found = await conn.execute(
        """
        UPDATE session_token SET revoked_at = now()
         WHERE id = %s AND user_id = %s AND revoked_at IS NULL
        """,
        (session_id, user_id),
    )
    return found.rowcount > 0


async def relation(conn: Conn, patient_no: int) -> str | None:
    """By what right the acting person sees a patient now; None: by none that lasts."""
    found = await conn.execute("SELECT relation_to(%s) AS why", (patient_no,))
    row = await found.fetchone()
    return row["why"] if row else None
