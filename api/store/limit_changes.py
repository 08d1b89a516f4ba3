"""Who changed a patient's limit last, by the revisions of the care plan."""

from api.store.types import Conn, Row

_NEWEST = """
    SELECT c.set_at, (c.now ->> %(side)s)::float AS value,
           coalesce(nullif(u.display_name, ''), u.username) AS name
      FROM (SELECT revision, set_at, set_by, limits -> %(metric)s AS now,
                   lag(limits -> %(metric)s) OVER (ORDER BY revision) AS before
              FROM care_plan WHERE patient_no = %(patient)s) c
      LEFT JOIN app_user u ON u.id = c.set_by
     WHERE c.now -> %(side)s IS DISTINCT FROM c.before -> %(side)s
     ORDER BY c.revision DESC LIMIT 1
"""


async def newest(conn: Conn, patient_no: int, metric: str, side: str) -> Row | None:
    """Return when, by whom and to what a limit was changed last; None if it never was.

    Args:
        conn: the leader's connection, in a transaction.
        patient_no: the patient.
        metric: its wire name.
        side: ``low`` or ``high``.
    """
    asked = {"patient": patient_no, "metric": metric, "side": side}
    return await (await conn.execute(_NEWEST, asked)).fetchone()
