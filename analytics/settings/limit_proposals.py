"""What a person's own readings say of the limits that they are judged by; pure.

A limit of the ward fits the many. Where two weeks of one person's readings say more, a clinician is
shown a proposal with its curve: for each limit how many readings a day lie outside it. Nothing
changes by itself, a proposal never lies beyond a soft bound, and absolute limits stay.

- **Wider**: more than a twentieth of the readings lie outside. A COPD patient who lives at 89 %
  calls every day, and is heard no more when it matters. Proposed is the outermost hundredth of
  what is theirs.
- **Narrower**: the limit lies far outside of all that the person has. SpO2 of 98 has fallen a long
  way by 91. Proposed is four of the person's own units from what is usual, outside all of theirs.
"""

from collections.abc import Iterator, Sequence
from statistics import median, quantiles
from typing import NamedTuple

from analytics.domain.care import Limit
from analytics.domain.vitals import Metric
from analytics.risk.baseline import FLOORS
from analytics.settings.bounds import bounds_of

DAY_MS = 86_400_000
DAYS = 14
LEAST_DAYS = 10
LEAST_READINGS = 28
OUTSIDE_MOST = 0.05
OWN_UNITS = 4.0
FAR_UNITS = 3.0
MAD_TO_SD = 1.4826
POINTS = 21
"""All proposed; the median absolute deviation to a standard deviation is a normal variable's."""
_STEPS = {Metric.TEMP: 0.1}
Reading = tuple[int, float]
"""Event time in milliseconds and value of one good reading."""


class CurvePoint(NamedTuple):
    """One point of the curve: so many readings a day lie outside this limit."""

    limit: float
    a_day: float


class LimitProposal(NamedTuple):
    """One side of one metric's limit that the person's own readings speak about.

    Attributes:
        metric: whose.
        side: ``low`` or ``high``.
        now: the limit in force.
        proposed: in its place.
        days: on which there were readings.
        readings: how many.
        usual: 5th, 50th and 95th centile of them.
        curve: readings a day outside each limit, from the milder to the stricter.
        why: in words.
    """

    metric: Metric
    side: str
    now: float
    proposed: float
    days: int
    readings: int
    usual: tuple[float, float, float]
    curve: tuple[CurvePoint, ...]
    why: str


class _Own(NamedTuple):
    """A person's readings as seen from one side: what lies outside is above."""

    values: list[float]
    days: int
    sign: int

    def outside(self, limit: float) -> int:
        return sum(self.sign * value > self.sign * limit for value in self.values)


def propose(metric: Metric, limit: Limit, readings: Sequence[Reading]) -> Iterator[LimitProposal]:
    """Give what should be proposed of one metric's limits; nothing where nothing is to be said.

    Args:
        metric: whose readings.
        limit: in force, of the person or of the ward.
        readings: the good ones of the last two weeks, those of alerts included.
    """
    days = len({t_ms // DAY_MS for t_ms, _ in readings})
    if len(readings) < LEAST_READINGS or days < LEAST_DAYS or metric not in FLOORS:
        return
    values = [value for _, value in readings]
    for side, now, sign in (("low", limit.low, -1), ("high", limit.high, 1)):
        if now is not None:
            made = _side(metric, side, now, _Own(values, days, sign))
            if made is not None:
                yield made


def _side(metric: Metric, side: str, now: float, own: _Own) -> LimitProposal | None:
    outside = own.outside(now)
    wider = outside > OUTSIDE_MOST * len(own.values)
    wanted = _outermost(own) if wider else _near(metric, now, own)
    if wanted is None:
        return None
    proposed = _bounded(metric, side, wanted, own.sign)
    if own.sign * (proposed - now) * (1 if wider else -1) <= 0:
        return None  # no soft bound lets it move that way
    cuts = quantiles(own.values, n=20, method="inclusive")
    a_day = outside / own.days
    why = (
        f"{outside} of {len(own.values)} readings lie outside {now:g}: it calls for what is usual"
        if wider
        else f"{own.outside(proposed)} of {len(own.values)} readings lie outside {proposed:g}, and "
        f"{now:g} is far from all of them ({a_day:.1f} a day outside)"
    )
    return LimitProposal(
        metric=metric,
        side=side,
        now=now,
        proposed=proposed,
        days=own.days,
        readings=len(own.values),
        usual=(cuts[0], cuts[9], cuts[18]),
        curve=_curve(metric, now, proposed, own),
        why=why,
    )


def _outermost(own: _Own) -> float:
    """The outermost hundredth of what is the person's."""
    cuts = quantiles(own.values, n=100, method="inclusive")
    return cuts[98] if own.sign > 0 else cuts[0]


def _near(metric: Metric, now: float, own: _Own) -> float | None:
    """Four own units from what is usual and outside all of theirs, if the limit is far beyond."""
    middle = median(own.values)
    spread = MAD_TO_SD * median(abs(value - middle) for value in own.values)
    unit = max(FLOORS[metric], spread)
    extreme = max(own.values) if own.sign > 0 else min(own.values)
    wanted = max(own.sign * (middle + own.sign * OWN_UNITS * unit), own.sign * extreme)
    if own.sign * now - wanted < FAR_UNITS * unit:
        return None
    return own.sign * wanted


def _bounded(metric: Metric, side: str, wanted: float, sign: int) -> float:
    """Round away from the readings to the metric's step, and keep within the soft bounds."""
    step = _STEPS.get(metric, 1.0)
    steps = wanted / step
    rounded = -(-steps // 1) if sign > 0 else steps // 1
    bounds = bounds_of(metric, side)
    low, high = bounds.soft or bounds.hard
    return round(min(high, max(low, rounded * step)), 1)


def _curve(metric: Metric, now: float, proposed: float, own: _Own) -> tuple[CurvePoint, ...]:
    beyond = max(abs(now - proposed) / 2, 2 * FLOORS[metric])
    low, high = min(now, proposed) - beyond, max(now, proposed) + beyond
    step = (high - low) / (POINTS - 1)
    limits = [round(low + step * at, 1) for at in range(POINTS)]
    return tuple(
        CurvePoint(at, round(own.outside(at) / own.days, 2)) for at in limits[:: -own.sign]
    )
