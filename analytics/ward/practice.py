"""The story of the simulated patient, to learn the ward with; pure.

An hour and a half of an older person who is well, gets worse over half an hour as with a chest
infection until NEWS2 says emergency, stays so, and recovers; then again. All figures are made up
(proposed) so that each kind of thing that the pages show comes up within an hour: steady, review,
act now, better. Nothing in it is chance: a step of the story is always the same.
"""

from typing import Final

STEP_S: Final = 120
"""Ward seconds from one set of vital signs to the next."""

_WELL: Final = {"hr": 74.0, "spo2": 97.0, "rr": 15.0, "temp": 36.7, "sbp": 128.0, "dbp": 76.0}
_ILL: Final = {"hr": 122.0, "spo2": 90.0, "rr": 26.0, "temp": 38.8, "sbp": 98.0, "dbp": 58.0}
_TENTHS: Final = frozenset({"temp"})
_STEADY, _WORSE, _BAD, _BETTER = 8, 15, 10, 12
"""Steps that each part lasts."""
LENGTH: Final = _STEADY + _WORSE + _BAD + _BETTER


def vitals_at(step: int) -> dict[str, float]:
    """Return what is measured at a step of the story, by the metric's name.

    Consciousness and oxygen are told with it, so that the score is complete.
    """
    share = _illness(step % LENGTH)
    found = {}
    for number, (name, well) in enumerate(_WELL.items()):
        sway = ((step * (3 + 2 * number)) % 5 - 2) * (0.1 if name in _TENTHS else 0.5)
        value = well + (_ILL[name] - well) * share + sway
        found[name] = round(value, 1) if name in _TENTHS else float(round(value))
    return found | {"acvpu": 0.0, "o2": 0.0}


def _illness(at: int) -> float:
    """Return how ill the person is, from 0 to 1."""
    if at < _STEADY:
        return 0.0
    if at < _STEADY + _WORSE:
        return (at - _STEADY + 1) / _WORSE
    if at < _STEADY + _WORSE + _BAD:
        return 1.0
    return (LENGTH - at - 1) / _BETTER
