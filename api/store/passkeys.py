"""SQL of passkeys and of what authenticators were asked to sign; times are real."""

from uuid import UUID

from api.store.types import Conn, Row

_SWEPT_AT_ONCE = 50


async def ask(conn: Conn, challenge: bytes, user_id: UUID | None, minutes: int) -> None:
    """Keep a challenge for some minutes; of a log-in it belongs to nobody yet."""
    await conn.execute(
        """
        DELETE FROM passkey_challenge WHERE challenge IN (
            SELECT challenge FROM passkey_challenge WHERE expires_at < now()
             LIMIT %s FOR UPDATE SKIP LOCKED)
        """,
        (_SWEPT_AT_ONCE,),
    )
    await conn.execute(
        "INSERT INTO passkey_challenge VALUES (%s, %s, now() + make_interval(mins => %s))",
        (challenge, user_id, minutes),
    )


async def answered(conn: Conn, challenge: bytes, user_id: UUID | None) -> bool:
    """Use a challenge up; False if it was not asked of them, was answered, or is too old."""
    found = await conn.execute(
        """
        DELETE FROM passkey_challenge
         WHERE challenge = %s AND user_id IS NOT DISTINCT FROM %s AND expires_at > now()
        """,
        (challenge, user_id),
    )
    return found.rowcount > 0


async def of_account(conn: Conn, user_id: UUID) -> list[Row]:
    """The passkeys of an account, the oldest first."""
    found = await conn.execute(
        """
        SELECT id, credential_id, name, created_at, used_at FROM passkey
         WHERE user_id = %s ORDER BY created_at, id
        """,
        (user_id,),
    )
    return await found.fetchall()


async def add(conn: Conn, values: Row) -> Row | None:
    """Add a passkey; None if the authenticator's is another account's already.

    Args:
        conn: any connection of the API.
        values: ``user_id``, ``credential_id``, ``public_key``, ``sign_count``, ``name``.
    """
    found = await conn.execute(
        """
        INSERT INTO passkey (user_id, credential_id, public_key, sign_count, name)
        VALUES (%(user_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s, %(name)s)
        ON CONFLICT (credential_id) DO NOTHING RETURNING id, name, created_at, used_at
        """,
        values,
    )
    return await found.fetchone()


async def remove(conn: Conn, user_id: UUID, passkey_id: UUID) -> bool:
    """Delete one passkey of an account; False if it has none of that id."""
    found = await conn.execute(
        "DELETE FROM passkey WHERE id = %s AND user_id = %s", (passkey_id, user_id)
    )
    return found.rowcount > 0


async def remove_all(conn: Conn, user_id: UUID) -> None:
    """Delete every passkey of an account."""
    await conn.execute("DELETE FROM passkey WHERE user_id = %s", (user_id,))


async def by_credential(conn: Conn, credential_id: bytes) -> Row | None:
    """A passkey with what its signature is checked by, and whose account it opens."""
    found = await conn.execute(
        """
        SELECT k.id AS passkey, k.public_key, k.sign_count, u.id, u.role, u.state
          FROM passkey k JOIN app_user u ON u.id = k.user_id
         WHERE k.credential_id = %s AND u.state <> 'disabled'
        """,
        (credential_id,),
    )
    return await found.fetchone()


async def use(conn: Conn, passkey_id: UUID, before: int, after: int) -> bool:
    """Note a use and its count; False if the passkey is gone, or was used meanwhile."""
    found = await conn.execute(
        """
        UPDATE passkey SET sign_count = %s, used_at = now() WHERE id = %s AND sign_count = %s
        """,
        (after, passkey_id, before),
    )
    return found.rowcount > 0


async def strengthen(conn: Conn, session: bytes) -> None:
    """Note that a session's owner has proved themselves with a passkey."""
    await conn.execute(
        "UPDATE session_token SET proved_by = 'passkey' WHERE token_hash = %s", (session,)
    )
