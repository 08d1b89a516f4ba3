"""SQL of the audit chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row


async def append(
    conn: Conn,
    now: datetime,
    *,
    actor: str,
    action: str,
    patient_no: int | None,
    detail: Mapping[str, object],
) -> None:
    """Add one row to the chain."""
    await conn.execute(
        "SELECT append_audit(%s, %s, %s, %s, %s)",
        (now, actor, action, patient_no, Jsonb(dict(detail))),
    )


async def append_seen(
    conn: Conn,
    now: datetime,
    *,
    actor: str,
    action: str,
    patients: Sequence[int],
    detail: Mapping[str, object],
) -> None:
    """Add a row for each of these patients who has none yet of this actor, action and hour."""
    await conn.execute(
        "SELECT append_seen(%s, %s, %s, %s::integer[], %s)",
        (now, actor, action, list(patients), Jsonb(dict(detail))),
    )


async def walk(conn: Conn) -> Row:
    """Compute the chain again: number of rows, first broken id (or None), newest hash in hex.

    ``begins_after`` is the last row that went by its age, 0 if none did, with its hash: the chain
    itself tells of it, by the newest removal of audit rows.
    """
    found = await conn.execute(
        """
        WITH base AS (
            SELECT (detail ->> 'upto')::bigint AS id, decode(detail ->> 'hash', 'hex') AS hash
              FROM audit WHERE action = 'retention.remove' AND detail ->> 'kind' = 'audit'
             ORDER BY audit.id DESC LIMIT 1),
        walked AS (
            SELECT a.id, a.hash,
                   a.hash <> CASE WHEN a.login IS NULL
                       THEN audit_hash(a.id, a.at, a.actor, a.action, a.patient_no, a.detail,
                                       a.previous)
                       ELSE audit_hash(a.id, a.at, a.actor, a.action, a.patient_no, a.detail,
                                       a.previous, a.login) END
                   OR a.previous <> coalesce(lag(a.hash) OVER (ORDER BY a.id),
                                             (SELECT hash FROM base), ''::bytea)
                   OR a.id <> coalesce(lag(a.id) OVER (ORDER BY a.id),
                                       (SELECT id FROM base), 0) + 1 AS broken
              FROM audit a)
        SELECT count(*) AS rows, min(id) FILTER (WHERE broken) AS first_broken,
               (SELECT encode(hash, 'hex') FROM walked ORDER BY id DESC LIMIT 1) AS head,
               coalesce((SELECT id FROM base), 0) AS begins_after,
               (SELECT encode(hash, 'hex') FROM base) AS base
          FROM walked
        """
    )
    row = await found.fetchone()
    return row or {"rows": 0, "first_broken": None, "head": None, "begins_after": 0, "base": None}


async def head(conn: Conn) -> Row | None:
    """Number and hash (hex) of the newest row; None if the chain is empty."""
    found = await conn.execute(
        "SELECT id, encode(hash, 'hex') AS hash FROM audit ORDER BY id DESC LIMIT 1"
    )
    return await found.fetchone()


async def rows(conn: Conn) -> int:
    """How many rows the chain has."""
    found = await conn.execute("SELECT count(*) AS n FROM audit")
    row = await found.fetchone()
    return int(row["n"]) if row else 0


async def hashes(conn: Conn, ids: list[int]) -> dict[int, str]:
    """The hashes (hex) of these rows, by number; without those that are not there."""
    found = await conn.execute(
        "SELECT id, encode(hash, 'hex') AS hash FROM audit WHERE id = ANY (%s)", (ids,)
    )
    return {row["id"]: row["hash"] for row in await found.fetchall()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRows:
    """Which rows are wanted: of one patient, of one actor, of one action; None: of any."""

    patient_no: int | None = None
    actor: str | None = None
    action: str | None = None


async def newest(conn: Conn, before: int | None, limit: int, wanted: AuditRows) -> list[Row]:
    """Rows from the newest down, older than id ``before``, with the readable names of actors.

    Of one patient: also the lists that they were in.
    """
    found = await conn.execute(
        """
        SELECT a.id, a.at, a.actor, a.login, u.username, a.action, p.id AS patient, a.detail,
               a.patient_no AS patient_number,
               encode(a.hash, 'hex') AS hash
          FROM audit a
          LEFT JOIN app_user u ON u.id::text = a.actor
          LEFT JOIN patient p ON p.no = a.patient_no
         WHERE (%(before)s::bigint IS NULL OR a.id < %(before)s)
           AND (%(patient)s::integer IS NULL OR a.patient_no = %(patient)s
                OR (a.detail ? 'patients'
                    AND a.detail -> 'patients' @> to_jsonb(%(patient)s::integer)))
           AND (%(actor)s::text IS NULL OR a.actor = %(actor)s)
           AND (%(action)s::text IS NULL OR a.action = %(action)s)
         ORDER BY a.id DESC LIMIT %(limit)s
        """,
        {
            "before": before,
            "limit": limit,
            "patient": wanted.patient_no,
            "actor": wanted.actor,
            "action": wanted.action,
        },
    )
    return await found.fetchall()
