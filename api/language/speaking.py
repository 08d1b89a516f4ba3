"""The language of the request that runs: set where it comes in, and again once its person is known.

A context variable, as gettext's users have it everywhere: whoever says a word would else be handed
the language through every call. Tasks that write to somebody take :func:`catalogue_of` instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from api.language.catalogues import Catalogue, catalogue_of
from api.language.tongues import ENGLISH

_now: ContextVar[Catalogue | None] = ContextVar("spoken", default=None)


def spoken() -> Catalogue:
    """Return the catalogue of the language that is spoken."""
    return _now.get() or catalogue_of(ENGLISH.code)


def speak(catalogue: Catalogue) -> None:
    """Speak a language from now on in this request."""
    _now.set(catalogue)


@contextmanager
def speaking(catalogue: Catalogue) -> Iterator[None]:
    """Speak a language for a while."""
    before = _now.set(catalogue)
    try:
        yield
    finally:
        _now.reset(before)


def gettext(text: str) -> str:
    """Return a text in the language that is spoken."""
    return spoken().say(text)


def ngettext(one: str, many: str, n: int) -> str:
    """Return the form of a text that belongs to a number, in the language that is spoken."""
    return spoken().count(one, many, n)


def noted(text: str) -> str:
    """Return the text as it is: a mark that it belongs into the catalogues and is said later."""
    return text
