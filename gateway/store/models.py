"""Versions of the population model, the examples they learn from, and the gateway's own keys."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.types.json import Jsonb

from gateway.store.connection import Row

_TRAINABLE = """
    SELECT id, patient_no, example FROM risk_example WHERE used_in IS NULL ORDER BY id LIMIT %s
"""
_LEARNT = """
    SELECT patient_no, example, said FROM risk_example WHERE used_in IS NOT NULL
     ORDER BY id DESC LIMIT %s
"""
_MARK_USED = """
    UPDATE risk_example e SET used_in = %s, said = n.said
      FROM unnest(%s::bigint[], %s::jsonb[]) n(id, said) WHERE e.id = n.id
"""
_ADD_MODEL = """
    INSERT INTO population_model (version, made_at, state, report) VALUES (%s, %s, %s, %s)
    ON CONFLICT (version) DO NOTHING
"""
_PUBLISH_KEY = """
    INSERT INTO gateway_key (sign_public, box_public, valid_from) VALUES (%s, %s, %s)
    ON CONFLICT (sign_public) DO UPDATE SET box_public = excluded.box_public
      WHERE gateway_key.box_public <> excluded.box_public
"""
_REVIVE_KEY = """
    UPDATE gateway_key SET retired_at = NULL WHERE sign_public = %s AND retired_at IS NOT NULL
"""
_TRAINING_LOCK = "SELECT pg_try_advisory_xact_lock(7412, 1)"


def instant_of(at_ms: int) -> datetime:
    """A time for a parameter."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def model_state(connection: Connection[Row], version: int) -> bytes | None:
    """The stored state of one version."""
    row = connection.execute(
        "SELECT state FROM population_model WHERE version = %s", (version,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def newest_version(connection: Connection[Row]) -> int | None:
    """The newest version, None before the first."""
    row = connection.execute("SELECT max(version) FROM population_model").fetchone()
    return None if row is None else row[0]


def add_model(
    connection: Connection[Row],
    version: int,
    state: bytes,
    report: dict[str, object],
    now_ms: int,
) -> None:
    """Store a version; one that is there already stays as it is."""
    parameters = (version, instant_of(now_ms), state, Jsonb(report))
    connection.execute(_ADD_MODEL, parameters)


def has_origin(connection: Connection[Row], origin: str) -> bool:
    """Whether some version began from what is named so."""
    statement = "SELECT EXISTS (SELECT FROM population_model WHERE report ->> 'origin' = %s)"
    row = connection.execute(statement, (origin,)).fetchone()
    return bool(row and row[0])


def proven(connection: Connection[Row], version: int) -> bool:
    """Whether a version had proved itself on people here when it was made."""
    statement = "SELECT report -> 'proven' = 'true' FROM population_model WHERE version = %s"
    row = connection.execute(statement, (version,)).fetchone()
    return bool(row and row[0])


def only_trainer(connection: Connection[Row]) -> bool:
    """Whether no other worker trains in this moment; until the transaction's end."""
    row = connection.execute(_TRAINING_LOCK).fetchone()
    return bool(row and row[0])


class Stored(NamedTuple):
    """A stored example: whose, its bytes, and what each model said of it before it learnt."""

    patient_no: int
    example: bytes
    said: dict[str, float] | None


def trainable(connection: Connection[Row], most: int) -> tuple[list[int], list[Stored]]:
    """Ids and examples that no version has learnt from, oldest first."""
    rows = connection.execute(_TRAINABLE, (most,)).fetchall()
    return [id_ for id_, _, _ in rows], [Stored(no, bytes(one), None) for _, no, one in rows]


def learnt(connection: Connection[Row], most: int) -> list[Stored]:
    """The newest examples that a version has learnt from, oldest first."""
    rows = connection.execute(_LEARNT, (most,)).fetchall()
    return [Stored(no, bytes(example), said) for no, example, said in reversed(rows)]


def mark_used(
    connection: Connection[Row],
    ids: list[int],
    version: int,
    said: Sequence[Mapping[str, float]],
) -> None:
    """Say which version learnt from these examples, and what was said of each before."""
    connection.execute(_MARK_USED, (version, ids, [Jsonb(one) for one in said]))


def publish_key(
    connection: Connection[Row], sign_public: bytes, box_public: bytes, now_ms: int
) -> None:
    """Make the gateway's own public keys known, so that enrolment can tell devices."""
    connection.execute(_PUBLISH_KEY, (sign_public, box_public, instant_of(now_ms)))


def retired_keys(connection: Connection[Row]) -> set[bytes]:
    """The gateway's signing keys that are told to no device any more."""
    rows = connection.execute("SELECT sign_public FROM gateway_key WHERE retired_at IS NOT NULL")
    return {bytes(key) for (key,) in rows}


def revive_key(connection: Connection[Row], sign_public: bytes) -> None:
    """Tell this key again: there is no other to sign with."""
    connection.execute(_REVIVE_KEY, (sign_public,))
