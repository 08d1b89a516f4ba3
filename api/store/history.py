"""Historic findings of late data: stretches that are over, written down and never paged."""

from collections.abc import Sequence

from api.store.episodes import EpisodeRow, record_of
from api.store.timestamps import instant
from api.store.types import Conn

_HISTORY = """
    SELECT DISTINCT ON (patient_no, condition) * FROM episode
     WHERE patient_no = ANY (%(patients)s) AND condition = ANY (%(conditions)s) AND historic
       AND closed_at > %(since)s
     ORDER BY patient_no, condition, closed_at DESC, measured_at DESC
"""


async def newest(
    conn: Conn, patients: Sequence[int], conditions: Sequence[str], since_ms: int
) -> list[EpisodeRow]:
    """Return, for each patient and condition, what back-fill told last since then."""
    asked = {"patients": list(patients), "conditions": list(conditions), "since": instant(since_ms)}
    return [record_of(row) for row in await (await conn.execute(_HISTORY, asked)).fetchall()]
