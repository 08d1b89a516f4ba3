"""The log-in page's way to the hospital's own sign-in, and back.

Back comes a browser from another site, and would not send a strict cookie on from there: so a page
of ours stands between, from which it goes on by itself.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.auth import provider_sign_in, sign_in, webauthn
from api.auth.provider import Provider
from api.dashboard import frames
from api.dashboard.visits import SEE_OTHER, own_path
from api.errors import NotFoundError, NotSignedInError, ThrottledError, UnavailableError
from api.http.deps import Shared
from api.language import gettext
from api.services import Services

router = APIRouter()
_BACK = "/login/provider/back"


def provider_of(request: Request) -> Provider:
    """Return the site's provider; without one ``offered`` is false."""
    found: Provider = request.app.state.provider
    return found


def _back(request: Request, services: Services) -> str:
    return webauthn.site_of(request, tls=services.settings.cookie_secure).origin + _BACK


def other_ways(request: Request) -> dict[str, Any]:
    """Return what the log-in page offers beside name and password.

    ``provider`` is what the hospital's sign-in is called here, empty where there is none; ``mails``
    whether a link for a new password can be sent by e-mail.
    """
    found = provider_of(request)
    mails = request.app.state.notify.gateway("email") is not None
    return {"provider": found.settings.name if found.offered else "", "mails": mails}


@router.get("/login/provider")
async def leave(
    request: Request,
    services: Shared,
    following: Annotated[str, Query(alias="next", max_length=300)] = "/",
) -> Response:
    """Send somebody to the hospital's sign-in."""
    provider = provider_of(request)
    if not provider.offered:
        raise NotFoundError
    try:
        visit = await provider_sign_in.leave(
            services, provider, request, _back(request, services), own_path(following)
        )
    except (UnavailableError, ThrottledError) as refusal:
        return _told(request, refusal.detail, refusal.status)
    answer = RedirectResponse(visit.address, SEE_OTHER)
    answer.set_cookie(
        provider_sign_in.COOKIE,
        visit.browser,
        max_age=provider_sign_in.MINUTES * 60,
        path=_BACK,
        secure=services.settings.cookie_secure,
        httponly=True,
        samesite="lax",  # they come back from another site
    )
    return answer


@router.get(_BACK)
async def come_back(request: Request, services: Shared) -> Response:
    """Let somebody in who comes back from there."""
    provider = provider_of(request)
    if not provider.offered:
        raise NotFoundError
    try:
        arrival = await provider_sign_in.come_back(
            services, provider, request, _back(request, services)
        )
    except NotSignedInError as refusal:
        return _told(request, refusal.detail, refusal.status)
    answer = frames.frame("entering", next=own_path(arrival.next))
    sign_in.set_cookie(answer, services, arrival.token)
    answer.delete_cookie(provider_sign_in.COOKIE, path=_BACK)
    return answer


def _told(request: Request, why: str, status: int) -> Response:
    ways = other_ways(request) | {"provider": provider_of(request).settings.name}
    told = gettext(why)
    return frames.frame("login", status=status, next="/", told=told, username="", otp=False, **ways)
