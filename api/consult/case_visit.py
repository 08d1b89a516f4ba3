"""Somebody who has a case open: what is new in it, who sits in its call, and when it ends."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.auth.sessions import Caller
from api.consult.cases import OPEN
from api.consult.rooms import RoomWord
from api.http.deps import UnitOfWork
from api.store import case_rooms, cases


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVisit:
    """Who looks at which case, from which seat of its call.

    The end of a case by its time wakes nobody, so it is looked often.

    Attributes:
        caller: who it is.
        room: of which case.
        seat: this browser's in the call; None: the page alone is open.
        token_s: for how long the seat holds from each look on.
        look_s: after how many seconds it is looked again.
    """

    caller: Caller
    room: UUID
    seat: UUID | None
    token_s: float
    look_s: float

    async def see_room(self, work: UnitOfWork) -> dict[str, Any] | None:
        """Return how far the case is and who sits in the call; None: it is over for this one."""
        row = await cases.one(work.conn, self.room)
        if row is None or row["state"] != OPEN:
            return None
        here = await case_rooms.seats(work.conn, self.room)
        if self.seat is not None:
            if self.seat not in {one["id"] for one in here}:
                return None
            await case_rooms.renew(work.conn, self.seat, self.token_s)
        return {
            "revision": await cases.revision(work.conn, self.room),
            "seats": [{"seat": str(one["id"]), "name": one["name"]} for one in here],
        }

    async def said(self, work: UnitOfWork, told: dict[str, Any], after: int) -> list[RoomWord]:
        """Return what the other seats have told this one."""
        if self.seat is None:
            return []
        there = {one["seat"] for one in told["seats"]}
        found = await case_rooms.said(work.conn, self.room, self.seat, after)
        return [
            RoomWord(
                no=one["no"],
                data={"from": str(one["from_seat"]), "kind": one["kind"], "data": one["data"]},
            )
            for one in found
            if str(one["from_seat"]) in there
        ]
