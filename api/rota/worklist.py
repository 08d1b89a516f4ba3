"""In which order a person does what is theirs by the plan, and when each piece would be done; pure.

The most pressing deadline first, of equals the more acute: the order by which the plan reckons
lateness. Times are minutes from when the plan was made.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from analytics.allocation.problem import URGENT_ACUITY
from api.store.timestamps import rfc3339
from api.store.types import Row

_EMERGENCY = 7
_NO_DEADLINE = float("inf")


def worklists(
    asked: Mapping[str, Any], answer: Mapping[str, Any], made_at: datetime
) -> list[dict[str, Any]]:
    """Return each person's work in order: ``doctor``, ``from``, ``until``, ``items``.

    ``later_minutes`` is what their patients are expected to ask beside it in the coming hours.

    Args:
        asked: what the solver was given for one ward.
        answer: what it answered.
        made_at: when.
    """
    demands = {one["patient"]: one for one in asked.get("demands", ())}
    theirs: dict[str, list[Row]] = {one["doctor"]: [] for one in answer["loads"]}
    for one in answer["assignments"]:
        theirs.setdefault(one["doctor"], []).append({**demands.get(one["patient"], {}), **one})
    whole = {
        one["doctor"]: one["minutes"] + one.get("reserve_minutes", 0.0) for one in answer["loads"]
    }
    return [
        {
            "doctor": doctor,
            "from": rfc3339(made_at),
            "until": rfc3339(made_at + timedelta(minutes=whole.get(doctor, 0.0))),
            "minutes": whole.get(doctor, 0.0),
            "later_minutes": round(sum(one.get("later_minutes", 0.0) for one in work), 1),
            "items": list(_in_order(work, made_at)),
        }
        for doctor, work in theirs.items()
    ]


def _in_order(work: Sequence[Row], made_at: datetime) -> Iterable[dict[str, Any]]:
    done = 0.0
    for one in sorted(work, key=_pressing):
        start, done = done, done + one["minutes"]
        deadline = one.get("deadline_minutes")
        yield {
            "patient": one["patient"],
            "minutes": one["minutes"],
            "start": rfc3339(made_at + timedelta(minutes=start)),
            "end": rfc3339(made_at + timedelta(minutes=done)),
            "deadline": None
            if deadline is None
            else rfc3339(made_at + timedelta(minutes=deadline)),
            "late": deadline is not None and done > deadline,
            "acuity": one.get("acuity", 0),
            "why": reason(one.get("acuity", 0), deadline),
        }


def _pressing(one: Row) -> tuple[float, ...]:
    deadline = one.get("deadline_minutes")
    return (_NO_DEADLINE if deadline is None else deadline, -one.get("acuity", 0))


def reason(acuity: int, deadline: float | None) -> str:
    """Return why a piece of work stands where it does."""
    if deadline is None:
        return "routine: after what has a deadline"
    within = f"within {deadline:.0f} min"
    if acuity >= _EMERGENCY:
        return f"emergency: {within}"
    return f"urgent: {within}" if acuity >= URGENT_ACUITY else f"review: {within}"
