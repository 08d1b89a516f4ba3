"""Rotation of the gateway's signing key: begun, gone on with and ended by the same command.

The first run adds a key to the gateway's file and asks every enrolled device, by the command
``trust`` signed with the old key, to trust the new one; devices that enrol from then on are told
both. Later runs ask again who has not answered. When all have, or after a given time, the old key
is retired: running gateways then sign with the new one, and the file keeps zeros in its place.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from nacl.signing import SigningKey
from psycopg.types.json import Jsonb

from api.store.connections import address

KEY_BYTES = 32
ASKED_FOR = timedelta(days=14)
_TOLD = """
    SELECT sign_public, box_public, valid_from FROM gateway_key WHERE retired_at IS NULL
     ORDER BY valid_from, sign_public FOR UPDATE
"""
_TELL = "INSERT INTO gateway_key VALUES (%s, %s, %s, NULL) ON CONFLICT DO NOTHING"
_ASK = """
    INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at)
    SELECT d.no, p.bucket, 'trust', %(args)s, %(now)s, %(until)s, %(now)s
      FROM device d JOIN patient p ON p.no = d.patient_no
     WHERE d.state = 'enrolled' AND d.bound_to IS NULL AND NOT EXISTS (
           SELECT FROM command c WHERE c.device_no = d.no AND c.command = 'trust'
              AND c.args = %(args)s
              AND (c.state = 'done' OR (c.expires > %(now)s
                                        AND c.state IN ('queued', 'sent', 'delivered', 'seen'))))
"""
_RETIRE = "UPDATE gateway_key SET retired_at = %s WHERE sign_public = ANY (%s)"
_COUNT = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
           SELECT FROM command c WHERE c.device_no = d.no AND c.command = 'trust'
              AND c.args = %s AND c.state = 'done'))
      FROM device d WHERE d.state = 'enrolled' AND d.bound_to IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a rotation has come: devices that trust the new key, of all that are enrolled."""

    devices: int
    trusting: int
    retired: bool


def rotate_gateway_key(
    database_url: str, key_file: Path, now: datetime, retire_after: timedelta
) -> Progress:
    """Begin a rotation, or go on with the one under way.

    Args:
        database_url: the owner's or an administrator's address.
        key_file: the gateway's ``HOMEWARD_GATEWAY_SIGN_KEY_FILE``; written in place, so that a
            container that has it mounted sees the change.
        now: ward time.
        retire_after: the old key is retired when the new one is so old, whoever has not answered.

    Raises:
        ValueError: the gateway has not told its keys yet, or the file is not theirs.
    """
    with psycopg.connect(address(database_url)) as connection:
        keys, begun = _begun(connection, key_file, now)
        args = Jsonb({"sign_public_key": base64.b64encode(keys[-1]).decode()})
        connection.execute(_ASK, {"args": args, "now": now, "until": now + ASKED_FOR})
        row = connection.execute(_COUNT, (args,)).fetchone()
        devices, trusting = row if row is not None else (0, 0)
        over = trusting == devices or begun <= now - retire_after
        if over:
            connection.execute(_RETIRE, (now, keys[:-1]))
        connection.execute("SELECT pg_notify('homeward_inbox', 'command')")
    if over:
        _blank(key_file, keep=keys[-1])
    return Progress(devices=devices, trusting=trusting, retired=over)


def _begun(
    connection: psycopg.Connection, key_file: Path, now: datetime
) -> tuple[list[bytes], datetime]:
    """Return the keys in force, the next one last, and since when that is told."""
    told = connection.execute(_TOLD).fetchall()
    if not told:
        raise ValueError("the gateway has not told its keys yet: start it once")
    keys = [bytes(row[0]) for row in told]
    if len(keys) > 1:
        return keys, told[-1][2]
    keys.append(_next_key(key_file, keys[0]))
    connection.execute(_TELL, (keys[-1], told[0][1], now))
    return keys, now


def _public(seed: bytes) -> bytes:
    return bytes(SigningKey(seed).verify_key)


def _seeds(key_file: Path) -> list[bytes]:
    content = key_file.read_bytes()
    return [content[at : at + KEY_BYTES] for at in range(0, len(content), KEY_BYTES)]


def _next_key(key_file: Path, current: bytes) -> bytes:
    """Add a key to the file, unless a run that was cut short has; return its public half."""
    publics = [_public(seed) for seed in _seeds(key_file)]
    if current not in publics:
        raise ValueError(f"{key_file} does not hold the key that the gateway signs with")
    if publics[-1] != current:
        return publics[-1]
    seed = bytes(SigningKey.generate())
    with key_file.open("ab") as stream:
        stream.write(seed)
        stream.flush()
        os.fsync(stream.fileno())
    return _public(seed)


def _blank(key_file: Path, keep: bytes) -> None:
    """Overwrite every key but one with zeros, in place."""
    seeds = [seed if _public(seed) == keep else bytes(KEY_BYTES) for seed in _seeds(key_file)]
    if any(any(seed) for seed in seeds):
        with key_file.open("r+b") as stream:
            stream.write(b"".join(seeds))
            stream.flush()
            os.fsync(stream.fileno())
