"""Episodes that may rest on a reading: those whose newest evidence came with it or later."""

from collections.abc import Sequence

from api.store.episodes import EpisodeRow, record_of
from api.store.timestamps import instant
from api.store.types import Conn

_RESTING = """
    SELECT * FROM episode e
     WHERE patient_no = %(patient)s AND (
           (condition = ANY (%(conditions)s) AND NOT historic AND closed_at IS NOT NULL
            AND coalesce(received_at, measured_at) >= %(since)s
            AND NOT EXISTS (SELECT FROM reason r WHERE r.episode_id = e.id
                             AND NOT (r.condition = ANY (%(conditions)s)
                                      AND r.received_at >= %(since)s)))
        OR (condition = ANY (%(conditions)s) AND kind = 'technical' AND closed_at IS NULL
            AND coalesce(received_at, measured_at) >= %(since)s)
        OR (historic AND (condition, started_at) IN (
            SELECT * FROM unnest(%(names)s::text[], %(times)s::timestamptz[]))))
     ORDER BY id FOR UPDATE
"""


async def on(
    conn: Conn,
    patient_no: int,
    conditions: Sequence[str],
    since_ms: int,
    historic: Sequence[tuple[str, int]],
) -> list[EpisodeRow]:
    """Return a patient's alerts that rest on it alone and are closed, or of the past; locked.

    Args:
        conn: the leader's connection, in a transaction.
        patient_no: whose.
        conditions: names of conditions.
        since_ms: an episode of which nothing came since then rests on something else.
        historic: (condition, event time) of what back-fill showed.
    """
    asked = {
        "patient": patient_no,
        "conditions": list(conditions),
        "since": instant(since_ms),
        "names": [name for name, _ in historic],
        "times": [instant(at_ms) for _, at_ms in historic],
    }
    cursor = await conn.execute(_RESTING, asked)
    return [record_of(row) for row in await cursor.fetchall()]
