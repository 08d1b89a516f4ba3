"""SQL of accounts and sessions; sessions live by real time."""

from collections.abc import Iterable
from uuid import UUID

from api.store.types import Conn, Row


async def add_session(
    conn: Conn, hashed: bytes, user_id: UUID, *, kind: str, hours: float, opened: Row
) -> None:
    """Store a session that ends after ``hours`` real hours; sweep the user's ended ones.

    Args:
        conn: any connection of the API.
        hashed: what is stored of its token.
        user_id: whose it is.
        kind: ``cookie`` or ``bearer``.
        hours: until its end.
        opened: ``address``, ``machine`` and ``proved_by`` of the log-in.
    """
    await conn.execute(
        "DELETE FROM session_token WHERE user_id = %s AND expires_at < now()", (user_id,)
    )
    await conn.execute(
        """
        INSERT INTO session_token
               (token_hash, user_id, kind, expires_at, address, machine, proved_by)
        VALUES (%(hashed)s, %(user)s, %(kind)s, now() + make_interval(secs => %(seconds)s),
                %(address)s, %(machine)s, %(proved_by)s)
        """,
        {"hashed": hashed, "user": user_id, "kind": kind, "seconds": hours * 3600, **opened},
    )


async def session(conn: Conn, hashed: bytes, idle_minutes: float) -> Row | None:
    """The account behind a live session, if its owner may still sign in.

    ``stale`` says that the session's last use was noted over a minute ago.
    """
    found = await conn.execute(
        """
        SELECT u.id, u.username, u.role, u.state, u.display_name, u.ward, u.patient_no, u.language,
               s.token_hash, s.kind, s.id AS session_id,
               u.totp_step IS NOT NULL OR s.proved_by <> 'password' AS second_factor,
               s.used_at < now() - interval '1 minute' AS stale, k.scopes
          FROM session_token s JOIN app_user u ON u.id = s.user_id
          LEFT JOIN api_key k ON k.token_hash = s.token_hash
         WHERE s.token_hash = %(token)s AND s.revoked_at IS NULL AND s.expires_at > now()
           AND u.state <> 'disabled'
           AND (u.role IN ('patient', 'machine') OR %(idle)s::float8 = 0
                OR s.used_at > now() - make_interval(secs => %(idle)s::float8 * 60))
        """,
        {"token": hashed, "idle": idle_minutes},
    )
    return await found.fetchone()


async def use_session(conn: Conn, hashed: bytes) -> None:
    """Note that a session is in use."""
    await conn.execute("UPDATE session_token SET used_at = now() WHERE token_hash = %s", (hashed,))


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


async def by_username(conn: Conn, username: str) -> Row | None:
    """An account with what proves it, by its lower-case name."""
    found = await conn.execute(
        """
        SELECT id, username, password_hash, role, state, totp_sealed, totp_step, passkeys
          FROM app_user WHERE username = %s
        """,
        (username,),
    )
    return await found.fetchone()


async def secrets_of(conn: Conn, user_id: UUID) -> Row | None:
    """An account with what proves it, by its id."""
    found = await conn.execute(
        """
        SELECT id, username, password_hash, role, state, totp_sealed, totp_step, passkeys
          FROM app_user WHERE id = %s
        """,
        (user_id,),
    )
    return await found.fetchone()


async def use_totp_step(conn: Conn, user_id: UUID, step: int) -> bool:
    """Mark a time step as used; False if it, or a newer one, was used before."""
    found = await conn.execute(
        """
        UPDATE app_user SET totp_step = %(step)s
         WHERE id = %(id)s AND (totp_step IS NULL OR totp_step < %(step)s)
        """,
        {"id": user_id, "step": step},
    )
    return found.rowcount > 0


async def set_totp(conn: Conn, user_id: UUID, sealed: bytes | None) -> None:
    """Offer a second factor (not asked for until a password of it was used), or drop it."""
    await conn.execute(
        "UPDATE app_user SET totp_sealed = %s, totp_step = NULL WHERE id = %s", (sealed, user_id)
    )


async def set_password(conn: Conn, user_id: UUID, password_hash: str) -> None:
    """Replace a password's hash."""
    await conn.execute(
        "UPDATE app_user SET password_hash = %s WHERE id = %s", (password_hash, user_id)
    )


async def stands(conn: Conn, user: Row) -> bool:
    """Whether an account is still as it was read by its name; it stays so until the commit."""
    found = await conn.execute(
        """
        SELECT FROM app_user
         WHERE id = %(id)s AND password_hash = %(password_hash)s AND role = %(role)s
           AND state <> 'disabled' AND (totp_step IS NULL) = %(no_factor)s
           AND passkeys = %(passkeys)s
           FOR SHARE
        """,
        {**user, "no_factor": user["totp_step"] is None},
    )
    return await found.fetchone() is not None


async def replace_password(conn: Conn, session: bytes, old: str, new: str) -> bool:
    """Replace the hash of a session's account; False if it is another now, or the session over."""
    found = await conn.execute(
        """
        UPDATE app_user u SET password_hash = %s FROM session_token s
         WHERE s.token_hash = %s AND s.revoked_at IS NULL AND u.id = s.user_id
           AND u.password_hash = %s AND u.state <> 'disabled'
        """,
        (new, session, old),
    )
    return found.rowcount > 0


async def add_user(conn: Conn, values: Row) -> UUID | None:
    """Add an account; None if the name is taken.

    Args:
        conn: any connection of the API.
        values: ``username``, ``password_hash``, ``role``, ``state``, ``display_name``, ``ward``.
    """
    found = await conn.execute(
        """
        INSERT INTO app_user (username, password_hash, role, state, display_name, ward)
        VALUES (%(username)s, %(password_hash)s, %(role)s, %(state)s, %(display_name)s, %(ward)s)
        ON CONFLICT (username) DO NOTHING RETURNING id
        """,
        values,
    )
    row = await found.fetchone()
    return row["id"] if row else None


_USER = """
    SELECT u.id, u.username, u.role, u.state, u.display_name, u.ward, u.language, p.id AS patient,
           u.totp_step IS NOT NULL AS totp, u.passkeys, u.created_at, u.patient_no, u.revision
      FROM app_user u LEFT JOIN patient p ON p.no = u.patient_no
"""


async def user(conn: Conn, user_id: UUID, *, lock: bool = False) -> Row | None:
    """An account as administrators see it; ``lock`` keeps it until the commit."""
    tail = " WHERE u.role <> 'machine' AND u.id = %s" + (" FOR NO KEY UPDATE OF u" if lock else "")
    found = await conn.execute(_USER + tail, (user_id,))
    return await found.fetchone()


async def language_of(conn: Conn, user_id: UUID) -> str | None:
    """In which language somebody reads; None: a patient who has chosen none."""
    found = await conn.execute(
        "SELECT CASE role WHEN 'patient' THEN language ELSE 'en' END AS code FROM app_user"
        " WHERE id = %s",
        (user_id,),
    )
    row = await found.fetchone()
    return row["code"] if row else None


async def set_language(conn: Conn, user_id: UUID, language: str | None) -> None:
    """Keep in which language somebody is spoken to; None: as their browser asks."""
    await conn.execute("UPDATE app_user SET language = %s WHERE id = %s", (language, user_id))


async def users(
    conn: Conn,
    *,
    after: str | None,
    limit: int,
    roles: list[str] | None = None,
    state: str | None = None,
    ward: str | None = None,
) -> list[Row]:
    """Accounts by name, after a name; of some roles, one state or one ward alone if given."""
    found = await conn.execute(
        _USER
        + """
         WHERE u.role <> 'machine' AND (%(after)s::text IS NULL OR u.username > %(after)s)
           AND (%(roles)s::text[] IS NULL OR u.role = ANY (%(roles)s))
           AND (%(state)s::text IS NULL OR u.state = %(state)s)
           AND (%(ward)s::text IS NULL OR u.ward = %(ward)s)
         ORDER BY u.username LIMIT %(limit)s
        """,
        {"after": after, "limit": limit, "roles": roles, "state": state, "ward": ward},
    )
    return await found.fetchall()


async def change_user(conn: Conn, user_id: UUID, values: Row) -> None:
    """Change role, state, display name and ward, each kept where None."""
    await conn.execute(
        """
        UPDATE app_user SET role = coalesce(%(role)s, role), state = coalesce(%(state)s, state),
               display_name = coalesce(%(display_name)s, display_name),
               ward = coalesce(%(ward)s, ward)
         WHERE id = %(id)s
        """,
        {**values, "id": user_id},
    )


async def names(conn: Conn, user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What these accounts are called by people."""
    found = await conn.execute(
        """SELECT id, coalesce(nullif(display_name, ''), username) AS name FROM app_user
            WHERE id = ANY (%s)""",
        ([one for one in user_ids if one is not None],),
    )
    return {row["id"]: row["name"] for row in await found.fetchall()}


async def other_admins(conn: Conn, user_id: UUID) -> int:
    """How many active administrators there are besides one; they are locked till the commit."""
    found = await conn.execute(
        """
        SELECT id FROM app_user WHERE role = 'admin' AND state = 'active' AND id <> %s FOR UPDATE
        """,
        (user_id,),
    )
    return len(await found.fetchall())


async def link_patient(conn: Conn, user_id: UUID, patient_no: int, ward: str) -> bool:
    """Link a patient's own account to the record; False if it cannot be linked to it.

    From then on the account belongs to the patient's ``ward``.
    """
    found = await conn.execute(
        """
        UPDATE app_user SET patient_no = %(no)s, state = 'active', ward = %(ward)s
         WHERE id = %(id)s AND role = 'patient' AND state <> 'disabled'
           AND (patient_no IS NULL OR patient_no = %(no)s)
        """,
        {"id": user_id, "no": patient_no, "ward": ward},
    )
    return found.rowcount > 0


async def clinicians_among(conn: Conn, user_ids: list[UUID], ward: str) -> set[UUID]:
    """Which of the accounts are active doctors or nurses of a ward."""
    found = await conn.execute(
        """
        SELECT id FROM app_user
         WHERE id = ANY (%s) AND role IN ('doctor', 'nurse') AND state = 'active' AND ward = %s
        """,
        (user_ids, ward),
    )
    return {row["id"] for row in await found.fetchall()}


async def add_admin(conn: Conn, username: str, password_hash: str) -> UUID | None:
    """Add an administrator; None if the name is taken."""
    found = await conn.execute(
        """
        INSERT INTO app_user (username, password_hash, role) VALUES (%s, %s, 'admin')
        ON CONFLICT (username) DO NOTHING RETURNING id
        """,
        (username, password_hash),
    )
    row = await found.fetchone()
    return row["id"] if row else None


async def first_admin(conn: Conn) -> UUID:
    """An administrator in whose name the program itself makes accounts.

    Raises:
        LookupError: there is none yet.
    """
    found = await conn.execute(
        "SELECT id FROM app_user WHERE role = 'admin' AND state = 'active' ORDER BY id LIMIT 1"
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError("administrator")
    admin: UUID = row["id"]
    return admin


async def promote(conn: Conn, username: str, password_hash: str) -> UUID | None:
    """Make an account an administrator's; None if there is none of that name.

    What its holder had is taken away: the password, the second factor, the link to a patient.
    """
    found = await conn.execute(
        """
        UPDATE app_user SET password_hash = %s, role = 'admin', state = 'active',
               totp_sealed = NULL, totp_step = NULL, patient_no = NULL
         WHERE username = %s RETURNING id
        """,
        (password_hash, username),
    )
    row = await found.fetchone()
    if row is None:
        return None
    await conn.execute("DELETE FROM passkey WHERE user_id = %s", (row["id"],))
    promoted: UUID = row["id"]
    return promoted
