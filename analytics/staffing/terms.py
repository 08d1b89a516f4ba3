"""The words of the week: people, the hours asked, the rules of rest, and the shifts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.staffing.hours import Hours

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRules:
    """What nobody's week may break.

    The defaults are the European Working Time Directive's (2003/88/EC): 11 hours of rest between
    shifts (art. 3), 48 hours a week (art. 6), 24 hours free in seven days (art. 5).

    Attributes:
        rest_hours: between the end of a shift and the start of the next.
        week_hours: most hours of one person in seven days.
        most_days: most days with a shift in seven.
        most_nights: most shifts over midnight in seven days.
    """

    rest_hours: float = 11.0
    week_hours: float = 48.0
    most_days: int = 6
    most_nights: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can have shifts."""

    id: str
    kind: str = "doctor"
    skills: frozenset[str] = frozenset()
    cost_per_hour: float = 0.0
    most_hours: float | None = None
    away: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hours of work asked in a span of time: ``people`` at once, all with the skills."""

    start: datetime
    end: datetime
    people: float
    skills: frozenset[str] = frozenset()

    @property
    def hours(self) -> float:
        """Length of the span."""
        return (self.end - self.start) / _HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """One shift of one person."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A span in which somebody is lacking: person-hours."""

    start: datetime
    end: datetime
    hours: float
    skills: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week's shifts.

    Attributes:
        status: ``optimal``, ``feasible``, or ``infeasible`` if something is short.
        relaxed: the linear relaxation, with the prices.
    """

    status: str
    cost: float
    shifts: Sequence[PlannedShift] = ()
    short: Sequence[Short] = ()
    relaxed: Hours = field(default_factory=lambda: Hours(cost=0.0))
