"""What is done with a value, by metric code: looked up once for each of the millions that come."""

from analytics.domain.error_codes import PLAUSIBLE_CODES
from analytics.domain.vitals import FACTS, Metric
from analytics.lane.trends import DRIFTING
from analytics.risk.baseline import FLOORS
from analytics.risk.features import SPEC

END = max(Metric) + 1
LEAST_WINDOW = 3
"""Score and baseline take a stream's median once there are so many in its window."""
LOOKED_AT_VALUES = frozenset(value for codes in PLAUSIBLE_CODES.values() for value in codes)
"""Numbers that are looked at before they count, whatever they are of."""
RANGES: list[tuple[float, float, float, float]] = [(1.0, 0.0, 1.0, 0.0)] * END
for _metric, _facts in FACTS.items():
    RANGES[_metric] = (*_facts.reject, *_facts.plausible)
RANGES[Metric.STEPS] = (1.0, 0.0, 1.0, 0.0)
"""Reject and plausible ranges; nothing fits an unknown metric, nor steps."""


_STREAMED = frozenset({Metric.HR, Metric.RR, Metric.SPO2, Metric.TEMP})
_WINDOWED = frozenset({Metric.HR, Metric.RR})
_ROLLED = frozenset(code for code, _, _, _ in SPEC)
TREATMENT: tuple[tuple[bool, bool, bool, bool, float | None], ...] = tuple(
    (
        *(code in _STREAMED, code in _WINDOWED, code in _ROLLED, code in DRIFTING),
        FLOORS.get(code),
    )
    for code in range(END)
)
"""What a good value goes through: whether score and baseline take the median of its window,
whether the limits do, whether the risk model looks at its last hours, whether the lowest half-hour
of each day is kept, and the smallest unit of its baseline, None where it has none."""
