"""Refused frames: nothing is dropped in silence."""

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.deps import COORDINATORS, Work, allow
from api.errors import NotFoundError
from api.paging import Cursor, Limit, Page, cut, read_cursor
from api.store import quarantine

router = APIRouter(tags=["devices"], dependencies=[allow(*COORDINATORS)])


class Refused(BaseModel):
    """A refused frame; ``signed`` says that its signature held.

    One of no known device may be of any ward: its topic and detail are empty for coordinators.
    """

    id: int
    received: datetime
    device: str | None
    topic: str
    reason: str
    signed: bool
    boot: int | None
    seq: int | None
    detail: str
    bytes: int


class RefusedInFull(Refused):
    """A refused frame with its bytes in standard base64."""

    payload: str


class Count(BaseModel):
    """How often a reason was given, also for frames that are kept no longer."""

    reason: str
    n: int
    newest: datetime


class Quarantine(Page[Refused]):
    """A page of refused frames, and the counts by reason."""

    counts: list[Count]


@router.get("/quarantine")
async def list_refused(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 100,
    device: Annotated[str | None, Query(max_length=63)] = None,
    reason: Annotated[str | None, Query(max_length=40)] = None,
) -> Quarantine:
    """List refused frames, newest first."""
    before = read_cursor(cursor, int)
    rows = await quarantine.frames(
        work.conn,
        before=int(str(before[0])) if before else None,
        limit=limit + 1,
        device=device,
        reason=reason,
    )
    shown, following = cut(rows, limit, lambda row: [row["id"]])
    work.note("quarantine.list", count=len(shown))
    counts = [Count.model_validate(row) for row in await quarantine.counts(work.conn)]
    items = [Refused.model_validate(row) for row in shown]
    return Quarantine(items=items, next=following, counts=counts)


@router.get("/quarantine/{frame_id}")
async def read_refused(work: Work, frame_id: Annotated[int, Path(ge=1, lt=2**63)]) -> RefusedInFull:
    """Read one refused frame, byte for byte; of no known device: administrators alone."""
    row = await quarantine.frame(work.conn, frame_id)
    if row is None or row["payload"] is None:
        raise NotFoundError
    work.note("quarantine.read", frame=frame_id)
    payload = base64.b64encode(row["payload"]).decode("ascii")
    return RefusedInFull.model_validate({**row, "payload": payload})
