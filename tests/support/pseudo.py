"""Languages that nobody speaks: every text lengthened and in brackets, from left or from right.

What does not stand in brackets on a page went round the catalogues; what is cut off or wider than
the screen will be so in some real language.
"""

import gettext
import re
from typing import Final

from typing_extensions import override

from api.language.catalogues import Catalogue, catalogue
from api.language.tongues import Tongue
from tests.support import catalogue_words

LONG: Final = Tongue(code="en-XA", name="Long", locale="en-GB", cldr="en_GB")
RIGHT: Final = Tongue(
    code="ar-XB",
    name="From the right",
    locale="en-GB",
    cldr="en_GB",
    direction="rtl",
    glucose_unit="mmol/L",
)
_PLACES: Final = re.compile(r"(\{\w+\}|\[[^\]]+\])")
_LETTERS: Final = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")


def pseudo(text: str) -> str:
    """A text in brackets, accented, by two fifths longer, its places as they were."""
    parts = [p if n % 2 else p.translate(_LETTERS) for n, p in enumerate(_PLACES.split(text))]
    return f"⟦{''.join(parts)}{' ~~~~' * max(1, len(text) // 12)}⟧"


class _Pseudo(gettext.NullTranslations):
    @override
    def gettext(self, message: str) -> str:
        return pseudo(message)

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)


def pseudo_catalogue(tongue: Tongue) -> Catalogue:
    """Every word that is said, in a language that nobody speaks."""
    used = {
        message if isinstance(message, str) else message[0]: (
            pseudo(message) if isinstance(message, str) else [pseudo(one) for one in message]
        )
        for message, files in catalogue_words.gathered().items()
        if any(file.endswith(".js") for file in files)
    }
    return catalogue(tongue, _Pseudo(), used)
