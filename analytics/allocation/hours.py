"""Work through the shift: hour by hour, whether those who are there can do what falls due.

A shift can be long enough for all its work and one of its hours be overfull: what is due then can
be done neither before (it has not come yet) nor after (it would be late). Work is poured into the
hours by a linear programme, the most urgent first and as early as can be; what does not fit is said
with its hours and its skills. Minutes are shared freely between the people of an hour, so that what
is overfull here is overfull however the work is shared out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.allocation.linear import Floats, Ints, Rows, minimise

OPEN, SCHEDULED, EXPECTED = "open", "scheduled", "expected"
SOURCES = (OPEN, SCHEDULED, EXPECTED)
_WEIGHTS = (1.0, 10.0, 100.0, 1000.0)
_EARLY = 1e-4
_MOST_PLACES = 1_000_000
"""Kinds of work times groups of people times hours, beyond which building takes too long."""
_LEAST_MINUTES = 0.5
"""What is short by less is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedWork:
    """Minutes that must be done between two hours.

    Attributes:
        minutes: how many.
        first: index of the hour in which it comes ...
        last: ... and of the hour by the end of which it is due.
        skills: all of these are needed.
        urgency: 0 routine, 1 review, 2 urgent, 3 emergency.
        source: ``open`` (there now), ``scheduled`` or ``expected``.
    """

    minutes: float
    first: int
    last: int
    skills: frozenset[str] = frozenset()
    urgency: int = 0
    source: str = OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHours:
    """Somebody's minutes in each hour: those that are planned, and those with the reserve."""

    skills: frozenset[str]
    minutes: Sequence[float]
    whole: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverfullSpan:
    """Work that fits into none of its hours.

    Attributes:
        skills: what it asks.
        first: the first of the hours.
        last: the last of them.
        minutes: how much.
        urgency: of the most urgent of it.
        sources: where the minutes come from.
    """

    skills: tuple[str, ...]
    first: int
    last: int
    minutes: float
    urgency: int
    sources: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourPlan:
    """What is done in each hour, by source, and what is overfull.

    Attributes:
        done: by source the minutes of each hour.
        overfull: the most urgent first.
    """

    done: Mapping[str, list[float]]
    overfull: list[OverfullSpan] = field(default_factory=list)


_Kind = tuple[frozenset[str], int, int, int, str]


def through_hours(
    work: Sequence[TimedWork], staff: Sequence[StaffHours], hours: int, limit_s: float = 2.0
) -> HourPlan | None:
    """Pour the work into the hours; None: that was not done in time, or would not be.

    Args:
        work: what there is to do, with its hours.
        staff: who is there when.
        hours: how many hours there are.
        limit_s: most seconds.
    """
    pooled: dict[_Kind, float] = {}
    for one in work:
        last = min(one.last, hours - 1)
        key = (one.skills, min(one.first, last), last, one.urgency, one.source)
        pooled[key] = pooled.get(key, 0.0) + one.minutes
    if not pooled:
        return HourPlan(done={source: [0.0] * hours for source in SOURCES})
    asked = frozenset().union(*(kind[0] for kind in pooled))
    groups = {one.skills & asked for one in staff}
    if len(pooled) * len(groups) * hours > _MOST_PLACES:
        return None
    programme = _HoursProgramme(list(pooled), np.array(list(pooled.values())), staff, hours)
    return programme.solved(limit_s)


class _HoursProgramme:
    """Columns: minutes of a kind of work done by a group of people in an hour, and what is left."""

    def __init__(
        self, kinds: list[_Kind], minutes: Floats, staff: Sequence[StaffHours], hours: int
    ) -> None:
        self.kinds, self.minutes, self.hours = kinds, minutes, hours
        asked = frozenset().union(*(kind[0] for kind in kinds))
        planned: dict[frozenset[str], Floats] = {}
        whole: dict[frozenset[str], Floats] = {}
        for one in staff:  # those who can do the same are one group
            group = one.skills & asked
            planned[group] = planned.get(group, np.zeros(hours)) + np.asarray(one.minutes)
            whole[group] = whole.get(group, np.zeros(hours)) + np.asarray(one.whole)
        self.groups = list(planned)
        self.planned = np.array([planned[one] for one in self.groups]).reshape(-1, hours)
        self.whole = np.array([whole[one] for one in self.groups]).reshape(-1, hours)
        self.rows = Rows()
        self._columns()
        self._constraints()

    def _columns(self) -> None:
        places = [
            (at, group, hour)
            for at, (skills, first, last, _, _) in enumerate(self.kinds)
            for group, has in enumerate(self.groups)
            if skills <= has
            for hour in range(first, last + 1)
            if self.whole[group, hour] > 0
        ]
        self.at, self.group, self.hour = np.array(places, dtype=np.int64).reshape(-1, 3).T
        self.done = self.rows.columns(np.full(len(places), math.inf))
        self.left = self.rows.columns(np.full(len(self.kinds), math.inf))

    def _constraints(self) -> None:
        asked = self.rows.rows(self.minutes, self.minutes)
        self.rows.put(asked[self.at], self.done, 1.0)
        self.rows.put(asked, self.left, 1.0)
        emergency = np.array([kind[3] == len(_WEIGHTS) - 1 for kind in self.kinds])[self.at]
        self._at_most(self.planned, ~emergency)
        self._at_most(self.whole, np.ones(len(self.at), dtype=bool))

    def _at_most(self, minutes: Floats, which: Ints) -> None:
        flat = minutes.ravel()
        rows = self.rows.rows(np.full(len(flat), -math.inf), flat)
        place = self.group[which] * self.hours + self.hour[which]
        self.rows.put(rows[place], self.done[which], 1.0)

    def solved(self, limit_s: float) -> HourPlan | None:
        objective = np.zeros(len(self.rows.lower))
        objective[self.done] = _EARLY * self.hour
        objective[self.left] = [_WEIGHTS[kind[3]] for kind in self.kinds]
        found = minimise(self.rows, objective, limit_s)
        if found is None:
            return None
        x = found[1]
        done = {source: np.zeros(self.hours) for source in SOURCES}
        for at, hour, minutes in zip(self.at, self.hour, x[self.done], strict=True):
            done[self.kinds[at][4]][hour] += minutes
        return HourPlan(
            done={source: [round(float(one), 1) for one in each] for source, each in done.items()},
            overfull=_spans(self.kinds, x[self.left]),
        )


def _spans(kinds: Sequence[_Kind], left: Floats) -> list[OverfullSpan]:
    """Return what is left, the same skills in hours that touch as one."""
    found: list[OverfullSpan] = []
    rest = [
        (kind, float(minutes)) for kind, minutes in zip(kinds, left, strict=True) if minutes > 0
    ]
    for kind, minutes in sorted(rest, key=lambda one: (sorted(one[0][0]), one[0][1], one[0][2])):
        skills, first, last, urgency, source = kind
        one = OverfullSpan(
            skills=tuple(sorted(skills)),
            first=first,
            last=last,
            minutes=minutes,
            urgency=urgency,
            sources={source: minutes},
        )
        before = found[-1] if found else None
        if before is not None and before.skills == one.skills and first <= before.last + 1:
            found[-1] = _joined(before, one)
        else:
            found.append(one)
    told = [one for one in found if one.minutes >= _LEAST_MINUTES]
    return sorted(told, key=lambda one: (-one.urgency, one.first))


def _joined(a: OverfullSpan, b: OverfullSpan) -> OverfullSpan:
    sources = {
        source: a.sources.get(source, 0.0) + b.sources.get(source, 0.0)
        for source in SOURCES
        if source in a.sources or source in b.sources
    }
    return OverfullSpan(
        skills=a.skills,
        first=min(a.first, b.first),
        last=max(a.last, b.last),
        minutes=a.minutes + b.minutes,
        urgency=max(a.urgency, b.urgency),
        sources=sources,
    )
