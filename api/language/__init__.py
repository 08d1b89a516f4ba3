"""The languages that people are spoken to in: catalogues of words, and which one is spoken now.

The English text stands in the source and is the key. ``_("...")`` says it in the language of the
request that runs; ``catalogue_of(code)`` is for whoever writes to somebody who does not ask. The
same catalogue goes to the scripts of a page in its frame. docs/languages.md tells how to add words.
"""

from api.language.catalogues import Catalogue, catalogue_of
from api.language.speaking import gettext, ngettext, noted, speak, speaking, spoken

__all__ = [
    "Catalogue",
    "catalogue_of",
    "gettext",
    "ngettext",
    "noted",
    "speak",
    "speaking",
    "spoken",
]
