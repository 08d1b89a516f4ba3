"""Forecast of the people needed in each hour of a week, from the weeks before; pure.

Alerts come with their minutes by priority, spread over the hours of the week in which they came;
routine looks are spread over the day. An hour with less than one person's work still has somebody
there.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from analytics.staffing.terms import Span
from api.rota.settings import RotaSettings
from api.store.types import Row

_WEEK_HOURS = 7 * 24
_HOUR = timedelta(hours=1)
_DAY = range(8, 20)
DOCTOR = frozenset({"doctor"})


def spans(
    *,
    start: datetime,
    days: int,
    raised: Iterable[Row],
    weeks: float,
    patients: int,
    settings: RotaSettings,
) -> list[Span]:
    """Return people needed hour by hour: doctors for urgent work, anybody for the rest.

    Args:
        start: a full hour.
        days: how many.
        raised: clinical alerts by ``hour`` of the week and ``priority``, with their number ``n``.
        weeks: over how many weeks they were counted.
        patients: who is watched.
        settings: minutes of each class of work, and the share of a shift that can be planned.
    """
    minutes = {
        "high": settings.emergency_minutes,
        "medium": settings.urgent_minutes,
        "low": settings.review_minutes,
    }
    urgent, rest = [0.0] * _WEEK_HOURS, [0.0] * _WEEK_HOURS
    for row in raised:
        of = rest if row["priority"] == "low" else urgent
        of[row["hour"]] += row["n"] * minutes[row["priority"]] / weeks
    looks = patients * settings.routine_minutes * settings.routine_looks / len(_DAY)
    asked = []
    for at in range(days * 24):
        begins = start + at * _HOUR
        hour = begins.weekday() * 24 + begins.hour
        routine = rest[hour] + (looks if begins.hour in _DAY else 0.0)
        doctors, others = (_people(one, settings) for one in (urgent[hour], routine))
        anybody = max(others, round(1.0 - doctors, 1))
        if doctors > 0:
            asked.append(Span(start=begins, end=begins + _HOUR, people=doctors, skills=DOCTOR))
        asked.append(Span(start=begins, end=begins + _HOUR, people=max(0.0, anybody)))
    return asked


def _people(minutes: float, settings: RotaSettings) -> float:
    return round(minutes / 60 / settings.working_share, 1)
