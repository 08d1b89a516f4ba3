"""SQL of what the rows of the panel tell, of the few that are shown."""

from collections.abc import Sequence

from api.store import patients
from api.store.types import Conn, Row

_ROWS = "SELECT * FROM panel_row WHERE no = ANY (%s)"

_ALERTS = """
    SELECT e.patient_no, e.id::text AS id, e.condition, e.kind, e.priority, e.state,
           e.doctor_id::text AS doctor, d.name AS doctor_name, e.cleared_at, e.raised_at,
           e.deadline AS respond_by, e.acknowledged_until,
           coalesce(nullif(a.display_name, ''), a.username) AS acknowledged_by
      FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
      LEFT JOIN app_user a ON a.id = e.acknowledged_by
     WHERE e.patient_no = ANY (%s) AND e.state IN ('open', 'acknowledged')
       AND e.raised_at IS NOT NULL ORDER BY e.raised_at
"""


async def told(conn: Conn, ranked: Sequence[Row]) -> list[Row]:
    """Return these rows of the rank, in their order, with all that the panel tells of them."""
    numbers = [row["no"] for row in ranked]
    if not numbers:
        return []
    known = {row["no"]: row for row in await (await conn.execute(_ROWS, (numbers,))).fetchall()}
    sealed = {row["no"]: row for row in await patients.sealed_by_number(conn, numbers)}
    alerts = await alerts_of(conn, numbers)
    return [
        {**row, **known[row["no"]], **sealed[row["no"]], "alerts": alerts.get(row["no"], [])}
        for row in ranked
    ]


async def alerts_of(conn: Conn, numbers: Sequence[int]) -> dict[int, list[Row]]:
    """Return the open alerts of these patients in short, oldest first."""
    found: dict[int, list[Row]] = {}
    for row in await (await conn.execute(_ALERTS, (list(numbers),))).fetchall():
        found.setdefault(row.pop("patient_no"), []).append(row)
    return found
