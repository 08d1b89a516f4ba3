"""The page that leads whoever opens an empty ward: people, patient, device, a patient to practise.

The protocol for makers of devices lies beside it, since whoever enrols the first device needs it.
"""

from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from analytics.domain.care import Role
from api.dashboard import frames
from api.dashboard.visits import SEE_OTHER, Visitor, own_page, to_login
from api.http.deps import COORDINATORS, UnitOfWork, Work, acting, allow, services_of
from api.store import first_steps

router = APIRouter(include_in_schema=False)
_PROTOCOL: Final = Path(__file__).parents[2] / "docs" / "device-protocol.md"
_LEADING: Final = frozenset({Role.COORDINATOR, Role.ADMIN})


@router.get("/start")
async def start(request: Request, visitor: Visitor) -> Response:
    """The first steps, for who runs the ward."""
    admin = visitor is not None and visitor.role is Role.ADMIN
    return own_page(request, visitor, "start", opens_accounts=admin)


@router.get("/")
async def begin(request: Request, visitor: Visitor) -> Response:
    """Send everybody to the page where their work begins; who runs an empty ward, to its steps."""
    if visitor is None:
        return to_login(request)
    address = frames.first_page(visitor)
    if visitor.role in _LEADING:
        async with acting(services_of(request), visitor) as work:
            if _empty(await _steps(work)):
                address = frames.START
    return RedirectResponse(address, SEE_OTHER)


@router.get("/ui/first-steps", dependencies=[allow(*COORDINATORS)])
async def steps(work: Work) -> dict[str, Any]:
    """What the ward has, and what it still needs to watch anybody."""
    found = await _steps(work)
    return {**found, "empty": _empty(found)}


async def _steps(work: UnitOfWork) -> dict[str, Any]:
    return await first_steps.of_ward(work.conn, work.caller.ward, work.now)


def _empty(found: dict[str, Any]) -> bool:
    return not found["patients"] and found["simulated"] is None


@router.get("/device-protocol.md")
async def protocol() -> Response:
    """The device protocol, for makers of devices; it is no secret."""
    return FileResponse(_PROTOCOL, media_type="text/plain; charset=utf-8")
