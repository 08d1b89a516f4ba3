"""What a person at home measures, in the words that they are asked in. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

_NAMES: Final = {
    "spo2": "your oxygen",
    "hr": "your pulse",
    "rr": "your breathing",
    "temp": "your temperature",
    "sbp": "your blood pressure",
    "glucose": "your blood sugar",
    "weight": "your weight",
}


_ANY: Final = "It is time for your measurements."
_ASKED: Final = "It is time to measure {what}."
MEASURE_WORDS: Final = (*_NAMES.values(), _ANY, _ASKED)
"""Every text of this module, for the catalogues of other languages."""


class Wording(Protocol):
    """The language in which something is said."""

    def say(self, text: str) -> str:
        """Return an English text in this language."""

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence."""


class English:
    """The words as they stand here."""

    def say(self, text: str) -> str:
        """Return the text."""
        return text

    def listed(self, names: Sequence[str]) -> str:
        """Return ``a, b and c``."""
        return " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])


ENGLISH: Final = English()


def to_measure_words(metrics: Iterable[str], wording: Wording = ENGLISH) -> str:
    """Return the sentence that asks for measurements, each once and in a steady order."""
    wanted = set(metrics)
    names = [wording.say(words) for name, words in _NAMES.items() if name in wanted]
    if not names:
        return wording.say(_ANY)
    return wording.say(_ASKED).format(what=wording.listed(names))
