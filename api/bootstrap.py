"""The first administrator, and the rotation of the master key: what the command line asks for.

Both act on the database directly, as the program itself, and leave their mark in the audit chain.
"""

import asyncio
import re
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from analytics.domain.care import Role
from api import audit, identity
from api.store import people
from api.store.acting import act_for

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


def create_admin(database_url: str, username: str, password: str) -> UUID:
    """Make the administrator's account, or give an existing one the password and the role.

    Args:
        database_url: any login that may write accounts (owner, superuser or the API's).
        username: as they will sign in; lower case.
        password: 12 characters or more.

    Returns:
        The account's id.

    Raises:
        ValueError: the name or the password cannot be used.
        psycopg.OperationalError: the database cannot be reached.
    """
    name = username.strip().lower()
    if not USERNAME.fullmatch(name):
        raise ValueError("a user name is 1 to 64 of a-z, 0-9, dot, hyphen, underscore and @")
    if not identity.MIN_PASSWORD <= len(password) <= identity.MAX_PASSWORD:
        raise ValueError(f"a password has {identity.MIN_PASSWORD} characters or more")
    return asyncio.run(_create_admin(database_url, name, password))


async def _create_admin(database_url: str, username: str, password: str) -> UUID:
    hashed = await identity.hash_password(password)
    async with await psycopg.AsyncConnection.connect(database_url, row_factory=dict_row) as conn:
        await act_for(conn, None, Role.ADMIN)
        user_id = await people.put_admin(conn, username, hashed)
        note = audit.Note(action="admin.create", detail={"user": str(user_id)})
        now = datetime.now(UTC)  # noqa: TID251 - the edge of a command
        await audit.append(conn, now, "create-admin", [note])
    return user_id
