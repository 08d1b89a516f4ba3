"""What a person at home measures, in the words that they are asked in. Pure."""

from collections.abc import Iterable
from typing import Final

_NAMES: Final = {
    "spo2": "your oxygen",
    "hr": "your pulse",
    "rr": "your breathing",
    "temp": "your temperature",
    "sbp": "your blood pressure",
    "glucose": "your blood sugar",
    "weight": "your weight",
}


def to_measure_words(metrics: Iterable[str]) -> str:
    """Return the sentence that asks for measurements, each once and in a steady order."""
    wanted = set(metrics)
    names = [words for name, words in _NAMES.items() if name in wanted]
    if not names:
        return "It is time for your measurements."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"It is time to measure {listed}."
