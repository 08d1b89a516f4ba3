"""What the archive answers, passed on to who has been found to be allowed to see it."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx2
from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from api.imaging.access import Looks, archive_of
from api.imaging.dicomweb import JSON, WebAddress, renamed, search_words

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "what DICOM PS3.18 says of this address",
        "content": {
            "application/dicom+json": {},
            "image/jpeg": {},
            'multipart/related; type="application/octet-stream"': {},
            'multipart/related; type="application/dicom"': {},
        },
    }
}
_LOOK_S = 2.0
Still = Callable[[], Awaitable[bool]]
"""Whether the caller may still see what is under way."""


async def passed_on(
    request: Request, address: WebAddress, place: str, still: Still | None = None
) -> Response:
    """Pass an answer of the archive on as it comes.

    Args:
        request: what is asked.
        address: below which study.
        place: below which of our addresses ``/dicomweb`` stands here.
        still: asked every other second while the answer is under way; it ends with a no.
    """
    archive = archive_of(request)
    words = search_words(dict(request.query_params))
    opened = AsyncExitStack()
    answer = await opened.enter_async_context(archive.opened(address.path, words, address.accept))
    if address.accept == JSON:
        async with opened:
            return _json(await answer.aread(), request, place)
    kind = answer.headers.get("content-type", "application/octet-stream")
    return StreamingResponse(_pieces(answer, opened, still), media_type=kind)


def told(found: Sequence[Any], request: Request, place: str) -> Response:
    """Return what a search has found."""
    return _json(json.dumps(found).encode(), request, place)


def begins_look(request: Request, who: tuple[UUID, str], address: WebAddress) -> bool:
    """Whether this request begins a look: a list of a study's series shows no image.

    Args:
        request: what is asked.
        who: the person, and what they look at.
        address: below which study.
    """
    person, study = who
    if address.accept == JSON and address.series is None:
        return False
    looks: Looks = request.app.state.looks
    seen = f"{study}/{address.series or ''}"
    return looks.is_new(person, seen, time.monotonic(), archive_of(request).settings.seen_minutes)


def _json(content: bytes, request: Request, place: str) -> Response:
    base = str(request.base_url).rstrip("/")
    ours = f"{base}/api/v1/{place}/dicomweb"
    return Response(renamed(content, archive_of(request).web_address, ours), media_type=JSON)


async def _pieces(
    answer: httpx2.Response, opened: AsyncExitStack, still: Still | None
) -> AsyncIterator[bytes]:
    looked = time.monotonic()
    async with opened:
        async for piece in answer.aiter_bytes():
            if still is not None and time.monotonic() - looked > _LOOK_S:
                if not await still():
                    return
                looked = time.monotonic()
            yield piece
