"""Text that a column can hold; anything else is refused by the name of its field.

PostgreSQL has no room for the character NUL, and half of a surrogate pair is no UTF-8. Some columns
are sealed and would take the first, others would not: one rule for all of them, kept in one place,
is one that no new route can forget.
"""

from collections.abc import Iterator

from fastapi import Request

from api.errors import InvalidError

NUL = "\x00"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_FILES = "multipart/related"
"""Files one after the other, which no route reads as text."""
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


async def storable(request: Request) -> None:
    """Refuse text that cannot be stored in path, query and body.

    Raises:
        InvalidError: it stands in the field that is named.
    """
    sent: list[tuple[str, object]] = [*request.path_params.items()]
    sent += request.query_params.multi_items()
    sent.append(("", await _body(request)))
    for start, value in sent:
        for name in _unstorable(start, value):
            raise InvalidError(_legible(name) or "body", "must not hold NUL or half a character")


async def _body(request: Request) -> object:
    """The body as the route reads it; None where there is none, or where reading it fails."""
    kind = request.headers.get("content-type", "").strip().lower()
    if request.method in _BODILESS or kind.startswith(_FILES):
        return None
    if kind.startswith(_FORMS):
        return dict(await request.form())
    try:
        return await request.json()
    except (ValueError, RecursionError):
        return None


def _unstorable(start: str, value: object) -> Iterator[str]:
    """The names of such fields; the value is walked without recursion, for it may be deep."""
    waiting = [(start, value)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, str):
            if NUL in one or _legible(one) != one:
                yield name
        elif isinstance(one, dict):
            for key, inner in one.items():
                waiting.append((name, str(key)))
                waiting.append((f"{name}.{key}" if name else str(key), inner))
        elif isinstance(one, list):
            waiting += [(f"{name}.{place}", inner) for place, inner in enumerate(one)]


def _legible(text: str) -> str:
    """The text with a mark for every half of a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
