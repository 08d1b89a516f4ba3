"""Catalogues: the words of each language, read from its ``.po`` file once, for pages and scripts.

gettext's own format, so that translators can use their own tools: the English text is the key, with
plural forms by the language's rule. A text that a script uses is known by where the file says that
it is used; only those go into a page's frame.
"""

import gettext
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.language.tongues import ENGLISH, TONGUES, Tongue, known

HERE: Final = Path(__file__).parent
SCRIPT: Final = ".js"
_ESCAPED: Final = {ord(one): f"\\u{ord(one):04x}" for one in "<>&"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The words of one language.

    Attributes:
        tongue: the language.
        words: its translations; the English one has none and says the text as it stands.
        script: JSON for the scripts of a page: ``words`` by their English text, and the plural
            categories in the order of their forms.
    """

    tongue: Tongue
    words: gettext.NullTranslations
    script: str

    def say(self, text: str) -> str:
        """Return a text in this language; one that is not in the catalogue stays as it is."""
        return self.words.gettext(text) if text else text

    def count(self, one: str, many: str, n: int) -> str:
        """Return the form of a text that belongs to a number."""
        return self.words.ngettext(one, many, n)

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence: ``a, b and c``."""
        return format_list(names, locale=self.tongue.cldr)


def path_of(tongue: Tongue) -> Path:
    """Return where a language's words are written."""
    return HERE / f"{tongue.code.replace('-', '_')}.po"


def catalogue_of(code: str | None) -> Catalogue:
    """Return the words of a language by any of its names; English for one that is not spoken."""
    return _read(TONGUES.get(known(code) or "", ENGLISH))


@cache
def _read(tongue: Tongue) -> Catalogue:
    if tongue is ENGLISH:
        return catalogue(ENGLISH, gettext.NullTranslations(), {})
    with path_of(tongue).open("rb") as file:
        read = read_po(file, locale=tongue.code.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    used = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in read
        if message.id and any(file.endswith(SCRIPT) for file, _ in message.locations)
    }
    return catalogue(tongue, gettext.GNUTranslations(compiled), used)


def catalogue(
    tongue: Tongue, words: gettext.NullTranslations, used: Mapping[str, Any]
) -> Catalogue:
    """Return a catalogue; ``used`` are the words of the scripts."""
    rule = Locale.parse(tongue.cldr).plural_form
    forms = [name for name in ("zero", "one", "two", "few", "many") if name in rule.tags]
    told = {"words": dict(used), "forms": [*forms, "other"]}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    return Catalogue(tongue=tongue, words=words, script=text)
