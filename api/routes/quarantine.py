"""Refused frames: nothing is dropped in silence."""

import base64
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.errors import NotFoundError
from api.evidence.refused_readings import CODES, refused_of
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.patients.identifiers import name_people
from api.store import quarantine, refused
from api.store.timestamps import instant
from api.store.types import Row

router = APIRouter(tags=["devices"], dependencies=[allow(*COORDINATORS)])


class RefusedReading(BaseModel):
    """One value that was refused while the rest of its frame stood."""

    metric: str
    value: float
    time: datetime | None
    reason: str


class RefusedAnswer(BaseModel):
    """A refused frame, or a stored one of which single readings were refused.

    ``signed`` says that its signature held. A frame of no known device may be of any ward: its
    topic and detail are empty for coordinators. Of a stored one ``id`` is text, ``readings`` says
    what was refused, and ``reason`` is the first of theirs.
    """

    id: int | str
    received: datetime
    patient: UUID | None = None
    name: str | None = None
    identifier: str | None = None
    birth_date: str | None = None
    device: str | None
    topic: str = ""
    reason: str
    signed: bool
    boot: int | None
    seq: int | None
    detail: str = ""
    bytes: int
    readings: list[RefusedReading] = []


class RefusedInFull(RefusedAnswer):
    """A refused frame with its bytes in standard base64."""

    payload: str


_FRAME, _READING = 1, 0
_EVERY_ID = 2**63 - 1
_READINGS_FOR = timedelta(days=30)
"""As long as refused frames are kept."""
_Placed: TypeAlias = tuple[tuple[datetime, int, int], Row]
"""An item with its place in the list: arrival, kind and id."""


class Count(BaseModel):
    """How often a reason was given, also for frames that are kept no longer."""

    reason: str
    n: int
    newest: datetime


class QuarantinePage(Page[RefusedAnswer]):
    """A page of refused frames, and the counts by reason."""

    counts: list[Count]


class QuarantineQuery(NamedTuple):
    """What is asked for; ``before`` is the arrival, the kind and the id of the last one shown."""

    patient: UUID | None
    device: str | None
    reason: str | None
    before: tuple[datetime, int, int] | None
    limit: int

    def below(self, kind: int) -> tuple[datetime, int] | None:
        """Where a kind's list goes on: at one moment, frames come before readings."""
        if self.before is None:
            return None
        at, last, number = self.before
        if kind == last:
            return at, number
        return at, (_EVERY_ID if kind < last else 0)


@router.get("/quarantine")
async def list_refused(
    *,
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 100,
    patient: UUID | None = None,
    device: Annotated[str | None, Query(max_length=63)] = None,
    reason: Annotated[str | None, Query(max_length=40)] = None,
) -> QuarantinePage:
    """List refused frames, and single readings refused in the last 30 days, newest first."""
    key = read_cursor(cursor, datetime, int, int)
    before = None
    if key is not None and isinstance(key[0], datetime):
        before = (key[0], int(str(key[1])), int(str(key[2])))
    asked = QuarantineQuery(patient, device, reason, before, limit + 1)
    found = [*await _frames(work, asked), *await _readings(work, asked)]
    found.sort(key=lambda one: one[0], reverse=True)
    shown, following = cut(found, limit, lambda one: one[0])
    told = [item for _, item in shown]
    named = await name_people(work.conn, work.services.vault, told)
    work.saw("quarantine.list", named, count=len(shown))
    counts = [Count.model_validate(row) for row in await quarantine.counts(work.conn, patient)]
    items = [RefusedAnswer.model_validate(item) for item in told]
    return QuarantinePage(items=items, next=following, counts=counts)


async def _frames(work: UnitOfWork, asked: QuarantineQuery) -> list[_Placed]:
    rows = await quarantine.frames(
        work.conn,
        before=asked.below(_FRAME),
        limit=asked.limit,
        patient=asked.patient,
        device=asked.device,
        reason=asked.reason,
    )
    return [((row["received"], _FRAME, row["id"]), dict(row)) for row in rows]


async def _readings(work: UnitOfWork, asked: QuarantineQuery) -> list[_Placed]:
    codes = [code for reason, code in CODES.items() if asked.reason in (None, reason)]
    if not codes:
        return []
    rows = await refused.frames(
        work.conn,
        since=work.now - _READINGS_FOR,
        before=asked.below(_READING),
        limit=asked.limit,
        patient=asked.patient,
        device=asked.device,
        codes=codes,
    )
    return [
        ((row["received"], _READING, row["id"]), _of_readings(row, asked.reason)) for row in rows
    ]


def _of_readings(row: Row, reason: str | None) -> Row:
    made = refused_of(row["frame"], row["refused"], row["offset_ms"], reason)
    readings = [{**one, "time": instant(one["time_ms"])} for one in made]
    return {
        "id": f"r{row['id']}",
        "received": row["received"],
        "patient": row["patient"],
        "device": row["device"],
        "reason": made[0]["reason"] if made else reason or "out_of_range",
        "signed": True,
        "boot": row["boot"],
        "seq": row["seq"],
        "detail": ", ".join(f"{one['metric']} {one['value']:g}" for one in made),
        "bytes": len(row["frame"]),
        "readings": readings,
    }


@router.get("/quarantine/{frame_id}")
async def read_refused(work: Work, frame_id: Annotated[int, Path(ge=1, lt=2**63)]) -> RefusedInFull:
    """Read one refused frame, byte for byte; of no known device: administrators alone."""
    row = await quarantine.frame(work.conn, frame_id)
    if row is None or row["payload"] is None:
        raise NotFoundError
    work.note("quarantine.read", frame=frame_id)
    payload = base64.b64encode(row["payload"]).decode("ascii")
    return RefusedInFull.model_validate({**row, "payload": payload})
