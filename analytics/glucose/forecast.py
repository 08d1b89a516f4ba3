"""Where glucose will be in 30 minutes, with an interval, and how likely a low is until then.

Boosted trees, kept as plain arrays and evaluated without a library, about 20 us: some for the
change in 30 minutes, others for the chance of a value below 70 mg/dL meanwhile. (A forecast that
lies low is no good warning: that of a falling curve is held towards the mean.) The interval's width
goes with how lively glucose has been; its factors were measured on people whom the fit had not
seen. Learnt from wearers' recordings (see the card).
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from analytics.risk.predictors import Tree, sigmoid

FILE = Path(__file__).with_name("forecast.json")
STEP_MS = 5 * 60_000
AHEAD_MS = 30 * 60_000
HISTORY_MS = 60 * 60_000
LAGS = (1, 2, 3, 6, 12)
LEAST_LAGS = 6
SLACK_MS = 3 * 60_000
LEVEL_1 = 70.0
"""Level 1 hypoglycaemia is below it (ADA), mg/dL."""
WARNED_BELOW = 140.0
"""From higher up it does not get low in 30 minutes (142 of 5,842 times in the recordings)."""
SLOW = 0.002
LOWEST, HIGHEST = 20.0, 600.0


class ForecastCard(Struct, frozen=True, kw_only=True):
    """What the forecast was learnt from, and how good it was on people left out of the fit."""

    data: str
    licence: str
    people: int
    moments: int
    rmse: float
    rmse_last_value: float
    coverage_90: float
    method: str
    warn_from: float
    lows: int
    lows_warned: float
    false_warnings_per_day: float
    lead_minutes: float


class Forecaster(Struct, frozen=True, kw_only=True):
    """The forecast as plain numbers.

    Attributes:
        base: change that is everybody's, mg/dL; trees: what is added, with the rate in them.
        spread: of the residual's size: constant, liveliness, level above 100, change of 15 min.
        low, high: factors of that size for the 5th and 95th percentile.
        low_base: log-odds of a low that are everybody's; low_trees: what is added.
    """

    card: ForecastCard
    base: float
    trees: tuple[Tree, ...]
    spread: tuple[float, float, float, float]
    low: float
    high: float
    low_base: float
    low_trees: tuple[Tree, ...]


class Forecast(Struct, frozen=True, kw_only=True):
    """Glucose in 30 minutes with its 90 % interval (mg/dL), and the chance of a low until then."""

    at_ms: int
    value: float
    low: float
    high: float
    chance_low: float


def usual(values: Sequence[float]) -> float:
    """Return the person's slow mean of an ascending series, mg/dL: about the last two days."""
    mean = values[0]
    for value in values:
        mean += SLOW * (value - mean)
    return mean


def features(
    times_ms: Sequence[int], values: Sequence[float], mean: float
) -> tuple[float, ...] | None:
    """Return what the forecast looks at, from an ascending hour of readings; None: too few.

    A value some minutes back is the reading nearest to that time, within 3 minutes; of the last
    half hour none may be missing, an older one is then the oldest there is.
    """
    if not values:
        return None
    now = times_ms[-1]
    back = {0: values[-1]}
    for lag in LAGS:
        wanted = now - lag * STEP_MS
        best = min(range(len(times_ms)), key=lambda at: abs(times_ms[at] - wanted))
        if abs(times_ms[best] - wanted) <= SLACK_MS:
            back[lag] = values[best]
        elif lag <= LEAST_LAGS:
            return None
    back.setdefault(12, back[6])
    first, second, third = back[0] - back[1], back[1] - back[2], back[2] - back[3]
    return (
        *(back[0], first, second, third),
        *(back[0] - back[3], back[0] - back[6], back[0] - back[12], mean),
    )


def change(forecaster: Forecaster, row: Sequence[float]) -> float:
    """Return the change within 30 minutes that is expected, mg/dL."""
    return _grown(forecaster.base, forecaster.trees, row)


def chance_low(forecaster: Forecaster, row: Sequence[float]) -> float:
    """Return the chance of a value below 70 mg/dL within 30 minutes; 0 if it is low already."""
    if not LEVEL_1 <= row[0] < WARNED_BELOW:
        return 0.0
    return sigmoid(_grown(forecaster.low_base, forecaster.low_trees, row))


def _grown(total: float, trees: Sequence[Tree], row: Sequence[float]) -> float:
    for tree in trees:
        at, asked = 0, tree.features
        while (feature := asked[at]) >= 0:
            at = tree.lefts[at] if row[feature] <= tree.thresholds[at] else tree.rights[at]
        total += tree.values[at]
    return total


def size(spread: Sequence[float], row: Sequence[float]) -> float:
    """Return about how far the forecast is off, mg/dL."""
    lively = (abs(row[1]) + abs(row[2]) + abs(row[3])) / 3
    wide = spread[0] + spread[1] * lively + spread[2] * max(row[0] - 100, 0.0) / 50
    return max(3.0, wide + spread[3] * abs(row[4]) / 10)


def forecast(
    forecaster: Forecaster, times_ms: Sequence[int], values: Sequence[float], mean: float
) -> Forecast | None:
    """Return the forecast; None if the last half hour is not whole.

    Args:
        forecaster: the version.
        times_ms: of an hour, ascending.
        values: their glucose, mg/dL.
        mean: the person's :func:`usual`.
    """
    row = features(times_ms, values, mean)
    if row is None:
        return None
    expected = row[0] + change(forecaster, row)
    wide = size(forecaster.spread, row)
    return Forecast(
        at_ms=times_ms[-1] + AHEAD_MS,
        value=round(_inside(expected), 1),
        low=round(_inside(expected + forecaster.low * wide), 1),
        high=round(_inside(expected + forecaster.high * wide), 1),
        chance_low=round(chance_low(forecaster, row), 3),
    )


def _inside(value: float) -> float:
    return min(HIGHEST, max(LOWEST, value))


def encode(forecaster: Forecaster) -> bytes:
    """Return it as it is shipped, in a fixed order."""
    return msgspec.json.encode(forecaster) + b"\n"


@lru_cache(maxsize=1)
def shipped() -> Forecaster:
    """Return the forecaster that this program brings."""
    return msgspec.json.decode(FILE.read_bytes(), type=Forecaster)
