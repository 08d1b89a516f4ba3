"""The last change of a patient's limit: by the care plan, or by the ward's settings."""

from datetime import datetime

from api.store.types import Conn, Row

_NEWEST = """
    SELECT made.set_at, made.value, coalesce(nullif(u.display_name, ''), u.username) AS name
      FROM (SELECT set_at, set_by, (now ->> %(side)s)::float AS value
              FROM (SELECT set_at, set_by, limits -> %(metric)s AS now,
                           lag(limits -> %(metric)s) OVER (ORDER BY revision) AS before
                      FROM care_plan WHERE patient_no = %(patient)s) p
             WHERE now -> %(side)s IS DISTINCT FROM before -> %(side)s
            UNION ALL
            SELECT set_at, set_by, (now #>> '{}')::float
              FROM (SELECT set_at, set_by, settings -> %(name)s AS now,
                           lag(settings -> %(name)s) OVER (ORDER BY revision) AS before
                      FROM ward_settings WHERE ward = %(ward)s) w
             WHERE now IS DISTINCT FROM before) made
      LEFT JOIN app_user u ON u.id = made.set_by
     WHERE made.set_at >= %(since)s
     ORDER BY made.set_at DESC LIMIT 1
"""


async def newest(
    conn: Conn, patient: tuple[int, str], metric: str, side: str, since: datetime | None
) -> Row | None:
    """Return when, by whom and to what a limit was changed last; None if it was not since then.

    Args:
        conn: the leader's connection, in a transaction.
        patient: the patient's number and ward.
        metric: its wire name.
        side: ``low`` or ``high``.
        since: changes before this are of no interest; None: all are.
    """
    asked = {
        "patient": patient[0],
        "ward": patient[1],
        "metric": metric,
        "side": side,
        "name": f"limits.{metric}.{side}",
        "since": since,
    }
    return await (await conn.execute(_NEWEST, asked)).fetchone()
