"""Which scripts a page's script needs, so that a browser asks for all of them at once.

A script names only its own imports, and those name theirs: a browser that follows them asks six
times, one answer after the other, before the page can ask for anything.
"""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
_IMPORT: Final = re.compile(r'^(?:import|export)\b[^"\n]*"(\.[^"]+)"', re.MULTILINE)
_SCRIPT: Final = re.compile(r'<script type="module" src="/static/([^"]+)"')


def preloads(markup: str) -> list[str]:
    """Return the paths of what the scripts in a frame's markup import, each once."""
    own = [str(one) for one in _SCRIPT.findall(markup)]
    needed = {one for script in own for one in _closure(script)}
    return sorted(needed - set(own))


@cache
def _closure(script: str) -> frozenset[str]:
    found: set[str] = set()
    wanted = [script]
    while wanted:
        one = wanted.pop()
        if one not in found:
            found.add(one)
            wanted += _imports(one)
    return frozenset(found)


@cache
def _imports(script: str) -> tuple[str, ...]:
    text = (STATIC / script).read_text(encoding="utf-8")
    return tuple(normpath(join(dirname(script), name)) for name in _IMPORT.findall(text))
