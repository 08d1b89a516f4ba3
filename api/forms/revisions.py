"""Two people who edit the same thing: whoever saves second is told, instead of winning unseen.

What can be changed carries a revision, in its answer and as ``ETag``. A change may name the one
it was made from, as ``revision`` in the body or as ``If-Match``: if it is not the present one any
more, the answer is 409 (problem type ``stale``) with the present one, and nothing was changed.
"""

from typing import Annotated

from fastapi import Depends, Header, Response
from pydantic import Field

from api.errors import InvalidError, StaleError

MOST = 2**63 - 1
Revision = Annotated[
    int | None,
    Field(
        strict=True,
        ge=0,
        le=MOST,
        description="the revision this change was made from; 409 if it is stale",
    ),
]


def _named(if_match: Annotated[str | None, Header(max_length=100)] = None) -> int | None:
    """Return the revision that ``If-Match`` names; ``*`` names any."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()) or int(text) > MOST:
        raise InvalidError("If-Match", "is no entity tag of this resource")
    return int(text)


IfMatch = Annotated[int | None, Depends(_named)]


def agree(present: int, *named: int | None) -> None:
    """Refuse a change that was made from another revision than the present one.

    Raises:
        StaleError: somebody has changed it meanwhile.
    """
    if any(one is not None and one != present for one in named):
        raise StaleError(present)


def tag(response: Response, revision: int) -> None:
    """Tell the revision as the answer's ``ETag``."""
    response.headers["ETag"] = f'"{revision}"'
