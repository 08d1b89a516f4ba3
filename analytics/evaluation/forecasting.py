"""The forecast of glucose in 30 minutes: error, cover of its interval, lows warned, false warnings.

Each person is judged by a forecast learnt from other people: of the folder given, or of folds.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GroupKFold

from analytics.evaluation.figures import LIVE, Compared, Figure, Floats, People, told
from analytics.evaluation.metrics import Weighted, constant, ratio
from analytics.glucose.forecast import STEP_MS
from analytics.glucose.ranges import GAP_MS
from analytics.training import glucose
from analytics.training.glucose import WARN_BELOW, GlucoseWearer, Moments

LOW = 70.0
LEAD_MS = 60 * 60_000
"""A warning within the hour before a low counts for it, and one without a low in the hour after it
is false (proposed)."""
_DAY_MS = 86_400_000


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
    yield from _warned(wearers, moments, said, people)


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
    folds = GroupKFold(n_splits=glucose.FOLDS).split(moments.rows, groups=moments.people)
    for learn, ask in folds:
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


def _warned(
    wearers: Sequence[GlucoseWearer], moments: Moments, said: _Expected, people: People
) -> Iterator[Figure]:
    lows, hits, false, days = (np.zeros(len(people)) for _ in range(4))
    minutes: list[float] = []
    for row, number in enumerate(people):
        mine = moments.people == number
        warns = (said.expected[mine] < WARN_BELOW) & (moments.rows[mine, 0] >= LOW)
        warned = moments.times[mine][warns]
        one = wearers[int(number)]
        for onset in _onsets(one):
            before = warned[(warned < onset) & (warned >= onset - LEAD_MS)]
            lows[row] += 1
            if len(before):
                hits[row] += 1
                minutes.append(float(onset - before[0]) / 60_000)
        starts = warned[np.diff(warned, prepend=-np.inf) > GAP_MS]
        low_at = one.times[one.values < LOW]
        near = np.searchsorted(low_at, starts)
        after = np.append(low_at, np.inf)[near]
        false[row] = float((after - starts > LEAD_MS).sum())
        days[row] = mine.sum() * STEP_MS / _DAY_MS
    task = f"below {LOW:g} mg/dL, warned within the hour before"
    counted = (
        ("cgm_lows_warned", task, ratio(hits, lows), int(lows.sum())),
        ("cgm_false_warnings_per_day", task, ratio(false, days), int(false.sum())),
        ("cgm_lead_minutes", "median, of lows warned", constant(_median(minutes)), len(minutes)),
    )
    for metric, words, ours, events in counted:
        compared = Compared(
            ours=ours, plain=constant(0.0), rule="no warning", people=people, events=events
        )
        yield told("cgm", words, metric, compared, path=LIVE)


def _median(minutes: Sequence[float]) -> float:
    return float(np.median(minutes)) if minutes else 0.0


def _onsets(one: GlucoseWearer) -> list[float]:
    """Times of first lows after half an hour without, with readings all the while."""
    found, low_at = [], -np.inf
    for at in range(6, len(one.values)):
        if one.values[at] < LOW:
            whole = one.times[at] - one.times[at - 6] <= GAP_MS * 1.2
            if one.times[at] - low_at > GAP_MS and whole:
                found.append(float(one.times[at]))
            low_at = one.times[at]
    return found
