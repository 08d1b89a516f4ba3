"""Says of an alert that ends because its limit was changed who changed it, and from what to what.

The value is where it was; it is the limit that has moved. Whoever reads "resolved" must not take
that for a patient who is better.
"""

from dataclasses import replace

from analytics.domain.alerts import Change, Finding
from api.store import limit_changes
from api.store.episodes import Record
from api.store.timestamps import instant
from api.store.types import Conn


def moved(record: Record | None, finding: Finding) -> tuple[str, float] | None:
    """Return metric and old limit of an alert that ends with its value still beyond it; else None.

    Args:
        record: the alert, None if there is none.
        finding: what is said of it now.
    """
    if record is None or not record.open or finding.change is not Change.CLEARED:
        return None
    metric, limit = record.episode.detail.get("metric"), record.episode.detail.get("limit")
    if finding.value is None or not isinstance(metric, str) or not isinstance(limit, int | float):
        return None
    low = record.episode.condition.endswith("_low")
    beyond = finding.value < limit if low else finding.value > limit
    return (metric, float(limit)) if beyond else None


async def explained(conn: Conn, record: Record | None, finding: Finding) -> Finding:
    """Return the finding with the person behind the end of the alert, if a limit was changed."""
    was = moved(record, finding)
    if was is None or record is None or record.patient_no is None:
        return finding
    metric, old = was
    low = record.episode.condition.endswith("_low")
    patient, side = (record.patient_no, record.ward), "low" if low else "high"
    since = instant(record.episode.started_ms)
    made = await limit_changes.newest(conn, patient, metric, side, since)
    if made is None:
        said: dict[str, object] = {"closed_because": f"the limit is not {old:g} any more"}
    else:
        new = "the ward's" if made["value"] is None else f"{made['value']:g}"
        said = {
            "closed_because": f"limit changed from {old:g} to {new} by {made['name'] or 'unknown'}",
            "limit_changed": {
                "from": old,
                "to": made["value"],
                "by": made["name"],
                "at": made["set_at"].isoformat(),
            },
        }
    return replace(finding, detail={**finding.detail, **said})
