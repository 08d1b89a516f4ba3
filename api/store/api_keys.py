"""SQL of machine accounts and their keys, of which only the hash is stored."""

from uuid import UUID

from api.store.types import Conn, Row

_KEY = """
    SELECT k.id, u.display_name AS name, u.ward, k.scopes, k.created_at, k.expires_at, k.revoked_at,
           coalesce(nullif(c.display_name, ''), c.username) AS created_by,
           CASE WHEN s.used_at > s.created_at THEN s.used_at END AS last_used,
           k.user_id, k.token_hash
      FROM api_key k JOIN app_user u ON u.id = k.user_id
      JOIN app_user c ON c.id = k.created_by
      LEFT JOIN session_token s ON s.token_hash = k.token_hash
"""


async def keys(conn: Conn) -> list[Row]:
    """Every key, the newest first."""
    found = await conn.execute(_KEY + " ORDER BY k.created_at DESC, k.id")
    return await found.fetchall()


async def key(conn: Conn, key_id: UUID) -> Row | None:
    """One key."""
    found = await conn.execute(_KEY + " WHERE k.id = %s", (key_id,))
    return await found.fetchone()


async def add(conn: Conn, values: Row) -> UUID:
    """Add a machine account with its key.

    Args:
        conn: a connection acting for an administrator.
        values: ``username`` (unique), ``name``, ``ward``, ``token_hash``, ``scopes``, ``days``,
            ``created_by``, ``now``.
    """
    found = await conn.execute(
        """
        WITH machine AS (
            INSERT INTO app_user (username, password_hash, role, display_name, ward)
            VALUES (%(username)s, '', 'machine', %(name)s, %(ward)s) RETURNING id),
        session AS (
            INSERT INTO session_token (token_hash, user_id, kind, expires_at)
            SELECT %(token_hash)s, id, 'key', now() + make_interval(days => %(days)s) FROM machine)
        INSERT INTO api_key (user_id, token_hash, scopes, created_at, created_by, expires_at)
        SELECT id, %(token_hash)s, %(scopes)s, %(now)s, %(created_by)s,
               now() + make_interval(days => %(days)s) FROM machine
        RETURNING id
        """,
        values,
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(values["name"])
    key_id: UUID = row["id"]
    return key_id


async def revoke(conn: Conn, key_id: UUID) -> None:
    """End a key for good; what it did keeps its name."""
    await conn.execute(
        """
        WITH ended AS (
            UPDATE api_key SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL
            RETURNING token_hash)
        UPDATE session_token SET revoked_at = now() WHERE token_hash IN (SELECT * FROM ended)
        """,
        (key_id,),
    )
