"""Explanations of a number that can hardly be true: by its form, the person and the device.

Three ways lead out of an implausible reading: a mistake of the equipment (another unit, a code for
"no reading", another person on the scale), a passing artefact between good readings, or the truth.
Only the first is decided here, and only by evidence; what is not explained stays a clinical
question. See docs/decisions. Pure.
"""

from msgspec import Struct

from analytics.domain.error_codes import (
    JUMPS,
    LIVING_ZERO,
    NO_READING,
    OTHER_UNITS,
    PLAUSIBLE_CODES,
    OtherUnit,
)
from analytics.domain.vitals import FACTS, Metric
from analytics.domain.wording import amount
from analytics.policy import MINUTE_MS, Policy

UNITS, NO_VALUE, ANOTHER, ODD = "units", "no_reading", "another_person", "implausible"
OUT_OF_RANGE, FUTURE = "out_of_range", "from_the_future"
_GLUCOSE, _WEIGHT = int(Metric.GLUCOSE), int(Metric.WEIGHT)
_MMOL_MOST = 34.0
LOOKED_AT = frozenset({_WEIGHT, _GLUCOSE})
"""Metrics of which every plausible value is looked at; of others a few numbers."""


class Known(Struct, frozen=True, gc=False):
    """The newest good reading to compare with: of this device, else of this person."""

    value: float
    t_ms: int


class Explanation(Struct, frozen=True, gc=False):
    """What a number may be.

    Attributes:
        reason: ``units`` or ``no_reading``.
        hint: that, in words.
        ours: the value in our unit, if it is in another.
        certain: the number cannot be one of our unit.
    """

    reason: str
    hint: str
    ours: float | None = None
    certain: bool = True


def explained(
    code: int, value: float, known: Known | None, policy: Policy, *, told: bool = False
) -> Explanation | None:
    """Return what an implausible or refused value is by evidence; None: nothing explains it.

    Args:
        code: of the metric.
        value: as it was sent.
        known: what to compare with.
        policy: the ward's settings.
        told: another unit of this metric has been told and nothing good has come since: a number
            of that unit is more likely than a code.
    """
    usual = None if known is None else known.value
    found = _as_known(code, value, usual, policy.unit_share)
    if found is None and told:
        found = _first(code, value)
    if found is None and value in NO_READING.get(code, ()):
        return Explanation(NO_VALUE, f'{value:g} is a code for "no reading"')
    unit = found or _by_form(code, value)
    if unit is None:
        return None
    ours = unit.ours(value)
    hint = f"{value:g} {unit.words} is {amount(code, ours)}"
    return Explanation(UNITS, hint, ours, unit.certain)


def ever_suspect(code: int, value: float) -> bool:
    """Return whether evidence can ever speak against this plausible value."""
    return code in LOOKED_AT or value in PLAUSIBLE_CODES.get(code, ())


def suspect(code: int, value: float, known: Known | None, now_ms: int, policy: Policy) -> bool:
    """Return whether a plausible value must be explained before it counts.

    It does if it is a code and the step to it is not to be believed, or hardly of our unit.
    """
    if code == _GLUCOSE and value < _MMOL_MOST:
        return known is None or not _led_there(value, known, now_ms, policy)
    if known is None or value not in PLAUSIBLE_CODES.get(code, ()):
        return False
    return jumped(code, value, known, now_ms, policy)


def _led_there(value: float, known: Known, now_ms: int, policy: Policy) -> bool:
    """Whether a low glucose goes on from what was measured just before: then it is true."""
    since_ms = now_ms - known.t_ms
    if not 0 <= since_ms <= 3 * policy.jump_ms:
        return False
    return abs(value - known.value) <= JUMPS[_GLUCOSE] * max(since_ms, MINUTE_MS) / MINUTE_MS


def jumped(code: int, value: float, known: Known, now_ms: int, policy: Policy) -> bool:
    """Return whether the step from a good value to a code comes too fast to be believed."""
    since_ms = now_ms - known.t_ms
    if not 0 <= since_ms <= policy.jump_ms:
        return False
    step = abs(value - known.value)
    if code == _GLUCOSE:
        return step > JUMPS[code] * max(since_ms, MINUTE_MS) / MINUTE_MS
    return step >= JUMPS[code]


def plausible_code(code: int, value: float) -> Explanation | None:
    """Return the verdict on a value that is one of the plausible codes."""
    if value not in PLAUSIBLE_CODES.get(code, ()):
        return None
    return Explanation(NO_VALUE, f'{value:g} may be a code for "no reading"')


def may_be_arrest(code: int, value: float) -> bool:
    """Return whether a 0 is no reading or an arrest, which only time can tell."""
    return value == 0.0 and code in LIVING_ZERO


def _as_known(code: int, value: float, usual: float | None, share: float) -> OtherUnit | None:
    """The unit in which the value comes nearest to what this person has, if near enough."""
    if usual is None:
        return None
    best, nearest = None, 0.0
    for unit in OTHER_UNITS.get(code, ()):
        if unit.decimals and value == int(value):
            continue
        away = abs(unit.ours(value) - usual)
        near = away <= (share if unit.exact is None else unit.exact) * abs(usual)
        if near and _plausible(code, unit.ours(value)) and (best is None or away < nearest):
            best, nearest = unit, away
    return best


def _by_form(code: int, value: float) -> OtherUnit | None:
    """The unit that the number itself shows; in it the value may be as bad as a value can be."""
    for unit in OTHER_UNITS.get(code, ()):
        shown = unit.certain or (unit.fractional and value != int(value))
        if shown and _possible(code, unit.ours(value)):
            return unit
    return None


def _first(code: int, value: float) -> OtherUnit | None:
    """The likeliest other unit of the metric, if the number can be one of it."""
    likeliest = next(iter(OTHER_UNITS.get(code, ())), None)
    fits = likeliest is not None and _possible(code, likeliest.ours(value))
    return likeliest if fits else None


def _possible(code: int, value: float) -> bool:
    """Whether it can be of a person at all; a 0 is of no unit, and no weight is grave."""
    low, high = FACTS[Metric(code)].reject
    return value != 0 and (_plausible(code, value) if code == _WEIGHT else low <= value <= high)


def _plausible(code: int, value: float) -> bool:
    low, high = FACTS[Metric(code)].plausible
    return low <= value <= high
