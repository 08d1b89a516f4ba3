"""Validation of measured values, one rule for every door: no reading at all, or one in doubt.

A device's frame, a form of the staff's or the patient's own, and a recording's row are judged here
and nowhere else. What lies outside a metric's ``reject`` range is no reading: a frame loses it as
``out_of_range``, a form and a recording are refused with the place. What lies outside its
``plausible`` range, or contradicts what was measured at the same moment, is questionable: it is
kept, feeds no score, and is never silent (``analytics.rules.limits.doubt``). A form and a recording
can be mended by who made them, so that what cannot be true of a person is refused there: a
diastolic pressure that is not below the systolic.
"""

from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import NamedTuple

from analytics.domain.vitals import FACTS, Metric

LEAST_PULSE_PRESSURE = 10.0
"""mmHg between systolic and diastolic, below which one of the two is in doubt (proposed)."""
MOST_PULSE_GAP = 20.0
"""Pulse and heart rate of one moment that lie further apart contradict each other (proposed)."""

_HR, _SBP, _DBP = int(Metric.HR), int(Metric.SBP), int(Metric.DBP)
_WHOLE = frozenset({int(Metric.ACVPU), int(Metric.O2)})
_RANGES = {int(metric): (*facts.reject, *facts.plausible) for metric, facts in FACTS.items()}
SURELY = {
    metric: (1.0, 0.0) if metric in _WHOLE else (low, high)
    for metric, (_, _, low, high) in _RANGES.items()
}
"""Values within are good and need no second look, by metric; of whole numbers each needs one."""
CODES: dict[str, int] = {metric.wire_name: int(metric) for metric in Metric}
NAMES: dict[int, str] = {code: name for name, code in CODES.items()}
_READ_AS = {"mm[Hg]": "mmHg", "Cel": "°C", "1": ""}
NONE: frozenset[int] = frozenset()
_RANGE = "must be from {low} to {high}{unit}"
_WHOLE_RANGE = "must be a whole number from {low} to {high}{unit}"
_PLAUSIBLE = "is outside what is plausible, {low} to {high}{unit}"
_REVERSED = "must be below the systolic pressure: were the two typed the wrong way round?"
_NARROW = "is less than {low}{unit} above the diastolic pressure"
_PULSES = "contradicts another pulse of the same moment by more than {low}{unit}"
TEXTS = (_RANGE, _WHOLE_RANGE, _PLAUSIBLE, _REVERSED, _NARROW, _PULSES)
"""All that may be wrong with a value, in English."""


class ValueVerdict(IntEnum):
    """What one value is worth by itself."""

    GOOD = 0
    QUESTIONABLE = 1
    REFUSED = 2


class Doubt(NamedTuple):
    """Something that is wrong with a value, or may be, in words for who entered it.

    Attributes:
        metric: code of the metric.
        text: what is wrong, beginning with a verb, with ``{low}``, ``{high}`` and ``{unit}`` where
            they belong: one of :data:`TEXTS`, so that it can be said in another language.
        bounds: the figures.
        unit: theirs, as people read it.
    """

    metric: int
    text: str
    bounds: tuple[float, ...] = ()
    unit: str = ""

    @property
    def why(self) -> str:
        """What is wrong, in English."""
        named = dict(zip(("low", "high"), (f"{bound:g}" for bound in self.bounds), strict=False))
        return self.text.format(**named, unit=f" {self.unit}" if self.unit else "")


def verdict(metric: int, value: float) -> ValueVerdict:
    """Judge one value by itself.

    Args:
        metric: code of a metric.
        value: in its own unit; NaN is refused.
    """
    least, most, low, high = _RANGES[metric]
    if not least <= value <= most or (metric in _WHOLE and value != int(value)):
        return ValueVerdict.REFUSED
    return ValueVerdict.GOOD if low <= value <= high else ValueVerdict.QUESTIONABLE


def narrow(sbp: float, dbp: float) -> bool:
    """Return whether two pressures of one moment cannot both be trusted."""
    return sbp - dbp < LEAST_PULSE_PRESSURE


def contradicted(measured: Collection[tuple[int, float]]) -> frozenset[int]:
    """Return the metrics in doubt because of what else was measured at the same moment.

    Args:
        measured: (metric, value) of one moment of one person; a metric may be there twice.
    """
    found = NONE
    systolic = [value for metric, value in measured if metric == _SBP]
    diastolic = [value for metric, value in measured if metric == _DBP]
    if systolic and diastolic and narrow(min(systolic), max(diastolic)):
        found |= {_SBP, _DBP}
    pulses = [value for metric, value in measured if metric == _HR]
    if len(pulses) > 1 and max(pulses) - min(pulses) > MOST_PULSE_GAP:
        found |= {_HR}
    return found


def refusals(measured: Iterable[tuple[int, float]], *, together: bool = True) -> list[Doubt]:
    """Return why values of one moment cannot be taken from a form or a recording.

    Args:
        measured: (metric, value) pairs of one moment.
        together: hold them against each other, too; what is of poor quality may contradict.
    """
    values = list(measured)
    found = [
        _outside(metric)
        for metric, value in values
        if verdict(metric, value) is ValueVerdict.REFUSED
    ]
    known = dict(values)
    if together and known.get(_DBP, 0.0) >= known.get(_SBP, float("inf")):
        found.append(Doubt(_DBP, _REVERSED))
    return found


def doubts(measured: Iterable[tuple[int, float]]) -> list[Doubt]:
    """Return what is questionable among values of one moment that can be taken."""
    values = list(measured)
    found = [
        _implausible(metric)
        for metric, value in values
        if verdict(metric, value) is ValueVerdict.QUESTIONABLE
    ]
    against = contradicted(values)
    if _SBP in against:
        found.append(Doubt(_SBP, _NARROW, (LEAST_PULSE_PRESSURE,), "mmHg"))
    if _HR in against:
        found.append(Doubt(_HR, _PULSES, (MOST_PULSE_GAP,), "/min"))
    return found


def _outside(metric: int) -> Doubt:
    facts = FACTS[Metric(metric)]
    text = _WHOLE_RANGE if metric in _WHOLE else _RANGE
    return Doubt(metric, text, facts.reject, _unit(facts.unit))


def _implausible(metric: int) -> Doubt:
    facts = FACTS[Metric(metric)]
    return Doubt(metric, _PLAUSIBLE, facts.plausible, _unit(facts.unit))


def _unit(unit: str) -> str:
    return _READ_AS.get(unit, unit.strip("{}"))
