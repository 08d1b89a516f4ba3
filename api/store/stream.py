"""The feed's rows: appended by the one locked writer of the database, read in its order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_APPEND = """
    SELECT append_alert_event(%(episode)s, %(patient)s, %(ward)s, %(event)s, %(at)s, %(actor)s,
                              %(holders)s, %(data)s)
"""

_AFTER = """
    SELECT stream_id, episode_id, patient_no, ward, event, holders, data::text AS data
      FROM alert_event WHERE stream_id > %s AND stream_id <= %s ORDER BY stream_id LIMIT %s
"""

_WATCHERS = """
    SELECT asked.patient, asked.ward, alert_watchers(asked.patient, asked.ward, %s) AS watchers
      FROM unnest(%s::integer[], %s::text[]) AS asked (patient, ward)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEntry:
    """One event to append.

    Attributes:
        event: ``alert.raised``, ``alert.changed`` or ``alert.closed``.
        holders: users who held the alert before or after; they are told whatever they may see.
    """

    episode_id: UUID
    patient_no: int | None
    ward: str
    event: str
    at: datetime
    actor: UUID | None
    holders: list[UUID]
    data: Row


async def append(conn: Conn, entries: Sequence[StreamEntry]) -> None:
    """Append events in this order; their ids are handed out in the order of commits."""
    rows = [
        {
            "episode": entry.episode_id,
            "patient": entry.patient_no,
            "ward": entry.ward,
            "event": entry.event,
            "at": entry.at,
            "actor": entry.actor,
            "holders": entry.holders,
            "data": Jsonb(entry.data),
        }
        for entry in entries
    ]
    async with conn.cursor() as cursor:
        await cursor.executemany(_APPEND, rows)


async def after(conn: Conn, last: int, upto: int, limit: int) -> list[Row]:
    """Return events with ``last < stream_id <= upto``, in order, at most ``limit``."""
    return await (await conn.execute(_AFTER, (last, upto, limit))).fetchall()


async def frames_behind(conn: Conn, episodes: Collection[UUID]) -> list[int]:
    """Return the frames that raised these alerts, as far as readings did."""
    cursor = await conn.execute(
        "SELECT DISTINCT frame_id FROM episode WHERE id = ANY (%s) AND frame_id IS NOT NULL",
        (list(episodes),),
    )
    return [row["frame_id"] for row in await cursor.fetchall()]


async def watchers(
    conn: Conn, subjects: Collection[tuple[int | None, str]], among: Sequence[UUID]
) -> dict[tuple[int | None, str], frozenset[UUID]]:
    """Return, for each (patient number, ward), who of ``among`` may see its alerts now."""
    numbers, wards = [s[0] for s in subjects], [s[1] for s in subjects]
    cursor = await conn.execute(_WATCHERS, (list(among), numbers, wards))
    return {
        (row["patient"], row["ward"]): frozenset(row["watchers"]) for row in await cursor.fetchall()
    }


async def wards_of(conn: Conn, numbers: Collection[int]) -> list[Row]:
    """Return ``no``, ``id`` and ``ward`` of these patients."""
    found = await conn.execute(
        "SELECT no, id, ward FROM patient WHERE no = ANY (%s) AND erased_at IS NULL",
        (list(numbers),),
    )
    return await found.fetchall()


async def bounds(conn: Conn) -> tuple[int, int]:
    """Return (first kept, newest) stream ids; the first is one past the newest if none is kept."""
    cursor = await conn.execute(
        """SELECT value AS newest, coalesce((SELECT min(stream_id) FROM alert_event), value + 1)
                  AS first FROM stream_position"""
    )
    row = await cursor.fetchone()
    return (int(row["first"]), int(row["newest"])) if row else (1, 0)


async def living_sessions(conn: Conn, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
    """Return role and ward behind each of these sessions that still opens (the API's login).

    An open stream is use: sessions whose last use was noted a while ago are noted again.
    """
    await conn.execute(
        """UPDATE session_token SET used_at = now()
            WHERE token_hash = ANY (%s) AND revoked_at IS NULL
              AND used_at < now() - interval '1 minute'""",
        (list(hashes),),
    )
    cursor = await conn.execute(
        """SELECT s.token_hash, u.role, u.ward
             FROM session_token s JOIN app_user u ON u.id = s.user_id
            WHERE s.token_hash = ANY (%s) AND s.revoked_at IS NULL AND s.expires_at > now()
              AND u.state <> 'disabled'""",
        (list(hashes),),
    )
    return {row["token_hash"]: (row["role"], row["ward"]) for row in await cursor.fetchall()}


async def last_change(conn: Conn, episode_id: UUID) -> tuple[UUID | None, str]:
    """Return who changed an alert last, and what the change was; nobody and nothing at first."""
    cursor = await conn.execute(
        """SELECT actor, data ->> 'change' AS change FROM alert_event
            WHERE episode_id = %s ORDER BY stream_id DESC LIMIT 1""",
        (episode_id,),
    )
    row = await cursor.fetchone()
    return (row["actor"], row["change"]) if row else (None, "")
