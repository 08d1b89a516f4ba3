"""The first administrator, and the rotation of the master key: what the command line asks for.

Both act on the database directly, as the program itself, and leave their mark in the audit chain.
"""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row

from analytics.domain.care import Role
from api.auth import sessions
from api.evidence import anchors, audit, removals
from api.limits.passwords import MIN_GUESSES, weakness
from api.store import accounts, api_keys, keys, throttles
from api.store.connections import address
from api.store.rls_context import act_for
from api.vault import personal_data
from api.vault.envelope import Vault, add_version, new_key, read_ring, retire_all_but

_REWRAP_AT_ONCE = 500
_KEY_DAYS = 400
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class NameTakenError(ValueError):
    """An account of that name exists; whose it is, nobody here knows."""


def create_admin(
    database_url: str,
    username: str,
    password: str,
    *,
    promote: bool = False,
    min_guesses: float = MIN_GUESSES,
) -> UUID:
    """Make a new administrator's account.

    An account that exists is left alone: a stranger may have registered it and be signed in. With
    ``promote`` it becomes the administrator's: its password is set, its second factor and its link
    to a patient are taken away, and every session of it ends.

    Args:
        database_url: any login that may write accounts (owner, superuser or the API's).
        username: as they will sign in; lower case.
        password: 12 characters or more, not easily guessed.
        promote: take over an existing account.
        min_guesses: how many guesses the password must stand.

    Returns:
        The account's id.

    Raises:
        NameTakenError: there is an account of that name, or with ``promote`` there is none.
        ValueError: the name or the password cannot be used.
        psycopg.OperationalError: the database cannot be reached.
    """
    name = username.strip().lower()
    if not USERNAME.fullmatch(name):
        raise ValueError("a user name is 1 to 64 of a-z, 0-9, dot, hyphen, underscore and @")
    wrong = weakness(password, (name,), min_guesses)
    if wrong is not None:
        raise ValueError(f"the password {wrong}")
    return asyncio.run(_create_admin(database_url, name, password, promote=promote))


async def _create_admin(database_url: str, username: str, password: str, *, promote: bool) -> UUID:
    hashed = await sessions.hash_password(password)
    async with await psycopg.AsyncConnection.connect(
        address(database_url), row_factory=dict_row
    ) as conn:
        await act_for(conn, None, Role.ADMIN)
        put = accounts.promote if promote else accounts.add_admin
        user_id = await put(conn, username, hashed)
        if user_id is None:
            raise NameTakenError(_no_such(username) if promote else _taken(username))
        await accounts.revoke_sessions(conn, user_id)
        await throttles.forget_places(conn, user_id)
        action = "admin.promote" if promote else "admin.create"
        note = audit.Note(action=action, detail={"user": str(user_id)})
        now = datetime.now(UTC)  # noqa: TID251 - the edge of a command
        await audit.append(conn, now, "create-admin", [note])
    return user_id


def _taken(username: str) -> str:
    return (
        f"there is an account {username} already: choose another name, or take that account over"
        " with --promote (its sessions end, its password is replaced)"
    )


def _no_such(username: str) -> str:
    return f"there is no account {username} to promote: leave --promote out to make it"


async def ensure_machine_key(
    database_url: str, kept: str, *, ward: str, name: str, scopes: list[str]
) -> str:
    """Return the key of a machine account: the one that is kept while it is in force, or a new one.

    Args:
        database_url: any login that may write accounts.
        kept: an earlier answer; empty: none.
        ward: whose.
        name: as the list of keys and the audit tell it.
        scopes: what it may do.
    """
    async with await psycopg.AsyncConnection.connect(
        address(database_url), row_factory=dict_row
    ) as conn:
        await act_for(conn, None, Role.ADMIN)
        if kept and await sessions.caller_of(conn, kept):
            return kept
        owner = await accounts.first_admin(conn)
        token = sessions.new_token()
        now = datetime.now(UTC)  # noqa: TID251 - the edge of a command
        values = {
            "username": f"machine-{uuid4()}",
            "name": name,
            "ward": ward,
            "token_hash": sessions.token_hash(token),
            "scopes": scopes,
            "days": _KEY_DAYS,
            "created_by": owner,
            "now": now,
        }
        made = await api_keys.add(conn, values)
        note = audit.Note(action="api_key.add", detail={"key": str(made), "ward": ward})
        await audit.append(conn, now, "embedded-stack", [note])
    return token


def verify_audit(
    database_url: str, anchor_file: Path | None = None, public_key_file: Path | None = None
) -> audit.ChainVerification:
    """Walk the whole audit chain, for ``homeward verify``.

    Args:
        database_url: any login that may read the chain.
        anchor_file: heads that were noted outside the database, None for none.
        public_key_file: the key under which daily heads must be signed; None: any.

    Raises:
        api.evidence.anchors.AnchorError: the file cannot be read.
        psycopg.OperationalError: the database cannot be reached.
    """
    trusted = anchors.read_public(public_key_file) if public_key_file else None
    return asyncio.run(_verify_audit(database_url, anchor_file, trusted))


async def _verify_audit(
    database_url: str, anchor_file: Path | None, trusted: str | None
) -> audit.ChainVerification:
    async with await psycopg.AsyncConnection.connect(
        address(database_url), row_factory=dict_row
    ) as conn:
        return await audit.verify(conn, anchor_file, trusted)


def check_removals(database_url: str) -> removals.Removals:
    """Hold what was removed by its age against what is stored, for ``homeward verify``.

    Args:
        database_url: a login that may read the chain and count rows (owner, superuser).

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    return asyncio.run(_check_removals(database_url))


async def _check_removals(database_url: str) -> removals.Removals:
    async with await psycopg.AsyncConnection.connect(
        address(database_url), row_factory=dict_row
    ) as conn:
        return await removals.check(conn)


def rotate_master(database_url: str, key_file: Path, *, retire_old: bool = False) -> int:
    """Add a new version of the master key and wrap every data key with it.

    The ring is written first, so a rotation that is interrupted leaves keys that all still open;
    running it again with the same ring goes on. Running API processes read the ring again by
    themselves when they meet the new version.

    Args:
        database_url: a login that may write the keys (owner, superuser or the API's).
        key_file: the key ring, see ``api.vault.envelope.Vault``.
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
    async with await psycopg.AsyncConnection.connect(
        address(database_url), row_factory=dict_row
    ) as conn:
        while True:
            await act_for(conn, None, Role.ADMIN)
            rows = await keys.patient_keys_below(conn, vault.version, _REWRAP_AT_ONCE)
            for row in rows:
                fresh = personal_data.rewrapped(vault, row)
                await keys.put_patient_key(conn, row["patient_no"], fresh.version, fresh.data)
            done += len(rows)
            await conn.commit()
            if not rows:
                break
        done += await personal_data.rewrap_system_key(conn, vault)
        now = datetime.now(UTC)  # noqa: TID251 - the edge of a command
        note = audit.Note(action="master_key.rotate", detail={"version": vault.version})
        await audit.append(conn, now, "rotate-master", [note])
    return done
