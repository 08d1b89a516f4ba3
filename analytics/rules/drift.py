"""Slow drift over days: weight, resting pulse and breathing, against the person's own days before.

A day is told by its lowest value: of pulse and breathing the lowest mean of a half-hour (rest,
mostly at night), of weight the lowest weighing (the morning's). A day is the patient's own, from
noon to noon where they live, so that each night is one day's. A day with few half-hours measured
has not seen the person at rest and is left out: of a cuff used twice a day the rule says nothing.
The middle one of the last three days is held against the middle ones of three days before, so that
one odd day moves nothing and a change must be there on two days of three. A day of pulse or
breathing is judged once it is over.
Deviations from one's own days are an adjunct for review (FDA K183282, K142512).
"""

from datetime import date, datetime, timedelta

from msgspec import Struct, field

from analytics.domain.alerts import Priority
from analytics.domain.civil import zone_of
from analytics.domain.vitals import Metric
from analytics.domain.wording import amount
from analytics.rules.hysteresis import Alarm, Scene, clear_condition, raise_condition, supersede
from analytics.rules.limits import speaks

RULE = "drift/1"
DAY_MS = 86_400_000
_NOON_MS = DAY_MS // 2
_HALF_DAY = timedelta(hours=12)
_EPOCH = date(1970, 1, 1).toordinal()
MOST_DAYS = 60
CLEAR_SHARE = 0.5
"""It ends once the change is down to half of what is told (proposed)."""
_WEIGHT = int(Metric.WEIGHT)
WEIGHT_GAIN = "weight_gain"
NAMES: dict[int, str] = {
    int(metric): f"trend_{metric.wire_name}" for metric in (Metric.HR, Metric.RR, Metric.WEIGHT)
}
"""The metrics that are watched over days, with the name of the condition."""
_WORDS: dict[int, str] = {
    int(Metric.HR): "Resting pulse",
    int(Metric.RR): "Breathing rate at rest",
    _WEIGHT: "Weight",
}
_THREE = 3


def day_of(t_ms: int, zone: str) -> int:
    """Return the day of a moment, from noon to noon in a zone: a night is one day's.

    A zone that this program does not know counts as UTC.
    """
    try:
        there = None if zone == "UTC" else zone_of(zone)
    except KeyError:
        there = None
    if there is None:
        return (t_ms + _NOON_MS) // DAY_MS
    noon = datetime.fromtimestamp(t_ms / 1000, there) + _HALF_DAY
    return noon.toordinal() - _EPOCH


class Drift(Struct, array_like=True, gc=False):
    """The days of one metric.

    Attributes:
        day: number of the day that is under way; 0: none yet.
        low: its lowest value so far.
        parts: how many values it has.
        days: numbers of the days that are over, oldest first.
        lows: their lowest values.
    """

    day: int = 0
    low: float = 0.0
    parts: int = 0
    days: list[int] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)

    def add_value(self, day: int, value: float, least: int) -> None:
        """Take a value of a day; ``least`` is of the day before.

        Where the zone changes a day may seem to be that before: it is still the one under way.
        """
        if day > self.day:
            self.close(least)
            self.day, self.low, self.parts = day, value, 0
        self.low = min(self.low, value)
        self.parts += 1

    def close(self, least: int) -> None:
        """Keep the day that was under way with those that are over, if it has enough values."""
        if self.day and self.parts >= least:
            self.days.append(self.day)
            self.lows.append(self.low)
            del self.days[:-MOST_DAYS], self.lows[:-MOST_DAYS]
        self.day = 0


class DayChange(Struct, frozen=True):
    """How a metric has changed over days."""

    before: float
    now: float
    days: int

    @property
    def size(self) -> float:
        """By how much it has risen; below 0: fallen."""
        return self.now - self.before


def change_of(days: list[int], lows: list[float], within: int, *, rise: bool) -> DayChange | None:
    """Return the greatest rise (or fall) of the last days to now; None: too few days are known.

    Args:
        days: numbers of the days, oldest first.
        lows: their values.
        within: how many days back it is looked.
        rise: whether a rise is sought; else a fall.
    """
    first = next((at for at, day in enumerate(days) if day > days[-1] - within), len(days))
    middles = [
        (sorted(lows[at - 1 : at + 2])[1], days[at]) for at in range(first + 1, len(days) - 1)
    ]
    if len(middles) <= _THREE:
        return None
    now, today = middles[-1]
    pick = min if rise else max
    before, since = pick(middles[:-_THREE], key=lambda one: (one[0], -one[1] if rise else one[1]))
    return DayChange(before, now, today - since)


def drift(scene: Scene, code: int, kept: Drift) -> None:
    """Judge the days of one metric, the one under way only where it counts already (weight).

    Args:
        scene: the moment.
        code: of the metric.
        kept: of the lane.
    """
    if scene.late:
        return
    name, policy = NAMES[code], scene.policy
    by = _spoken_for(scene, code)
    if by is not None:
        supersede(scene, name, by)
        return
    days, lows = kept.days, kept.lows
    if code == _WEIGHT:
        days, lows = [*days, kept.day], [*lows, kept.low]
    if not days:
        return
    up = change_of(days, lows, policy.drift_days, rise=True)
    down = change_of(days, lows, policy.drift_days, rise=False) if code == _WEIGHT else None
    if up is not None and up.size >= policy.drift[code]:
        raise_condition(scene, _alarm(code, up, policy.drift[code]))
    elif down is not None and -down.size >= policy.drift_loss:
        raise_condition(scene, _alarm(code, down, policy.drift_loss))
    elif scene.on:
        sizes = (up.size if up else 0.0, -down.size if down else 0.0)
        least = (CLEAR_SHARE * policy.drift[code], CLEAR_SHARE * policy.drift_loss)
        clear = sizes[0] <= least[0] and sizes[1] <= least[1]
        clear_condition(scene, name, clear=clear, value=lows[-1])


def _spoken_for(scene: Scene, code: int) -> str | None:
    """Return what speaks for the same numbers already: a limit, or a sudden gain."""
    if not scene.on:
        return None
    if code == _WEIGHT:
        return WEIGHT_GAIN if WEIGHT_GAIN in scene.on else None
    return speaks(scene, code)


def _alarm(code: int, change: DayChange, limit: float) -> Alarm:
    before, now = round(change.before, 1), round(change.now, 1)
    if code != _WEIGHT:
        before, now = round(change.before), round(change.now)
    way = "up" if change.size > 0 else "down"
    return Alarm(
        name=NAMES[code],
        priority=Priority.LOW,
        depth=0,
        value=now,
        message=f"{_WORDS[code]} {way}: in {change.days} days from {before:g} to "
        f"{amount(code, now)}",
        rule=RULE,
        detail={
            "trend": Metric(code).wire_name,
            "from": before,
            "to": now,
            "days": change.days,
            "limit": limit,
        },
    )
