"""SQL of single readings that were refused while the rest of their frame stood."""

from collections.abc import Sequence
from datetime import datetime

from api.store.types import Conn, Row

_FRAMES = """
    SELECT f.frame_id AS id, f.time AS received, f.offset_ms, f.refused, f.frame, f.boot, f.seq,
           d.id AS device, p.id AS patient
      FROM signed_frame_seen f
      JOIN patient p ON p.no = f.patient_no
      LEFT JOIN device d ON d.no = f.device_no
     WHERE f.refused IS NOT NULL AND f.time >= %(since)s
       AND (%(patient)s::uuid IS NULL
            OR f.patient_no = (SELECT no FROM patient WHERE id = %(patient)s::uuid))
       AND (%(device)s::text IS NULL OR d.id = %(device)s)
       AND (%(before)s::timestamptz IS NULL OR (f.time, f.frame_id) < (%(before)s, %(below)s))
       AND EXISTS (SELECT FROM generate_subscripts(f.refused, 1) at
                    WHERE at %% 2 = 0 AND f.refused[at] = ANY (%(codes)s::int[]))
     ORDER BY f.time DESC, f.frame_id DESC LIMIT %(limit)s
"""


async def frames(
    conn: Conn,
    *,
    since: datetime,
    before: tuple[datetime, int] | None,
    limit: int,
    patient: object,
    device: str | None,
    codes: Sequence[int],
) -> list[Row]:
    """Stored frames of which readings were refused, from the newest down.

    Args:
        conn: acting for a person.
        since: none that came before this.
        before: below this arrival and frame.
        limit: at most so many.
        patient: of this one only, by UUID.
        device: of this one only, by id.
        codes: reasons of interest, as the gateway notes them.
    """
    values = {
        "since": since,
        "before": before[0] if before else None,
        "below": before[1] if before else 0,
        "limit": limit,
        "patient": patient,
        "device": device,
        "codes": list(codes),
    }
    return await (await conn.execute(_FRAMES, values)).fetchall()
