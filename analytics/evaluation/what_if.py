"""What changed limits, delays or profiles would have called: one person's readings, twice; pure.

The readings run through the lane and the alerts as they run live (``replay``), once under the
settings in force, the ward's and the person's own, and once under the changed ones, with the same
model of the staff: only what differs between the two is told. Risk is said by the model as shipped,
which learns nothing on the way.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from msgspec import Struct

from analytics.domain.vitals import METRIC_BY_NAME
from analytics.evaluation.replay.alerts import Alert
from analytics.evaluation.replay.person import Met, SettingsSide, met_under
from analytics.evaluation.replay.recordings import DAY_MS
from analytics.evaluation.replay.staff import TAKES_ON
from analytics.lane.stretch import StretchColumns
from analytics.policy import MINUTE_MS
from analytics.settings import WardPolicy
from analytics.settings.in_force import StoredPlan

MATCH_MS = 30 * MINUTE_MS
"""Two alerts of one condition are the same if they were raised within this, or overlap."""
AROUND_MS = 60 * MINUTE_MS
POINTS = 60
SEEN_BEFORE_MS, SEEN_AFTER_MS = 60 * MINUTE_MS, 30 * MINUTE_MS


class Stretch(Struct):
    """What one person's readings were: parallel columns in the order of time.

    Attributes:
        person: whose.
        times: event times, milliseconds since 1970.
        metrics: codes.
        values: in the metrics' units.
        outcomes: when alerts were raised that somebody called actionable.
        plan: the person's own care plan.
        tried: another in its place; None: the same.
    """

    person: str
    times: list[int]
    metrics: list[int]
    values: list[float]
    outcomes: list[int] = []
    plan: StoredPlan = StoredPlan()
    tried: StoredPlan | None = None

    @property
    def days(self) -> int:
        """Patient-days: stretches of 24 h from the first reading on in which there was any."""
        found, at = 0, 0
        while at < len(self.times):
            found += 1
            number = (self.times[at] - self.times[0]) // DAY_MS + 1
            at = bisect_left(self.times, self.times[0] + number * DAY_MS)
        return found


class Total(Struct):
    """What one set of settings came to."""

    alerts: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    calls: int = 0
    minutes: float = 0.0
    missed_outcomes: int = 0

    def plus(self, other: "Total") -> "Total":
        """Return both together."""
        return Total(*(getattr(self, f) + getattr(other, f) for f in self.__struct_fields__))


class AlertShown(Struct):
    """An alert that only one of the two has, with the course that it rests on."""

    person: str
    condition: str
    priority: str
    raised_ms: int
    closed_ms: int | None
    calls: int
    measure: str
    curve: list[tuple[int, float]]


class PersonCompared(Struct):
    """One person under both settings."""

    person: str
    days: int
    now: Total
    then: Total
    gained: list[AlertShown]
    lost: list[AlertShown]


def compare(
    stretch: Stretch, now: WardPolicy, then: WardPolicy, minutes: Mapping[str, float]
) -> PersonCompared:
    """Replay one person under both settings, and return what differs.

    Args:
        stretch: their readings.
        now: what the ward decides by.
        then: what it would.
        minutes: of somebody's time that an alert costs, by priority.
    """
    sides = SettingsSide(now, stretch.plan), SettingsSide(then, stretch.tried or stretch.plan)
    columns = StretchColumns(stretch.times, stretch.metrics, stretch.values)
    before, after = met_under(columns, sides, TAKES_ON)
    return PersonCompared(
        person=stretch.person,
        days=stretch.days,
        now=_total(before, stretch.outcomes, minutes),
        then=_total(after, stretch.outcomes, minutes),
        gained=[_shown(stretch, one, after) for one in _only(after.alerts, before.alerts)],
        lost=[_shown(stretch, one, before) for one in _only(before.alerts, after.alerts)],
    )


def _total(course: Met, outcomes: Sequence[int], minutes: Mapping[str, float]) -> Total:
    alerts = course.alerts
    by = {name: sum(one.priority == name for one in alerts) for name in ("high", "medium", "low")}
    return Total(
        alerts=len(alerts),
        calls=sum(one.calls for one in alerts),
        minutes=sum(minutes.get(one.priority, 0.0) for one in alerts),
        missed_outcomes=sum(not _seen(at_ms, alerts) for at_ms in outcomes),
        **by,
    )


def _seen(at_ms: int, alerts: Sequence[Alert]) -> bool:
    """Whether an alert stood about then: it would have been acted on all the same."""
    return any(
        one.raised_ms <= at_ms + SEEN_AFTER_MS
        and (one.closed_ms is None or one.closed_ms >= at_ms - SEEN_BEFORE_MS)
        for one in alerts
    )


def _only(these: Sequence[Alert], others: Sequence[Alert]) -> list[Alert]:
    """Return those without a counterpart: each alert is the counterpart of one other at most."""
    free = list(others)
    found = []
    for one in these:
        same = next((other for other in free if _same(one, other)), None)
        if same is None:
            found.append(one)
        else:
            free.remove(same)
    return found


def _same(one: Alert, other: Alert) -> bool:
    if one.condition != other.condition:
        return False
    near = abs(one.raised_ms - other.raised_ms) <= MATCH_MS
    ends = [alert.closed_ms or 2**62 for alert in (one, other)]
    return near or (one.raised_ms <= ends[1] and other.raised_ms <= ends[0])


def _shown(stretch: Stretch, alert: Alert, course: Met) -> AlertShown:
    measure, curve = _curve(alert, stretch, course)
    return AlertShown(
        person=stretch.person,
        condition=alert.condition,
        priority=alert.priority.value,
        raised_ms=alert.raised_ms,
        closed_ms=alert.closed_ms,
        calls=alert.calls,
        measure=measure,
        curve=curve,
    )


def _curve(alert: Alert, stretch: Stretch, course: Met) -> tuple[str, list[tuple[int, float]]]:
    """Return the metric that the condition names, or NEWS2, in the hours around."""
    names = [name for name in METRIC_BY_NAME if f"_{name}" in f"_{alert.condition}_"]
    metric = METRIC_BY_NAME[max(names, key=len)] if names else None
    since, until = alert.raised_ms - AROUND_MS, alert.raised_ms + AROUND_MS
    if metric is None:
        points = [(t_ms, float(low)) for t_ms, low in course.lows if since <= t_ms <= until]
    else:
        rows = range(bisect_left(stretch.times, since), bisect_right(stretch.times, until))
        points = [
            (stretch.times[at], stretch.values[at]) for at in rows if stretch.metrics[at] == metric
        ]
    every = -(-len(points) // POINTS) or 1
    return (metric.wire_name if metric is not None else "news2"), points[::every]
