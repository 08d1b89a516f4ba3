"""Lists in pages: every list has a bound, and a cursor that says where the next page starts."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from api.errors import InvalidError
from api.storable import NUL

MAX_LIMIT = 1_000
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
        *kinds: the type of each part: int, float, str or datetime.

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


def _part(part: object, kind: type) -> object:
    if kind is datetime:
        found = datetime.fromisoformat(str(part))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    if kind is int and (not isinstance(part, int) or abs(part) >= 2**63):
        raise ValueError("not a number of ours")
    if kind is float:
        return float(str(part))
    if kind is str and NUL in str(part):
        raise ValueError("not text of ours")
    return str(part) if kind is str else part


def cut(
    rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[object]]
) -> tuple[Sequence[Row], str | None]:
    """Cut a list asked with ``limit + 1`` down to a page and the cursor of the next."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], write_cursor(*key(rows[limit - 1]))
