"""Time in the five ranges of the consensus, episodes by level, and the ambulatory profile.

Ranges and targets: international consensus on time in range (Battelino 2019, *Diabetes Care*
42:1593), levels of the ADA. An episode begins with 15 minutes beyond the limit and ends with 15
minutes back inside; a gap ends it as unknown. All glucose is in mg/dL, all times in milliseconds.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import pstdev

from msgspec import Struct

MINUTE_MS = 60_000
LASTS_MS = 15 * MINUTE_MS
GAP_MS = 30 * MINUTE_MS
"""A reading stands for the time to the next, for 15 min at most; a longer silence than 30 min is a
gap (proposed)."""
DAY_MINUTES = 1440
RANGES: tuple[tuple[str, float, float], ...] = (
    ("very_low", 0.0, 54.0),
    ("low", 54.0, 70.0),
    ("target", 70.0, 180.0),
    ("high", 180.0, 250.0),
    ("very_high", 250.0, float("inf")),
)
"""Name, from and to; 180 and 250 are still of the range below (as the consensus has it)."""
LEVELS: tuple[tuple[str, int, float], ...] = (
    ("low", 1, 70.0),
    ("low", 2, 54.0),
    ("high", 1, 180.0),
    ("high", 2, 250.0),
)
CENTILES = (5, 25, 50, 75, 95)

Readings = Sequence[tuple[int, float]]
"""(time, value) ascending."""


class GlucoseEpisode(Struct, frozen=True, kw_only=True):
    """A stretch beyond a limit; ``end_ms`` None while it goes on."""

    kind: str
    level: int
    start_ms: int
    end_ms: int | None
    worst: float


class Summary(Struct, frozen=True, kw_only=True):
    """Shares of time by range, mean, variation, and how much of the time was covered.

    Attributes:
        shares: by range, 0 to 1, together 1; empty without a reading.
        mean: mg/dL, by time.
        cv: coefficient of variation, percent; up to 36 is called stable.
        gmi: glucose management indicator, percent (Bergenstal 2018): 3.31 + 0.02392 x mean.
        covered: share of the span in which readings stood.
    """

    shares: dict[str, float]
    mean: float | None
    cv: float | None
    gmi: float | None
    covered: float


def range_of(value: float) -> str:
    """Return the name of a value's range."""
    if value < RANGES[1][1]:
        return RANGES[0][0]
    if value < RANGES[2][1]:
        return RANGES[1][0]
    if value <= RANGES[3][1]:
        return RANGES[2][0]
    return RANGES[3][0] if value <= RANGES[4][1] else RANGES[4][0]


def summary(readings: Readings, span_ms: int) -> Summary:
    """Return shares and means of readings in a span."""
    weights = [min(after[0] - before[0], LASTS_MS) for before, after in pairwise(readings)]
    weights += [LASTS_MS] if readings else []
    total = sum(weights)
    if not total:
        return Summary(shares={}, mean=None, cv=None, gmi=None, covered=0.0)
    shares = {name: 0.0 for name, _, _ in RANGES}
    for (_, value), weight in zip(readings, weights, strict=True):
        shares[range_of(value)] += weight / total
    mean = sum(v * w for (_, v), w in zip(readings, weights, strict=True)) / total
    spread = pstdev([value for _, value in readings])
    return Summary(
        shares={name: round(share, 4) for name, share in shares.items()},
        mean=round(mean, 1),
        cv=round(100 * spread / mean, 1),
        gmi=round(3.31 + 0.02392 * mean, 2),
        covered=round(min(1.0, total / max(span_ms, 1)), 4),
    )


def episodes(readings: Readings) -> list[GlucoseEpisode]:
    """Return every episode of every level, in the order of their beginnings."""
    found: list[GlucoseEpisode] = []
    for kind, level, limit in LEVELS:
        beyond, worse = _sides(kind, limit)
        found += _episodes(readings, kind, level, beyond, worse)
    return sorted(found, key=lambda one: (one.start_ms, one.kind, one.level))


def _sides(
    kind: str, limit: float
) -> tuple[Callable[[float], bool], Callable[[float, float], float]]:
    if kind == "low":
        return (lambda value: value < limit), min
    return (lambda value: value > limit), max


class _Stretch:
    """One stretch beyond a limit, while it is walked."""

    def __init__(self, start_ms: int, worst: float) -> None:
        self.start_ms = self.last_ms = start_ms
        self.inside_ms: int | None = None
        self.worst = worst

    def ended(self, kind: str, level: int, end_ms: int | None) -> list[GlucoseEpisode]:
        """Return it as an episode, if it has lasted."""
        if self.last_ms - self.start_ms < LASTS_MS:
            return []
        return [
            GlucoseEpisode(
                kind=kind, level=level, start_ms=self.start_ms, end_ms=end_ms, worst=self.worst
            )
        ]


def _episodes(
    readings: Readings,
    kind: str,
    level: int,
    beyond: Callable[[float], bool],
    worse: Callable[[float, float], float],
) -> list[GlucoseEpisode]:
    found: list[GlucoseEpisode] = []
    now: _Stretch | None = None
    previous = 0
    for t_ms, value in readings:
        if now is not None and t_ms - previous > GAP_MS:
            found += now.ended(kind, level, now.last_ms)
            now = None
        previous = t_ms
        if beyond(value):
            now = now or _Stretch(t_ms, value)
            now.last_ms, now.inside_ms, now.worst = t_ms, None, worse(now.worst, value)
        elif now is not None:
            now.inside_ms = t_ms if now.inside_ms is None else now.inside_ms
            if t_ms - now.inside_ms >= LASTS_MS:
                found += now.ended(kind, level, now.inside_ms)
                now = None
    return found if now is None else found + now.ended(kind, level, now.inside_ms)


class Hour(Struct, frozen=True, kw_only=True):
    """One hour of the ambulatory profile: centiles of all days' values in it."""

    hour: int
    count: int
    centiles: dict[str, float]


def profile(readings: Readings, minute_of: Callable[[int], int]) -> list[Hour]:
    """Return the ambulatory profile, hour by hour of the patient's own day.

    Args:
        readings: of some days.
        minute_of: the minute of the civil day of a time.
    """
    by_hour: dict[int, list[float]] = {}
    for t_ms, value in readings:
        by_hour.setdefault(minute_of(t_ms) // 60, []).append(value)
    return [
        Hour(
            hour=hour,
            count=len(values),
            centiles={f"p{at}": round(_centile(sorted(values), at), 1) for at in CENTILES},
        )
        for hour, values in sorted(by_hour.items())
    ]


def _centile(ordered: Sequence[float], at: int) -> float:
    place = (len(ordered) - 1) * at / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
