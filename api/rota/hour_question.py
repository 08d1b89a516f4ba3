"""Hours of the clock that somebody is asked about: what falls due in each, and who is there; pure.

What is asked comes twice, as it is expected and as much as it may well become (the upper end of
what is expected), so that an hour can be told to be overfull, or to be so if more comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analytics.allocation.hours import (
    EXPECTED,
    SOURCES,
    HourPlan,
    OverfullSpan,
    StaffHours,
    TimedWork,
    through_hours,
)
from api.store.timestamps import rfc3339

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DOCTORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HourGrid:
    """Hours of the clock from now on: ``edges`` is one longer than the hours."""

    edges: tuple[datetime, ...]

    @classmethod
    def of(cls, now: datetime, hours: int) -> "HourGrid":
        """Return the grid that ends with the full hour ``hours`` from now."""
        full = now.replace(minute=0, second=0, microsecond=0)
        later = (full + at * _HOUR for at in range(1, hours + 1))
        return cls(edges=(now, *later))

    @property
    def hours(self) -> int:
        """How many."""
        return len(self.edges) - 1

    def at(self, minutes: float) -> int:
        """Return the hour that lies so many minutes from now, the last for what lies beyond."""
        then = self.edges[0] + minutes * _MINUTE
        inside = [at for at in range(self.hours) if self.edges[at] <= then]
        return inside[-1]

    def within(self, start: datetime, end: datetime) -> list[float]:
        """Return the minutes of a span that lie in each hour."""
        return [
            max(0.0, (min(end, b) - max(start, a)) / _MINUTE)
            for a, b in zip(self.edges, self.edges[1:], strict=False)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Somebody's one stay at work, and the minutes that it gives in each hour."""

    id: str
    since: datetime
    until: datetime
    cost_per_hour: float
    hours: StaffHours


@dataclass(frozen=True, slots=True, kw_only=True)
class HourQuestion:
    """What is asked in each hour, and who is there.

    Attributes:
        grid: the hours.
        work: what is asked.
        at_most: the same with as much as may well be expected; None: nothing is uncertain.
        there: who is or will be there; one who comes twice is there twice.
    """

    grid: HourGrid
    work: Sequence[TimedWork]
    there: Sequence[Presence]
    at_most: Sequence[TimedWork] | None = None

    def kept_hours(self) -> dict[str, Any]:
        """Return ``hours``, ``overfull`` and ``overfull_at_most`` as they are kept. CPU-bound."""
        staff = [one.hours for one in self.there]
        found = through_hours(self.work, staff, self.grid.hours)
        if found is None:
            return {"hours": [], "overfull": [], "overfull_at_most": []}
        more = None
        if self.at_most is not None:
            more = through_hours(self.at_most, staff, self.grid.hours)
        return {
            "hours": self._hours(found, staff),
            "overfull": [self._overfull(one) for one in found.overfull],
            "overfull_at_most": [
                self._overfull(one) for one in more.overfull if _worse(one, found.overfull)
            ]
            if more is not None
            else [],
        }

    def _overfull(self, span: OverfullSpan) -> dict[str, Any]:
        start, end = self.grid.edges[span.first], self.grid.edges[span.last + 1]
        return {
            "from": rfc3339(start),
            "to": rfc3339(end),
            "skills": list(span.skills),
            "minutes": round(span.minutes, 1),
            "urgent": span.urgency >= _DOCTORS,
            "sources": {source: round(one, 1) for source, one in span.sources.items()},
            "relief": self._relief(span, start, end),
        }

    def _relief(self, span: OverfullSpan, start: datetime, end: datetime) -> dict[str, Any] | None:
        """Return who of those who come and go could be there then, at least cost; None: nobody."""
        able = {one.id: one for one in self.there if set(span.skills) <= one.hours.skills}
        free = {
            who: (end - start) / _MINUTE
            - sum(
                max(0.0, (min(end, one.until) - max(start, one.since)) / _MINUTE)
                for one in self.there
                if one.id == who
            )
            for who in able
        }
        could = [one for who, one in able.items() if free[who] >= min(1.0, span.minutes)]
        if not could:
            return None
        best = min(could, key=lambda one: (one.cost_per_hour, one.id))
        minutes = min(free[best.id], span.minutes)
        return {
            "doctor": best.id,
            "minutes": round(minutes, 1),
            "cost": round(minutes / 60 * best.cost_per_hour, 2),
        }

    def _hours(self, found: HourPlan, staff: Sequence[StaffHours]) -> list[Mapping[str, Any]]:
        edges = self.grid.edges
        arriving = _arriving(self.work, self.grid.hours)
        most = _arriving(self.at_most or self.work, self.grid.hours)
        return [
            {
                "from": rfc3339(edges[at]),
                "to": rfc3339(edges[at + 1]),
                "there": round(sum(one.minutes[at] for one in staff), 1),
                "with_reserve": round(sum(one.whole[at] for one in staff), 1),
                **{source: found.done[source][at] for source in SOURCES},
                "arriving": round(arriving[at], 1),
                "arriving_at_most": round(most[at], 1),
            }
            for at in range(self.grid.hours)
        ]


def _arriving(work: Sequence[TimedWork], hours: int) -> list[float]:
    """Return the minutes of alerts that are expected to come in each hour, done then or later."""
    told = [0.0] * hours
    for one in work:
        if one.source == EXPECTED:
            told[min(one.first, hours - 1)] += one.minutes
    return told


def _worse(one: OverfullSpan, known: Sequence[OverfullSpan]) -> bool:
    """Whether a span says more than those that are overfull anyway: other hours, or minutes."""
    same = [each for each in known if each.skills == one.skills]
    inside = [each for each in same if each.first <= one.last and one.first <= each.last]
    return one.minutes - sum(each.minutes for each in inside) >= 1.0
