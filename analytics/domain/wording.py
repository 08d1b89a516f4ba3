"""A value as it is said to a person: label, number and a unit that people read.

UCUM is for programs; a message is read by people.
"""

from analytics.domain.vitals import FACTS

_READ_AS = {"mm[Hg]": "mmHg", "Cel": "°C", "1": ""}
LABELS: dict[int, str] = {int(metric): facts.label for metric, facts in FACTS.items()}
UNITS: dict[int, str] = {
    int(metric): _READ_AS.get(facts.unit, facts.unit.strip("{}")) for metric, facts in FACTS.items()
}
_MINUTE_MS = 60_000
_HOUR_MIN = 60
_DAY_MIN = 48 * _HOUR_MIN


def amount(code: int, value: float) -> str:
    """Return a value with its unit, for example ``97 %``."""
    return f"{value:g} {UNITS[code]}".rstrip()


def worded(code: int, value: float) -> str:
    """Return a value with its metric and unit, for example ``SpO2 97 %``."""
    return f"{LABELS[code]} {amount(code, value)}"


def lasting(ms: int) -> str:
    """Return a stretch of time in words, for example ``12 min`` or ``3 h``."""
    minutes = max(0, ms) // _MINUTE_MS
    if minutes < 2 * _HOUR_MIN:
        return f"{minutes} min"
    if minutes < _DAY_MIN:
        return f"{minutes // _HOUR_MIN} h"
    return f"{minutes // (24 * _HOUR_MIN)} days"
