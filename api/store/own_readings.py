"""What one person measured in the last weeks, thinned, for proposals of their limits."""

from collections.abc import Sequence
from datetime import datetime

from api.store.types import Conn, Row

_MOST = 20_000

# One value each quarter of an hour, so that a stream does not outweigh a cuff; only good readings.
_OWN = """
    SELECT s.metric, time_bucket('15 minutes', s.time) AS time,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY s.value) AS value
      FROM observation_seen s
     WHERE s.patient_no = %(patient)s AND s.metric = ANY (%(metrics)s::smallint[])
       AND s.time >= %(start)s AND s.time < %(end)s AND s.quality = ANY (%(good)s::smallint[])
     GROUP BY 1, 2 ORDER BY 2, 1 LIMIT %(limit)s
"""


async def thinned(
    conn: Conn,
    patient_no: int,
    metrics: Sequence[int],
    span: tuple[datetime, datetime],
    good: Sequence[int],
) -> list[Row]:
    """Return the median good value of each metric in each quarter of an hour, by time.

    Args:
        conn: a connection acting for who may see the patient.
        patient_no: whose readings.
        metrics: codes of the metrics.
        span: start, inclusive, and end.
        good: codes of the qualities that count.
    """
    asked = {
        "patient": patient_no,
        "metrics": list(metrics),
        "start": span[0],
        "end": span[1],
        "good": list(good),
        "limit": _MOST,
    }
    return await (await conn.execute(_OWN, asked)).fetchall()
