"""The columns of somebody's recording: their names, and the unit that their numbers speak of.

Exports name their columns in many ways. A name that is not ours is refused, never guessed; where
it is one that is often met, the refusal says which of ours it probably is, and how to convert its
unit. A unit that nobody named shows in the numbers: a column most of whose values can only be of
another unit is refused, one odd value in it is an artefact for the gateway to judge.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway import wire

FIXED = ("time", "patient", "quality")
_NEEDED = ("time", "patient")

_FAHRENHEIT = "convert Fahrenheit to Celsius, (F - 32) / 1.8"
_MMOL = "convert mmol/L to mg/dL, multiply by 18.016"
_POUNDS = "convert pounds to kilograms, multiply by 0.45359"
_KPA = "convert kPa to mmHg, multiply by 7.50062"
_A_MINUTE = "convert per second to per minute, multiply by 60"
_PERCENT = "convert the fraction to percent, multiply by 100"


class Foreign(NamedTuple):
    """Numbers of a metric that speak of another unit.

    Attributes:
        low: least of them.
        high: most of them.
        unit: the other unit, in words.
        advice: what to do.
    """

    low: float
    high: float
    unit: str
    advice: str


FOREIGN: dict[str, Foreign] = {
    "hr": Foreign(0.3, 4.0, "beats per second", _A_MINUTE),
    "rr": Foreign(0.05, 1.0, "breaths per second", _A_MINUTE),
    "spo2": Foreign(0.01, 1.0, "a fraction", _PERCENT),
    "temp": Foreign(86.0, 113.0, "Fahrenheit", _FAHRENHEIT),
    "glucose": Foreign(1.0, 29.9, "mmol/L", _MMOL),
    "sbp": Foreign(6.5, 35.0, "kPa", _KPA),
    "dbp": Foreign(3.0, 19.9, "kPa", _KPA),
}
"""What a person's value reads as in the unit that is often met, where ours cannot be meant: each
range lies outside what is plausible of the metric (proposed, from the units' factors)."""

_ALIASES: dict[str, str] = {
    "time": "timestamp datetime date_time recorded_at t",
    "patient": "patient_id id name user subject person",
    "hr": "pulse heart_rate heartrate pulse_rate pr bpm puls",
    "spo2": "oxygen_saturation o2_saturation sao2 sats saturation",
    "rr": "resp respiratory_rate breathing_rate respiration",
    "temp": "temperature body_temperature",
    "sbp": "sys systolic bp_systolic",
    "dbp": "dia diastolic bp_diastolic",
    "glucose": "glucose_value blood_glucose bg sugar",
    "weight": "body_weight bodyweight gewicht",
    "o2": "oxygen",
}
_OURS = {name: ours for ours, names in _ALIASES.items() for name in names.split()}
_UNITS: dict[tuple[str, str], str] = {
    ("temp", "f"): _FAHRENHEIT,
    ("temp", "degf"): _FAHRENHEIT,
    ("temp", "fahrenheit"): _FAHRENHEIT,
    ("glucose", "mmol"): _MMOL,
    ("glucose", "mmol/l"): _MMOL,
    ("weight", "lb"): _POUNDS,
    ("weight", "lbs"): _POUNDS,
    ("weight", "pounds"): _POUNDS,
    ("sbp", "kpa"): _KPA,
    ("dbp", "kpa"): _KPA,
}
_DIVIDERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def faults(cells: Sequence[str]) -> list[str]:
    """Return all that is wrong with the line that names the columns; each says what to do."""
    columns = [cell.strip() for cell in cells]
    if len(columns) <= 2:  # noqa: PLR2004 - fewer than time, patient and one metric
        for divider, word in _DIVIDERS.items():
            if any(divider in column for column in columns):
                advice = "save it with commas between cells and a full stop in decimals"
                return [f"column {cells[0]!r}: the cells are divided by {word}: {advice}"]
    found = [one for place in range(len(columns)) if (one := _fault(place, columns))]
    if found:
        found.append(f"metrics are {', '.join(wire.METRIC_NAMES)}")
    missing = [f"no column {name!r}: {_missing(name)}" for name in _NEEDED if name not in columns]
    return found + missing


def _missing(name: str) -> str:
    if name == "patient":
        return "add one, any text, the same in all rows of one person"
    return "add one with date and time together, as 2026-02-12T08:35:00Z"


def _fault(place: int, columns: Sequence[str]) -> str | None:
    column = columns[place]
    if not column:
        return f"column {place + 1}: has no name: name it, or take out the comma at the lines' ends"
    if column in columns[:place]:
        return f"column {column!r}: repeated"
    if column in FIXED or column in wire.METRIC_NAMES:
        return None
    return f"column {column!r}: unknown: {_advice(column)}"


def _advice(column: str) -> str:
    if column.lower() == "date":
        return "put date and time together into the column 'time', as 2026-02-12T08:35:00Z"
    word, unit = _parted(column.lower())
    ours = _OURS.get(word, word)
    if ours not in FIXED and ours not in wire.METRIC_NAMES:
        return "take it out"
    convert = _UNITS.get((ours, unit))
    rename = f"name it {ours!r} if it is that"
    return f"{convert}, and {rename}" if convert else rename


def _parted(column: str) -> tuple[str, str]:
    """A name and the unit in it: ``SpO2(%)``, ``Weight [lb]``, ``temp_f``."""
    found = re.fullmatch(r"(.*?)[\s_]*[(\[]\s*([^)\]]*?)\s*[)\]]", column)
    name, unit = (found[1], found[2]) if found else (column, "")
    name = re.sub(r"[\s_-]+", "_", name.strip())
    unit = unit.replace("°", "")
    for known, other in _UNITS:
        if not unit and name.endswith(f"_{other}") and _OURS.get(name, name) != known:
            return name.removesuffix(f"_{other}"), other
    return name, unit


def looks_like(metric: str, value: float) -> Foreign | None:
    """The other unit that a value speaks of, if it does."""
    foreign = FOREIGN.get(metric)
    return foreign if foreign is not None and foreign.low <= value <= foreign.high else None


def foreign_column(metric: str, values: Mapping[int, float]) -> tuple[int, Foreign] | None:
    """Whether most values of a column are of another unit; the first such line, and the unit.

    Args:
        metric: the column.
        values: by line.
    """
    odd = [(line, found) for line, one in values.items() if (found := looks_like(metric, one))]
    return odd[0] if odd and 2 * len(odd) > len(values) else None
