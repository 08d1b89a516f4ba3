"""Strength of a new password: not among the common ones, not made from what is known.

``zxcvbn`` (Wheeler, USENIX Security 2016) estimates how many guesses an attacker needs who knows
lists of common passwords, names and words, rows of the keyboard, repeats and dates. A rule about
capitals and digits takes ``Password1234!``; an estimate does not.
"""

import re

from zxcvbn import zxcvbn

from api.errors import InvalidError
from api.language import gettext, noted

MIN_PASSWORD = 12
MAX_PASSWORD = 1_024
MIN_GUESSES = 1e7
"""An attacker who may try once a second from a place that is known needs four months for so many
(proposed; ``HOMEWARD_PASSWORD_MIN_GUESSES``)."""
_LOOKED_AT = 72
"""Characters that the estimate reads: it takes time by the square, and more make it no weaker."""
_KNOWN_TO_ALL = (
    *("homeward", "ward", "virtual ward", "hospital", "clinic", "doctor", "nurse", "patient"),
    *("krankenhaus", "klinik", "pflege", "schwester", "correcthorsebatterystaple"),
    *("frühling", "fruehling", "sommer", "herbst", "montag", "januar", "februar", "dezember"),
)
_PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_MOST_PADDED = 8
_PADDINGS = 100
"""A year and a mark around a common word are among the first hundred that are tried of it
(proposed); the estimate takes them for as good as a second word."""


_PADDED = noted(
    "is too easily guessed (one word with digits or marks); use several unrelated words"
)


def weakness(password: str, about: tuple[str, ...], min_guesses: float) -> str | None:
    """Return why a password is too easily guessed, None if it will do.

    Args:
        password: the new one.
        about: words that belong to the account: its user name, its person's name.
        min_guesses: how many guesses it must stand.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        text = gettext("must have {low} to {high} characters")
        return text.format(low=MIN_PASSWORD, high=f"{MAX_PASSWORD:,}")
    known = [word for text in (*about, *_KNOWN_TO_ALL) for word in _words(text)]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=known)
    if float(found["guesses"]) >= min_guesses:
        return _one_padded_word(password, known, min_guesses)
    why = str(found["feedback"]["warning"]).rstrip(".")
    why = why[:1].lower() + why[1:] if why else "it is made of common words or patterns"
    text = gettext("is too easily guessed ({why}); use several unrelated words")
    return text.format(why=why)


def _one_padded_word(password: str, known: list[str], min_guesses: float) -> str | None:
    """Return what is wrong with one common word with a year or marks around it, None if it is none.

    That is what is sprayed over all accounts of a house: ``Summer2026!!``.
    """
    core = _PADDING.sub("", password[:_LOOKED_AT])
    if not core or len(password) - len(core) > _MOST_PADDED or core == password:
        return None
    found = zxcvbn(core, user_inputs=known)
    one_word = [part["pattern"] for part in found["sequence"]] == ["dictionary"]
    if not one_word or float(found["guesses"]) * _PADDINGS >= min_guesses:
        return None
    return gettext(_PADDED)


def _words(text: str) -> list[str]:
    parts = text.lower().replace(".", " ").replace("@", " ").replace("_", " ").split()
    return [text.lower(), *parts]


def demand_strong(field: str, password: str, about: tuple[str, ...], min_guesses: float) -> None:
    """Refuse a password that is too easily guessed.

    Raises:
        InvalidError: it is; the message says why and what to do, and never the password.
    """
    wrong = weakness(password, about, min_guesses)
    if wrong is not None:
        raise InvalidError(field, wrong)
