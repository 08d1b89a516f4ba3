"""The sessions that somebody has open: where, by what, and their end."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.auth import sign_in
from api.errors import NotFoundError
from api.forms.paging import Page
from api.http.deps import Work
from api.store import accounts, own_sessions

router = APIRouter(prefix="/me/sessions", tags=["people"])


class OwnSession(BaseModel):
    """An open session; times are real time, ``address`` and ``machine`` those of its log-in."""

    id: UUID
    kind: Literal["cookie", "bearer", "key"]
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    address: str
    machine: str
    proved_by: Literal["password", "passkey", "provider"]
    current: bool


@router.get("")
async def list_sessions(work: Work) -> Page[OwnSession]:
    """List one's own open sessions, the last used first."""
    idle = work.services.settings.staff_idle_minutes
    rows = await own_sessions.open_of(work.conn, work.caller.user_id, idle)
    items = [OwnSession(**row, current=row["id"] == work.caller.session_id) for row in rows]
    return Page(items=items, next=None)


@router.delete("", status_code=204)
async def end_all(
    work: Work,
    response: Response,
    *,
    others: Annotated[bool, Query(description="keep this session")] = False,
) -> None:
    """Log out everywhere: end every session of one's own, or all but this one."""
    kept = work.caller.session if others else b""
    await accounts.revoke_sessions(work.conn, work.caller.user_id, kept)
    work.note("session.close_all", kept_this=others)
    if work.caller.by_cookie and not others:
        sign_in.clear_cookie(response, work.services)


@router.delete("/{session_id}", status_code=204)
async def end_one(work: Work, session_id: UUID) -> None:
    """End one session of one's own."""
    if not await own_sessions.end(work.conn, work.caller.user_id, session_id):
        raise NotFoundError
    work.note("session.close", ended=str(session_id))
