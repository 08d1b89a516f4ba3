"""SQL of what the ward asks devices by itself: to measure again."""

from collections.abc import Sequence
from datetime import datetime

from api.store.types import Conn

_ASK = """
    INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at)
    SELECT d.no, p.bucket, 'measure', jsonb_build_object('metric', q.metric), %(now)s,
           %(expires)s, %(now)s
      FROM unnest(%(patients)s::int[], %(metrics)s::text[]) AS q (patient_no, metric)
      JOIN patient p ON p.no = q.patient_no
      JOIN device d ON d.patient_no = p.no
      LEFT JOIN patient_now n ON n.patient_no = p.no
     WHERE (p.state = 'active' OR (p.state = 'paused' AND p.paused_until <= %(now)s))
       AND d.state = 'enrolled' AND d.bound_to IS NULL
       AND (d.expected ? q.metric OR n.latest -> q.metric ->> 'device' = d.id)
       AND NOT EXISTS (SELECT FROM command c
                        WHERE c.device_no = d.no AND c.command = 'measure'
                          AND c.args ->> 'metric' = q.metric AND c.expires > %(now)s
                          AND c.state IN ('queued', 'sent', 'delivered', 'seen'))
    RETURNING pg_notify('homeward_inbox', 'command')
"""


_ASK_MISSING = """
    INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at)
    SELECT d.no, p.bucket, 'measure', jsonb_build_object('metric', m.metric), %(now)s,
           %(expires)s, %(now)s
      FROM patient_now n
      JOIN patient p ON p.no = n.patient_no
     CROSS JOIN LATERAL jsonb_array_elements_text(
               coalesce(n.assessment -> 'news2' -> 'missing', '[]')) AS m (metric)
      JOIN device d ON d.patient_no = p.no
     WHERE (p.state = 'active' OR (p.state = 'paused' AND p.paused_until <= %(now)s))
       AND m.metric = ANY (%(metrics)s::text[])
       AND d.state = 'enrolled' AND d.bound_to IS NULL AND d.bound_from <= %(since)s
       AND (d.expected ? m.metric OR n.latest -> m.metric ->> 'device' = d.id)
       AND coalesce((n.latest -> m.metric ->> 'g')::bigint, 0)
           <= extract(epoch FROM %(since)s::timestamptz) * 1000
       AND NOT EXISTS (SELECT FROM command c
                        WHERE c.device_no = d.no AND c.command = 'measure'
                          AND c.args ->> 'metric' = m.metric AND c.issued > %(again)s)
    RETURNING pg_notify('homeward_inbox', 'command')
"""


async def ask_for_missing(
    conn: Conn,
    metrics: Sequence[str],
    now: datetime,
    *,
    since: datetime,
    again: datetime,
    expires: datetime,
) -> int:
    """Ask the devices that measure what patients' scores lack to do so.

    Args:
        conn: the alert engine's connection.
        metrics: those that alone could score 3.
        now: the ward's time.
        since: nothing good of the metric came after this, and the device was in use before.
        again: no device is asked that was asked for the metric after this.
        expires: until when the device may obey.

    Returns:
        How many commands were queued.
    """
    values = {
        "metrics": list(metrics),
        "now": now,
        "since": since,
        "again": again,
        "expires": expires,
    }
    return (await conn.execute(_ASK_MISSING, values)).rowcount


async def ask_to_measure(
    conn: Conn, wanted: Sequence[tuple[int, str]], now: datetime, expires: datetime
) -> int:
    """Ask the devices that measure a metric to do so now, unless they are asked already.

    Args:
        conn: the alert engine's connection.
        wanted: patient number and metric's name.
        now: the ward's time.
        expires: until when the device may obey.

    Returns:
        How many devices are asked.
    """
    values = {
        "patients": [patient_no for patient_no, _ in wanted],
        "metrics": [metric for _, metric in wanted],
        "now": now,
        "expires": expires,
    }
    return (await conn.execute(_ASK, values)).rowcount
