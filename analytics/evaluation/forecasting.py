"""The forecast of glucose in 30 minutes: error, cover of its interval, lows warned, false warnings.

Each person is judged by a forecast learnt from other people: of the folder given, or of folds.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analytics.domain.care import scoring_of
from analytics.domain.vitals import Metric
from analytics.evaluation.figures import LIVE, STUDY, Compared, Figure, Floats, People, told
from analytics.evaluation.metrics import Weighted, constant, ratio
from analytics.evaluation.replay.recordings import Recording
from analytics.evaluation.replay.ward import Course
from analytics.glucose.forecast import STEP_MS
from analytics.lane import low_soon
from analytics.studies.datasets import numbered
from analytics.training import glucose, low_warnings
from analytics.training.glucose import GlucoseWearer, Moments
from analytics.training.low_warnings import LOW, LowsWarned

_DAY_MS = 86_400_000
TASK = f"below {LOW:g} mg/dL, warned within the hour before"


class _Expected(NamedTuple):
    """What was expected at each moment, with the 90 % interval."""

    expected: Floats
    low: Floats
    high: Floats


def figures(folder: Path, others: Path | None) -> Iterator[Figure]:
    """Give the figures of the forecast."""
    wearers = glucose.collect(folder)
    moments = glucose.moments(wearers)
    taught = glucose.moments(glucose.collect(others)) if others else None
    said = _said(moments, taught)
    truth = moments.rows[:, 0] + moments.changes
    people, number = np.unique(moments.people, return_inverse=True)
    count = np.bincount(number).astype(np.float64)

    def summed(values: Floats) -> Floats:
        return np.asarray(np.bincount(number, values), dtype=np.float64)

    ours, plain = summed((said.expected - truth) ** 2), summed(moments.changes**2)
    inside = summed(((truth >= said.low) & (truth <= said.high)).astype(np.float64))
    rows = (
        ("cgm_rmse_30min", _root(ours, count), _root(plain, count), "last value"),
        ("cgm_coverage_90", ratio(inside, count), constant(0.9), "as it says"),
    )
    for metric, own, rule, name in rows:
        compared = Compared(ours=own, plain=rule, rule=name, people=people, events=0, n=len(truth))
        yield told("cgm", "glucose in 30 min", metric, compared, path=LIVE)
    yield from everybody(wearers, moments, glucose.chances(moments, taught))


def _root(squares: Floats, count: Floats) -> Weighted:
    return lambda weights: float(np.sqrt((weights * squares).sum() / (weights * count).sum()))


def _said(moments: Moments, taught: Moments | None) -> _Expected:
    if taught is not None:
        model = glucose.boost(taught)
        change = model.predict(moments.rows.astype(np.float32))
        rest = taught.changes - glucose.cross_fitted(taught)
        return _interval(moments, change, glucose.factors(taught.rows, rest))
    change = glucose.cross_fitted(moments)
    found = _Expected(*(np.full(len(change), np.nan) for _ in range(3)))
    for learn, ask in glucose.folds(moments.people):
        rest = (moments.changes - change)[learn]
        wide = glucose.factors(moments.rows[learn], rest)
        part = _interval(moments.only(ask), change[ask], wide)
        for whole, some in zip(found, part, strict=True):
            whole[ask] = some
    return found


def _interval(moments: Moments, change: Floats, wide: tuple[Floats, float, float]) -> _Expected:
    spread, low, high = wide
    size = np.maximum(glucose.scale(moments.rows) @ spread, 3.0)
    expected = moments.rows[:, 0] + change
    return _Expected(expected, expected + low * size, expected + high * size)


def warnings(courses: Sequence[Course]) -> Iterator[Figure]:
    """Give what the lane's warnings of a low were worth to whoever is warned."""
    asked = [course for course in courses if may_have_diabetes(course.recording)]
    held = [_held(course) for course in asked]
    days = [len(course.answers) * STEP_MS / _DAY_MS for course in asked]
    people = numbered([course.recording.person for course in asked])
    yield from _counted(held, days, people, (f"{TASK}, of who may have diabetes", LIVE))


def may_have_diabetes(recording: Recording) -> bool:
    """Return whether somebody is warned of lows: nobody has said that they have no diabetes."""
    return scoring_of(recording.plan.scoring).diabetes is not False


def _held(course: Course) -> LowsWarned:
    series = [(answer.moment.t_ms, dict(answer.moment.measured)) for answer in course.answers]
    times = np.array([t_ms for t_ms, _ in series], dtype=np.float64)
    values = np.array([value[Metric.GLUCOSE] for _, value in series])
    stood = np.array([low_soon.NAME in answer.on for answer in course.answers], dtype=bool)
    return low_warnings.judged(times, values, times[stood])


def everybody(
    wearers: Sequence[GlucoseWearer], moments: Moments, chance: Floats
) -> Iterator[Figure]:
    """Give the same of all wearers, as if everybody was warned: what the trees are worth."""
    held = glucose.warned(wearers, moments, chance)
    people, count = np.unique(moments.people, return_counts=True)
    days = [float(one) * STEP_MS / _DAY_MS for one in count]
    yield from _counted(held, days, people, (f"{TASK}, of everybody", STUDY))


def _counted(
    held: Sequence[LowsWarned], days: Sequence[float], people: People, said: tuple[str, str]
) -> Iterator[Figure]:
    words, path = said
    lows, hits, false = (
        np.array(column, dtype=np.float64)
        for column in zip(*((one.lows, one.warned, one.false) for one in held), strict=True)
    )
    middle = constant(low_warnings.median(held))
    counted = (
        ("cgm_lows_warned", words, ratio(hits, lows)),
        ("cgm_false_warnings_per_day", words, ratio(false, np.array(days))),
        ("cgm_lead_minutes", f"{words}: median of lows warned", middle),
    )
    for metric, task, ours in counted if lows.sum() else ():
        compared = Compared(
            ours=ours,
            plain=constant(0.0),
            rule="no warning",
            people=people,
            events=int(lows.sum()),
            n=round(sum(days) * _DAY_MS / STEP_MS),
        )
        yield told("cgm", task, metric, compared, path=path)
