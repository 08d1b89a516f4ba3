"""NEWS2, exact, also for a set that is not complete.

A complete set has a score. A partial set has bounds: the lowest and the highest aggregate that
the missing values allow. Missing is never normal: pages go by the lower bound, an upper bound
that reaches a band only asks for the measurement that would settle it.

Source: Royal College of Physicians, *National Early Warning Score (NEWS) 2*, 2017 (reproduced
with acknowledgement); for adults of 16 or more, not in pregnancy. The bounds and the choice of
what to ask for are this project's own. Not a medical device.
"""

from msgspec import Struct

from analytics.domain.vitals import Metric
from analytics.news2.tables import MAX_POINTS, OXYGENATION, SIMPLE, UNKNOWN_O2, UNKNOWN_SPO2, whole

URGENT = 5
EMERGENCY = 7
MAXIMUM = 20
BANDS = ("low", "low_medium", "medium", "high")
PARAMETERS: tuple[Metric, ...] = (
    Metric.RR,
    Metric.SBP,
    Metric.HR,
    Metric.TEMP,
    Metric.ACVPU,
    Metric.SPO2,
    Metric.O2,
)
"""The parameters in the order of ``values`` of :func:`score`; bit i of a mask is the i-th."""
SPO2_BIT = 32
O2_BIT = 64
_SPO2 = 5
_O2 = 6
_ASK = (Metric.RR, Metric.SPO2, Metric.SBP, Metric.HR, Metric.TEMP, Metric.ACVPU, Metric.O2)


class News2(Struct, frozen=True, gc=False):
    """A NEWS2 aggregate, or its bounds.

    Attributes:
        score: the aggregate, 0 to 20, or None for a partial set.
        low: lower bound (equal to the score if there is one).
        high: upper bound.
        band: ``low``, ``low_medium`` (a single 3), ``medium`` or ``high``, by the lower bound.
        single_3: metrics that certainly score 3.
        missing: metrics that are absent.
        settles: the missing metric to measure first, if the band depends on what is missing: by
            the sum, or because one parameter alone could score 3.
        scored: mask of the parameters that certainly have points.
    """

    score: int | None
    low: int
    high: int
    band: str
    single_3: tuple[int, ...]
    missing: tuple[int, ...]
    settles: int | None
    scored: int = 0


def _named(mask: int) -> tuple[int, ...]:
    return tuple(int(metric) for bit, metric in enumerate(PARAMETERS) if mask >> bit & 1)


def _first_to_ask(mask: int) -> int | None:
    missing = _named(mask)
    return next((int(metric) for metric in _ASK if metric in missing), None)


NAMED: tuple[tuple[int, ...], ...] = tuple(_named(mask) for mask in range(128))
_FIRST: tuple[int | None, ...] = tuple(_first_to_ask(mask) for mask in range(128))
_BAND_OF = bytes([0] * URGENT + [2] * (EMERGENCY - URGENT) + [3] * (MAXIMUM + 1 - EMERGENCY))


def band_of(total: int, *, single_3: bool) -> str:
    """Return the RCP band of an aggregate, given whether one parameter alone scores 3."""
    rank = _BAND_OF[total]
    return BANDS[1] if rank == 0 and single_3 else BANDS[rank]


def score(values: tuple[float | None, ...] | list[float | None], scale: int = 1) -> News2:
    """Score a set of values, whole or partial.

    Args:
        values: breathing rate /min, systolic mmHg, pulse /min, temperature Cel, ACVPU code,
            SpO2 %, oxygen (1 on oxygen, 0 on air), in the order of :data:`PARAMETERS`; None if
            missing. Values are finite and within the ``reject`` ranges of the domain.
        scale: SpO2 scale, 1 or 2 (2 only on a competent clinician's decision).

    Raises:
        KeyError: for another scale.
    """
    low = high = three = missing = scored = 0
    for (bit, points, rounded), value in zip(SIMPLE, values, strict=False):
        if value is None:
            missing |= bit
            high += MAX_POINTS
            continue
        point = points[rounded(value)]
        low += point
        high += point
        if point:
            scored |= bit
            if point == MAX_POINTS:
                three |= bit
    spo2, oxygen = values[_SPO2], values[_O2]
    column = UNKNOWN_SPO2 if spo2 is None else whole(spo2)
    row = UNKNOWN_O2 if oxygen is None else int(oxygen > 0)
    least, most, sure_3, wide = OXYGENATION[scale][row][column]
    if sure_3:
        three |= SPO2_BIT
    missing |= (SPO2_BIT if spo2 is None else 0) | (O2_BIT if oxygen is None else 0)
    if least:
        scored |= (SPO2_BIT | O2_BIT) & ~missing
    return _result(low + least, high + most, three, missing, scored, wide=wide)


def _result(low: int, high: int, three: int, missing: int, scored: int, *, wide: bool) -> News2:
    rank = _BAND_OF[low]
    band = BANDS[1] if three and not rank else BANDS[rank]
    if not missing:
        return News2(low, low, low, band, NAMED[three], (), None, scored)
    settles = None
    if _BAND_OF[high] != rank:
        settles = int(Metric.O2) if wide else _FIRST[missing]
    elif not rank and not three:  # one of them alone could score 3, which is a band of its own
        settles = _FIRST[missing & ~O2_BIT]
    return News2(None, low, high, band, NAMED[three], NAMED[missing], settles, scored)
