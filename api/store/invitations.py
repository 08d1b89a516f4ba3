"""SQL of links that open an account or set a new password; their times are real."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_INVITATION = """
    SELECT i.id, i.purpose, i.role, i.ward, u.username, p.id AS patient, i.made_at, i.expires_at,
           i.used_at, i.withdrawn_at, i.expires_at <= now() AS over,
           coalesce(nullif(m.display_name, ''), m.username) AS made_by
      FROM invitation i JOIN app_user m ON m.id = i.made_by
      LEFT JOIN app_user u ON u.id = i.user_id
      LEFT JOIN patient p ON p.no = i.patient_no
"""


async def add(conn: Conn, values: Row) -> UUID:
    """Add a link.

    Args:
        conn: a connection acting for who makes it.
        values: ``token_hash``, ``purpose``, ``role``, ``ward``, ``user_id``, ``patient_no``,
            ``drops_factor``, ``made_by``, ``hours``.
    """
    found = await conn.execute(
        """
        INSERT INTO invitation (token_hash, purpose, role, ward, user_id, patient_no, drops_factor,
                                made_by, expires_at)
        VALUES (%(token_hash)s, %(purpose)s, %(role)s, %(ward)s, %(user_id)s, %(patient_no)s,
                %(drops_factor)s, %(made_by)s, now() + make_interval(secs => %(hours)s * 3600))
        RETURNING id
        """,
        values,
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(values["purpose"])
    made: UUID = row["id"]
    return made


async def replace_of(conn: Conn, user_id: UUID) -> None:
    """Withdraw the unused links for a new password of an account: the newest alone holds."""
    await conn.execute(
        """
        UPDATE invitation SET withdrawn_at = now()
         WHERE user_id = %s AND purpose = 'reset' AND used_at IS NULL AND withdrawn_at IS NULL
        """,
        (user_id,),
    )


async def invitations(conn: Conn, limit: int) -> list[Row]:
    """Links of the wards that the acting person manages, the newest first."""
    found = await conn.execute(_INVITATION + " ORDER BY i.made_at DESC, i.id LIMIT %s", (limit,))
    return await found.fetchall()


async def invitation(conn: Conn, invitation_id: UUID) -> Row | None:
    """One link."""
    found = await conn.execute(_INVITATION + " WHERE i.id = %s", (invitation_id,))
    return await found.fetchone()


async def withdraw(conn: Conn, invitation_id: UUID) -> bool:
    """Take a link back; False if there is none, or it was used."""
    found = await conn.execute(
        """
        UPDATE invitation SET withdrawn_at = coalesce(withdrawn_at, now())
         WHERE id = %s AND used_at IS NULL
        """,
        (invitation_id,),
    )
    return found.rowcount > 0


async def opened_by(conn: Conn, token_hash: bytes) -> Row | None:
    """What an unused link opens, None if it opens nothing."""
    found = await conn.execute("SELECT * FROM invitation_of(%s)", (token_hash,))
    return await found.fetchone()


async def use(conn: Conn, invitation_id: UUID, user_id: UUID) -> bool:
    """Use a link up; False if somebody was quicker."""
    found = await conn.execute("SELECT use_invitation(%s, %s) AS used", (invitation_id, user_id))
    row = await found.fetchone()
    return bool(row and row["used"])


async def begin_reset(
    conn: Conn, username: str, token_hash: bytes, minutes: int, known_since: datetime
) -> Row | None:
    """Make a link for a new password on somebody's own asking; None: no such account or address.

    Args:
        conn: acting for nobody.
        username: as it was given.
        token_hash: of the link.
        minutes: of real time for which it holds.
        known_since: addresses that were set later do not count (ward time).
    """
    found = await conn.execute(
        "SELECT * FROM begin_reset(%s, %s, %s, %s)", (username, token_hash, minutes, known_since)
    )
    return await found.fetchone()
