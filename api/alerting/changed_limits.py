"""Says of an alert that ends because its limit was changed who changed it, and from what to what.

The value is where it was; it is the limit that has moved. Whoever reads "resolved" must not take
that for a patient who is better.
"""

from dataclasses import replace

from analytics.domain.alerts import CLOSED_BECAUSE, Finding, FindingChange
from api.store import limit_changes
from api.store.patient_alerts import ReasonRow
from api.store.timestamps import instant
from api.store.types import Conn


def moved(row: ReasonRow | None, finding: Finding) -> tuple[str, float] | None:
    """Return metric and old limit of a reason that ends with its value still beyond it; else None.

    Args:
        row: the reason, None if there is none.
        finding: what is said of it now.
    """
    if row is None or not row.reason.living or finding.change is not FindingChange.CLEARED:
        return None
    reason = row.reason
    metric, limit = reason.detail.get("metric"), reason.detail.get("limit")
    if finding.value is None or not isinstance(metric, str) or not isinstance(limit, int | float):
        return None
    low = reason.condition.endswith("_low")
    beyond = finding.value < limit if low else finding.value > limit
    return (metric, float(limit)) if beyond else None


async def explained(conn: Conn, ward: str, row: ReasonRow | None, finding: Finding) -> Finding:
    """Return the finding with the person behind the end of it, if a limit was changed."""
    was = moved(row, finding)
    if was is None or row is None:
        return finding
    metric, old = was
    side = "low" if finding.condition.endswith("_low") else "high"
    since = instant(row.reason.started_ms)
    made = await limit_changes.newest(conn, (row.patient_no, ward), metric, side, since)
    if made is None:
        said: dict[str, object] = {CLOSED_BECAUSE: f"the limit is not {old:g} any more"}
    else:
        new = "the ward's" if made["value"] is None else f"{made['value']:g}"
        said = {
            CLOSED_BECAUSE: f"limit changed from {old:g} to {new} by {made['name'] or 'unknown'}",
            "limit_changed": {
                "from": old,
                "to": made["value"],
                "by": made["name"],
                "at": made["set_at"].isoformat(),
            },
        }
    return replace(finding, detail={**finding.detail, **said})
