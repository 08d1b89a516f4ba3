"""Which moments of a stretch are calm under a policy, worked out for all of it at once.

A moment is calm if all its values lie within every limit, none of them is stuck or a code, no day
is over, and NEWS2 neither calls nor asks: if nothing is on, nothing can come of it but by what is
usual for the person. What is said here is said of a lane in which every plausible value counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.domain.acceptance import LEAST_PULSE_PRESSURE
from analytics.domain.care import Scoring
from analytics.domain.vitals import Metric
from analytics.lane.by_metric import LOOKED_AT_VALUES, TREATMENT
from analytics.lane.quiet_bounds import Judged, bounds_of
from analytics.lane.state import WINDOW_SPACING_MS
from analytics.lane.stretch import (
    MOST_WINDOW,
    PASSED,
    Flags,
    Floats,
    Ints,
    MetricCourse,
    StretchColumns,
)
from analytics.news2.score import PARAMETERS, URGENT, News2, score
from analytics.news2.tables import MAX_POINTS, SIMPLE, UNKNOWN_O2, UNKNOWN_SPO2, whole
from analytics.policy import Policy
from analytics.risk.features import BUCKET_MS
from analytics.rules.drift import day_of

_SBP, _DBP = int(Metric.SBP), int(Metric.DBP)
_CODES = np.array(sorted(LOOKED_AT_VALUES))
_UNKNOWN = MAX_POINTS + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What is foreseen of a stretch under one policy and care plan, or under several.

    Attributes:
        columns: the readings.
        courses: by metric, as the policy smooths them.
        calm: whether a moment is calm.
        restless: numbers of the moments that are not, in order, with one after the last.
        news: the score of each moment, as long as all counts.
    """

    columns: StretchColumns
    courses: Mapping[int, MetricCourse]
    calm: Flags
    restless: Sequence[int]
    news: "StretchScores"

    @property
    def lows(self) -> Sequence[tuple[int, int]]:
        """Event time and NEWS2's lower bound of each moment."""
        return self.news.lows

    def along(self, other: "Foreseen") -> "Foreseen":
        """Return what is calm by both, of which policies are ``alike``."""
        calm = self.calm & other.calm
        return replace(self, calm=calm, restless=_restless(calm))


def foreseen(columns: StretchColumns, judged: Judged, like: Foreseen | None = None) -> Foreseen:
    """Return what is foreseen of a stretch, for somebody whose plan stays the same.

    Args:
        columns: the stretch.
        judged: policy and care plan.
        like: foreseen of it under others, whose scores may be the same.
    """
    policy, plan = judged
    courses = columns.courses(policy.window_ms)
    calm = columns.plain & _scored(plan.scoring, columns.moments)
    for code in PASSED:
        if code in courses:
            course = courses[code]
            calm[course.columns[0][~_harmless(code, course, judged)]] = False
    _doubt_narrow(calm, courses)
    news = (None if like is None else like.news.of(policy, plan.spo2_scale)) or _news2(
        columns, courses, policy, plan.spo2_scale
    )
    calm &= np.array([_silent(one, policy) for one in news.scores], np.bool_)[news.which]
    return Foreseen(
        columns=columns, courses=courses, calm=calm, restless=_restless(calm), news=news
    )


def _restless(calm: Flags) -> list[int]:
    return [*np.flatnonzero(~calm).tolist(), len(calm)]


def _scored(scoring: Scoring, times: Ints) -> Flags:
    """Return when NEWS2 applies to the person."""
    scored = np.ones(len(times), np.bool_)
    if scoring.adult_from_ms is not None:
        scored &= times >= scoring.adult_from_ms
    if scoring.pregnant_ms is not None:
        start, end = scoring.pregnant_ms
        scored &= (times < start) | (times >= (end if end is not None else np.iinfo(np.int64).max))
    return scored


def _harmless(code: int, course: MetricCourse, judged: Judged) -> Flags:
    """Return of which readings nothing can come by themselves."""
    policy, plan = judged
    _, t_ms, values, _ = course.columns
    streamed, windowed, _, drifting, _ = TREATMENT[code]
    bounds = bounds_of(code, [judged])
    limited = course.middles if windowed else values
    fine = (values >= bounds.low) & (values <= bounds.high) & ~np.isin(values, _CODES)
    fine &= (limited >= bounds.least) & (limited <= bounds.most)
    here = np.arange(len(values))
    runs = np.array(course.runs, np.int64)
    fine &= (runs == here) | (t_ms - t_ms[runs] < policy.stuck_ms)
    fine[:1] = False  # nothing was known of it before
    if streamed:
        sizes = here - np.array(course.begins, np.int64) + 1
        fine[1:] &= (t_ms[1:] - t_ms[:-1] >= WINDOW_SPACING_MS) & (sizes[:-1] <= MOST_WINDOW)
    if drifting:
        fine[_days_over(t_ms, plan.scoring.zone)] = False
    return fine


def _days_over(t_ms: Ints, zone: str) -> list[int]:
    """Return the readings with which a half-hour of another day is over."""
    buckets = t_ms // BUCKET_MS
    turns = (np.flatnonzero(buckets[1:] != buckets[:-1]) + 1).tolist()
    return [
        at
        for at in turns
        if day_of(int(t_ms[at]), zone) > day_of(int(buckets[at - 1]) * BUCKET_MS, zone)
    ]


def _doubt_narrow(calm: Flags, courses: Mapping[int, MetricCourse]) -> None:
    """Two pressures of one moment that are too near each other are looked at."""
    if _SBP not in courses or _DBP not in courses:
        return
    (upper_at, _, upper, _), (lower_at, _, lower, _) = (
        courses[code].columns for code in (_SBP, _DBP)
    )
    both, one, other = np.intersect1d(upper_at, lower_at, return_indices=True)
    calm[both[upper[one] - lower[other] < LEAST_PULSE_PRESSURE]] = False


def _silent(news: News2, policy: Policy) -> bool:
    asks = news.settles is not None and news.low >= policy.incomplete_low
    return not (asks or news.low >= URGENT or news.single_3)


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchScores:
    """The different scores of a stretch, and which of them each moment has.

    Attributes:
        scores: each once.
        which: by moment.
        lows: event time and lower bound of each moment.
        by: smoothing, ages and SpO2 scale that they were made with.
    """

    scores: Sequence[News2]
    which: Ints
    lows: Sequence[tuple[int, int]]
    by: tuple[object, ...]

    def of(self, policy: Policy, scale: int) -> "StretchScores | None":
        """Return these if they are what another policy comes to as well."""
        return self if self.by == _made_with(policy, scale) else None


def _made_with(policy: Policy, scale: int) -> tuple[object, ...]:
    return policy.window_ms, scale, dict(policy.max_age_ms)


def _news2(
    columns: StretchColumns, courses: Mapping[int, MetricCourse], policy: Policy, scale: int
) -> StretchScores:
    """Score every moment; what has the same points has the same score."""
    moments = columns.moments
    known: list[tuple[Floats, Flags]] = []
    key = np.zeros(len(moments), np.int64)
    for place, code in enumerate(map(int, PARAMETERS)):
        values, held = _held(courses.get(code), moments, policy.max_age_ms[code])
        known.append((values, held))
        told, size = _points(place, values, held)
        key = key * size + told
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    scores = [
        score([float(values[at]) if held[at] else None for values, held in known], scale)
        for at in first
    ]
    lows = np.array([one.low for one in scores], np.int64)[which].tolist()
    return StretchScores(
        scores=scores,
        which=which,
        lows=list(zip(columns.times, lows, strict=True)),
        by=_made_with(policy, scale),
    )


def _held(course: MetricCourse | None, moments: Ints, age_ms: int) -> tuple[Floats, Flags]:
    """Return the newest value at each moment, and whether there is one that is not too old."""
    if course is None:
        return np.zeros(len(moments)), np.zeros(len(moments), np.bool_)
    at, t_ms, _, counts = course.columns
    newest = np.searchsorted(at, np.arange(len(moments)), side="right") - 1
    held = (newest >= 0) & (moments - t_ms[newest] <= age_ms)
    return counts[newest], held


def _points(place: int, values: Floats, held: Flags) -> tuple[Ints, int]:
    """Return what the score sees of a parameter's values, and how many different things that is."""
    different, which = np.unique(np.where(held, values, 0.0), return_inverse=True)
    if place < len(SIMPLE):
        _, points, rounded = SIMPLE[place]
        seen, unknown = [points[rounded(value)] for value in different.tolist()], _UNKNOWN
    elif PARAMETERS[place] is Metric.SPO2:
        seen, unknown = [whole(value) for value in different.tolist()], UNKNOWN_SPO2
    else:
        seen, unknown = [int(value > 0) for value in different.tolist()], UNKNOWN_O2
    return np.where(held, np.array(seen, np.int64)[which], unknown), unknown + 1
