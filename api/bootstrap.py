"""The first administrator, and the rotation of the master key: what the command line asks for.

Both act on the database directly, as the program itself, and leave their mark in the audit chain.
"""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from analytics.domain.care import Role
from api import audit, identity, records
from api.store import keys, people
from api.store.acting import act_for
from api.vault import Vault, add_version, new_key, read_ring, retire_all_but

_REWRAP_AT_ONCE = 500
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


def verify_audit(database_url: str) -> audit.Verification:
    """Walk the whole audit chain, for ``homeward verify``.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    return asyncio.run(_verify_audit(database_url))


async def _verify_audit(database_url: str) -> audit.Verification:
    async with await psycopg.AsyncConnection.connect(database_url, row_factory=dict_row) as conn:
        return await audit.verify(conn)


def rotate_master(database_url: str, key_file: Path, *, retire_old: bool = False) -> int:
    """Add a new version of the master key and wrap every data key with it.

    The ring is written first, so a rotation that is interrupted leaves keys that all still open;
    running it again with the same ring goes on. Running API processes read the ring again by
    themselves when they meet the new version.

    Args:
        database_url: a login that may write the keys (owner, superuser or the API's).
        key_file: the key ring, see ``api.vault.Vault``.
        retire_old: overwrite with zeros all but the new version and the one before it, which a
            program may just be wrapping with. Older backups of the database need the old ring.

    Returns:
        How many data keys were wrapped again.
    """
    read_ring(key_file)  # a ring that is not whole is not added to
    add_version(key_file, new_key())
    wrapped = asyncio.run(_rewrap(database_url, Vault(key_file)))
    if retire_old:
        retire_all_but(key_file, 2)
    return wrapped


async def _rewrap(database_url: str, vault: Vault) -> int:
    done = 0
    async with await psycopg.AsyncConnection.connect(database_url, row_factory=dict_row) as conn:
        while True:
            await act_for(conn, None, Role.ADMIN)
            rows = await keys.patient_keys_below(conn, vault.version, _REWRAP_AT_ONCE)
            for row in rows:
                fresh = records.rewrapped(vault, row)
                await keys.put_patient_key(conn, row["patient_no"], fresh.version, fresh.data)
            done += len(rows)
            await conn.commit()
            if not rows:
                break
        done += await records.rewrap_system_key(conn, vault)
        now = datetime.now(UTC)  # noqa: TID251 - the edge of a command
        note = audit.Note(action="master_key.rotate", detail={"version": vault.version})
        await audit.append(conn, now, "rotate-master", [note])
    return done
