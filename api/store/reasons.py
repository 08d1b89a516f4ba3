"""The reasons of an alert as people see them: those that hold first, the gravest first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.store.aging import aged_message
from api.store.timestamps import rfc3339
from api.store.types import Row

_URGENCY = ("high", "medium", "low")
_TIMES = ("started_at", "measured_at", "received_at", "raised_at", "cleared_at")


def told(row: Row, now: datetime) -> list[Row]:
    """Return the reasons of an alert; one that has none of its own is its only reason.

    Args:
        row: of ``api.store.alerts``.
        now: ward time.
    """
    if not row["reasons"]:
        return [_reason(row, {**row, "worst": row["value"]}, now)]
    made = [_reason(row, _timed(one), now) for one in row["reasons"]]
    return sorted(made, key=lambda one: (not one["holds"], _URGENCY.index(one["priority"])))


def _timed(one: Mapping[str, Any]) -> Row:
    times = {name: one[name] and datetime.fromisoformat(one[name]) for name in _TIMES}
    return {**one, **times}


def _reason(alert: Row, one: Row, now: datetime) -> Row:
    """Return one reason; while it holds it is answered, and ends, as its alert is."""
    holds = one["cleared_at"] is None and alert["closed_at"] is None
    state = alert["state"] if holds or alert["closed_at"] is not None else "resolved"
    shown = {**alert, **{name: one[name] for name in (*_TIMES, "condition", "message", "detail")}}
    return {
        "condition": one["condition"],
        "priority": one["priority"],
        "state": state,
        "holds": holds,
        "message": aged_message(shown, now),
        "raised_at": rfc3339(alert["closed_at"] if alert["historic"] else one["raised_at"]),
        "started_at": rfc3339(one["started_at"]),
        "measured_at": rfc3339(one["measured_at"]),
        "cleared_at": rfc3339(one["cleared_at"]),
        "count": one["count"],
        "worst": one["worst"],
        "newest": one["value"],
        "rule": one["rule"],
        "detail": one["detail"],
    }
