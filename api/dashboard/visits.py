"""Access to pages by role, and the page to which anybody else is sent."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.dashboard import frames
from api.http.deps import lacks_factor, optional_caller, services_of

SEE_OTHER = 303
ACCOUNT = "/account"
_AUDITORS = frozenset({frames.LOG, ACCOUNT, "/logout"})
"""All pages of an auditor."""
_OFFICE = frozenset({*(address for address, _ in frames.OFFICE), ACCOUNT, "/logout"})
"""All pages of an administrator without clinical data."""


def own_path(address: str) -> str:
    """Return ``address`` if it is a path of this site, else ``/``: no redirect leads away."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain and address.isprintable() else "/"


async def _visitor(request: Request) -> Caller | None:
    """Return who visits; staff who still need a second factor are sent where they get one."""
    found = await optional_caller(request)
    if found is not None and found.role is Role.AUDITOR and request.url.path not in _AUDITORS:
        raise HTTPException(SEE_OTHER, headers={"Location": frames.LOG})
    if found is not None and found.office_only and request.url.path not in _OFFICE:
        raise HTTPException(SEE_OTHER, headers={"Location": frames.PEOPLE})
    if found is None or request.url.path in {ACCOUNT, "/logout"}:
        return found
    if lacks_factor(services_of(request), found):
        raise HTTPException(SEE_OTHER, headers={"Location": ACCOUNT})
    return found


Visitor = Annotated[Caller | None, Depends(_visitor)]


def to_login(request: Request) -> Response:
    """Send a visitor to the log-in, and back here afterwards."""
    here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    query = urlencode({"next": here}, quote_via=quote)
    return RedirectResponse(f"/login?{query}", SEE_OTHER)


def to_first_page(visitor: Caller) -> Response:
    """Send a visitor to where their work begins."""
    return RedirectResponse(frames.first_page(visitor), SEE_OTHER)


def own_page(request: Request, visitor: Caller | None, name: str, **shown: object) -> Response:
    """Return a role's own page; others are sent to where their work begins."""
    if visitor is None:
        return to_login(request)
    if not frames.may_open(visitor, f"/{name}"):
        return to_first_page(visitor)
    return frames.frame(name, visitor, status=200, **shown)
