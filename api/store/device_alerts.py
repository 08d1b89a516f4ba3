"""What is shown of the equipment, by device: alerts of one device call together."""

from collections.abc import Sequence

from api.store.episodes import EpisodeRow, record_of
from api.store.types import Conn

_STANDING = """
    SELECT * FROM episode
     WHERE patient_no = ANY (%(patients)s) AND device_no = ANY (%(devices)s)
       AND kind = 'technical' AND state IN ('open', 'acknowledged') AND NOT historic
"""


async def standing(conn: Conn, patients: Sequence[int], devices: Sequence[int]) -> list[EpisodeRow]:
    """Return what is shown of these devices and lives.

    Args:
        conn: the engine's.
        patients: whose they are; by number.
        devices: by number.
    """
    asked = {"patients": list(patients), "devices": list(devices)}
    return [record_of(row) for row in await (await conn.execute(_STANDING, asked)).fetchall()]
