"""Choosing a language before anybody has logged in: kept in the browser as a cookie."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.dashboard.visits import SEE_OTHER, own_path
from api.http.deps import Shared
from api.http.spoken import COOKIE
from api.language.tongues import known

router = APIRouter()
_YEAR_S: Final = 365 * 86_400


@router.get("/language")
async def choose_language(
    services: Shared,
    wanted: Annotated[str, Query(alias="to", max_length=35)],
    following: Annotated[str, Query(alias="next", max_length=300)] = "/login",
) -> Response:
    """Keep the language, and go back to the page that was open."""
    answer = RedirectResponse(own_path(following), SEE_OTHER)
    code = known(wanted)
    if code is not None:
        answer.set_cookie(
            COOKIE,
            code,
            max_age=_YEAR_S,
            secure=services.settings.cookie_secure,
            httponly=True,
            samesite="lax",
        )
    return answer
