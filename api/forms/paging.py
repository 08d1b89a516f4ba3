"""Lists in pages: every list has a bound, and a cursor that says where the next page starts."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.errors import InvalidError
from api.forms.text import NUL
from api.forms.timestamps import FIRST_YEAR, LAST_YEAR

MAX_LIMIT = 1_000
_BEYOND = 2**63
Item = TypeVar("Item")
Row = TypeVar("Row")

Cursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class Page(BaseModel, Generic[Item]):
    """One page; ``next`` is the cursor of the page after it, null on the last."""

    items: list[Item]
    next: str | None


def write_cursor(*key: object) -> str:
    """Return a cursor for the sort key of the last item of a page; times as ISO text."""
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    raw = json.dumps(plain, separators=(",", ":"), default=str).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: type) -> tuple[object, ...] | None:
    """Return the sort key in a cursor, None for the first page.

    Args:
        cursor: what the caller sent.
        *kinds: the type of each part: int, float, str, datetime or UUID.

    Raises:
        InvalidError: it is none of ours.
    """
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts = json.loads(raw)
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise InvalidError("cursor", "is not a cursor of this list")
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise InvalidError("cursor", "is not a cursor of this list") from error


def read_newest_first(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Return the moment and the id of the last item of a list in which the newest is first.

    Raises:
        InvalidError: it is none of ours.
    """
    key: Any = read_cursor(cursor, datetime, UUID)
    return key and (key[0], key[1])


def _part(part: object, kind: type) -> object:
    """Return one part as its kind; only what ``write_cursor`` could have written passes.

    Raises:
        ValueError: it is none of ours.
    """
    if kind is int:
        return _whole(part)
    if kind is float:
        return _number(part)
    text = _text(part)
    if kind is datetime:
        return _moment(text)
    return UUID(text) if kind is UUID else text


def _whole(part: object) -> int:
    if not isinstance(part, int) or isinstance(part, bool) or abs(part) >= _BEYOND:
        raise ValueError("not a number of ours")
    return part


def _number(part: object) -> float:
    if not isinstance(part, int | float) or isinstance(part, bool) or not isfinite(part):
        raise ValueError("not a number of ours")
    return float(part)


def _text(part: object) -> str:
    if not isinstance(part, str) or NUL in part:
        raise ValueError("not text of ours")
    return part.encode().decode()  # half of a surrogate pair is no text


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not FIRST_YEAR < found.year < LAST_YEAR:
        raise ValueError("not a time of ours")
    return found


def cut(
    rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[object]]
) -> tuple[Sequence[Row], str | None]:
    """Cut a list asked with ``limit + 1`` down to a page and the cursor of the next."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], write_cursor(*key(rows[limit - 1]))
