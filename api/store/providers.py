"""SQL of visits to an identity provider, and of the accounts that come from there; real time."""

from uuid import UUID

from api.store.types import Conn, Row

_SWEPT_AT_ONCE = 50


async def depart(conn: Conn, values: Row, minutes: int) -> None:
    """Remember who is under way.

    Args:
        conn: any connection of the API.
        values: ``state_hash``, ``browser_hash``, ``nonce``, ``verifier``, ``next``.
        minutes: for so long.
    """
    await conn.execute(
        """
        DELETE FROM provider_visit WHERE state_hash IN (
            SELECT state_hash FROM provider_visit WHERE expires_at < now()
             LIMIT %s FOR UPDATE SKIP LOCKED)
        """,
        (_SWEPT_AT_ONCE,),
    )
    await conn.execute(
        """
        INSERT INTO provider_visit (state_hash, browser_hash, nonce, verifier, next, expires_at)
        VALUES (%(state_hash)s, %(browser_hash)s, %(nonce)s, %(verifier)s, %(next)s,
                now() + make_interval(mins => %(minutes)s))
        """,
        {**values, "minutes": minutes},
    )


async def returned(conn: Conn, state_hash: bytes, browser_hash: bytes) -> Row | None:
    """Who is back, once; None: nobody who left from this browser, or too long ago."""
    found = await conn.execute(
        """
        DELETE FROM provider_visit
         WHERE state_hash = %s AND browser_hash = %s AND expires_at > now()
        RETURNING nonce, verifier, next
        """,
        (state_hash, browser_hash),
    )
    return await found.fetchone()


async def account(conn: Conn, issuer: str, subject: str) -> Row | None:
    """The account of somebody whom a provider names; held until the commit."""
    found = await conn.execute(
        """
        SELECT u.id, u.username, u.role, u.state, u.ward, u.display_name
          FROM provider_account a JOIN app_user u ON u.id = a.user_id
         WHERE a.issuer = %s AND a.subject = %s FOR NO KEY UPDATE OF u
        """,
        (issuer, subject),
    )
    return await found.fetchone()


async def link(conn: Conn, issuer: str, subject: str, user_id: UUID) -> None:
    """Note whose account it is at the provider."""
    await conn.execute(
        "INSERT INTO provider_account (issuer, subject, user_id) VALUES (%s, %s, %s)",
        (issuer, subject, user_id),
    )
