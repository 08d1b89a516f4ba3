"""SQL of accounts, sessions and throttles."""

from uuid import UUID

from api.store.types import Conn, Row

_USER = "id, username, role, state, display_name, ward, patient_no, created_at"


async def add_session(conn: Conn, hashed: bytes, user_id: UUID, kind: str, hours: float) -> None:
    """Store a session that ends after ``hours`` real hours; sweep the user's ended ones."""
    await conn.execute(
        "DELETE FROM session_token WHERE user_id = %s AND expires_at < now()", (user_id,)
    )
    await conn.execute(
        """
        INSERT INTO session_token (token_hash, user_id, kind, expires_at)
        VALUES (%s, %s, %s, now() + make_interval(secs => %s))
        """,
        (hashed, user_id, kind, hours * 3600),
    )


async def session(conn: Conn, hashed: bytes) -> Row | None:
    """The account behind a live session, if its owner may still sign in."""
    found = await conn.execute(
        """
        SELECT u.id, u.username, u.role, u.state, u.display_name, u.ward, u.patient_no,
               s.token_hash, s.kind
          FROM session_token s JOIN app_user u ON u.id = s.user_id
         WHERE s.token_hash = %s AND s.revoked_at IS NULL AND s.expires_at > now()
           AND u.state <> 'disabled'
        """,
        (hashed,),
    )
    return await found.fetchone()


async def revoke_session(conn: Conn, hashed: bytes) -> None:
    """End one session."""
    await conn.execute(
        "UPDATE session_token SET revoked_at = now() WHERE token_hash = %s", (hashed,)
    )


async def revoke_sessions(conn: Conn, user_id: UUID, but: bytes = b"") -> None:
    """End all sessions of a user, except one."""
    await conn.execute(
        """
        UPDATE session_token SET revoked_at = now()
         WHERE user_id = %s AND revoked_at IS NULL AND token_hash <> %s
        """,
        (user_id, but),
    )
