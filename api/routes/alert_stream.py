"""The live stream of alerts, and of which rows of the panel have changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from api.auth.sessions import Caller
from api.errors import InvalidError
from api.forms.timestamps import Moment
from api.http.deps import Signed, acting
from api.live.rows import ShownRows
from api.live.sse import HEADERS, MEDIA_TYPE, stream_alerts
from api.services import Services
from api.store import row_marks

if TYPE_CHECKING:
    from api.live import LiveFeed

router = APIRouter(prefix="/alerts", tags=["alerts"])
_LAST_ID = 2**63 - 1


@router.get("/stream", response_class=StreamingResponse)
async def stream(
    *,
    request: Request,
    caller: Signed,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int | None, Query(ge=0, le=_LAST_ID)] = None,
    heartbeats: Literal["comment", "event"] = "comment",
    row: Annotated[list[UUID] | None, Query(max_length=200)] = None,
    drawn: Annotated[Moment | None, Query()] = None,
) -> StreamingResponse:
    """Server-Sent Events of the alerts that the caller may see.

    ``Last-Event-ID`` (or ``?after=`` with the list's ``stream``) resumes without a gap. A page of
    the panel names its ``row``s (patients) and as of when they were ``drawn`` (the panel's ``at``):
    ``panel.changed`` then tells which of them to ask for anew.
    """
    last = _last_id(last_event_id) if last_event_id else after
    feed: LiveFeed = request.app.state.live
    subscription = await feed.subscribe(caller, last)
    if row:
        subscription.rows = await _shown_rows(feed.services, caller, row, drawn)
    return StreamingResponse(
        stream_alerts(feed, subscription, last, spoken=heartbeats == "event"),
        media_type=MEDIA_TYPE,
        headers=HEADERS,
    )


async def _shown_rows(
    services: Services, caller: Caller, patients: Sequence[UUID], drawn: datetime | None
) -> ShownRows:
    async with acting(services, caller) as work:
        seen = await row_marks.seen(work.conn, patients)
        work.saw("panel.watch", seen)
    return ShownRows(seen, drawn)


def _last_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > _LAST_ID:
        raise InvalidError("Last-Event-ID", "must be a decimal id of this stream")
    return int(text)
