"""A person's own shifts as a calendar feed: a secret address that can be taken back.

Calendar programs sign in nowhere, so the address is the credential: 256 random bits, kept as a
hash, and it shows when and on which ward somebody works, nothing of any patient.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth.sessions import new_token, token_hash
from api.errors import NotFoundError
from api.http.deps import Shared, UnitOfWork, Work
from api.rota.icalendar import feed
from api.store import calendars
from api.store.timestamps import rfc3339

router = APIRouter(tags=["rota"])


async def _me(work: UnitOfWork) -> UUID:
    doctor = await calendars.doctor_of(work.conn, work.caller.user_id)
    if doctor is None:
        raise NotFoundError("You are not on the rota.")
    return doctor


@router.get("/me/calendars")
async def my_calendars(work: Work) -> dict[str, Any]:
    """List the caller's calendar links that count; their addresses are told once, when made."""
    rows = await calendars.links(work.conn, await _me(work))
    items = [{"id": str(row["id"]), "made_at": rfc3339(row["made_at"])} for row in rows]
    return {"items": items, "next": None}


@router.post("/me/calendars", status_code=201)
async def add_calendar(work: Work, request: Request) -> dict[str, str]:
    """Make a link to the caller's own shifts, for a calendar program; told once."""
    doctor, token = await _me(work), new_token()
    by = work.caller.user_id
    made = await calendars.add(work.conn, doctor, token_hash(token), work.now, by)
    work.note("calendar.add", link=str(made))
    path = request.app.url_path_for("calendar_feed", token=token)
    return {"id": str(made), "path": str(path), "url": f"{str(request.base_url).rstrip('/')}{path}"}


@router.delete("/me/calendars/{link_id}", status_code=204)
async def revoke_calendar(work: Work, link_id: UUID) -> None:
    """Take a link back; a repeat changes nothing."""
    if not await calendars.revoke(work.conn, await _me(work), link_id, work.now):
        raise NotFoundError
    work.note("calendar.revoke", link=str(link_id))


@router.get(
    "/calendars/{token}.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
async def calendar_feed(services: Shared, token: str) -> Response:
    """The shifts behind a link as iCalendar (RFC 5545); 404 for one that does not count."""
    async with services.pool.connection() as conn:
        rows = await calendars.shifts(conn, token_hash(token), services.now())
    if rows is None:
        raise NotFoundError
    return Response(
        feed(rows, services.now()),
        media_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, max-age=900"},
    )
