"""The pages' addresses: log-in and log-out, and one frame for each page.

``router`` holds everything that ``api.app`` mounts: pages, their JSON (``/ui``) and static files.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from analytics.domain.care import Role
from api.auth import sign_in
from api.dashboard import (
    administration,
    card_lines,
    case_pages,
    chart,
    consultation_pages,
    course_events,
    day_courses,
    directory,
    first_steps,
    frames,
    language_choice,
    mine,
    passkey_login,
    provider_login,
    reached,
    ui,
)
from api.dashboard.visits import SEE_OTHER, Visitor, own_page, own_path, to_login
from api.errors import (
    ForbiddenError,
    NotSignedInError,
    OtpRequiredError,
    PasskeyRequiredError,
    ThrottledError,
)
from api.http.deps import Shared, acting, own_origin, services_of
from api.language import gettext, noted
from api.store import accounts, chart_points

router = APIRouter(include_in_schema=False)
router.include_router(frames.static)
router.include_router(ui.router)
router.include_router(directory.router)
router.include_router(day_courses.router)
router.include_router(course_events.router)
router.include_router(administration.router)
router.include_router(chart.router)
router.include_router(reached.router)
router.include_router(first_steps.router)
router.include_router(card_lines.router)
router.include_router(mine.router)
router.include_router(consultation_pages.router)
router.include_router(case_pages.router)
router.include_router(passkey_login.router)
router.include_router(language_choice.router)
router.include_router(provider_login.router)

_WRONG = noted("Wrong user name, password or one-time code.")
_OTP = noted("Now the one-time code, please.")
_PASSKEY = noted("This account is opened with its passkey: press the button below.")
_MANY = noted("Too many attempts. Try again in {n} min.")


@router.get("/login")
async def login_page(
    request: Request,
    following: Annotated[str, Query(alias="next", max_length=300)] = "/",
) -> Response:
    """Show the log-in."""
    ways = provider_login.other_ways(request)
    return frames.frame("login", next=own_path(following), told="", username="", otp=False, **ways)


class LoginPageForm(BaseModel):
    """What the log-in page sends."""

    username: str = Field(max_length=256)
    password: str = Field(max_length=4096)
    otp: str = Field(default="", max_length=16)
    next: str = Field(default="/", max_length=300)


@router.post("/login")
async def log_in(
    request: Request, services: Shared, form: Annotated[LoginPageForm, Form()]
) -> Response:
    """Open a session as a cookie, or say what is missing."""
    if not own_origin(request):
        raise ForbiddenError("This log-in did not come from Homeward's own page.")
    browser = sign_in.browser_of(request) or sign_in.new_browser()
    given = sign_in.Attempt(
        username=form.username,
        password=form.password,
        otp=form.otp.replace(" ", "") or None,
        address=sign_in.address_of(request),
        browser=browser,
        machine=sign_in.origin_of(request).machine,
    )
    try:
        token = await sign_in.sign_in(services, given, "cookie")
    except (NotSignedInError, ThrottledError) as refusal:
        return _refused(request, refusal, form)
    answer = RedirectResponse(own_path(form.next), SEE_OTHER)
    sign_in.set_cookie(answer, services, token)
    sign_in.set_browser(answer, services, browser)
    return answer


def _told(refusal: NotSignedInError | ThrottledError) -> str:
    if isinstance(refusal, ThrottledError):
        return gettext(_MANY).format(n=-(-refusal.retry_after_s // 60))
    if isinstance(refusal, PasskeyRequiredError):
        return gettext(_PASSKEY)
    return gettext(_OTP if isinstance(refusal, OtpRequiredError) else _WRONG)


def _refused(
    request: Request, refusal: NotSignedInError | ThrottledError, form: LoginPageForm
) -> Response:
    """Return the form again with what is wrong or missing."""
    otp = isinstance(refusal, OtpRequiredError) or bool(form.otp)
    answer = frames.frame(
        "login",
        status=refusal.status,
        next=own_path(form.next),
        told=_told(refusal),
        username=form.username,
        otp=otp,
        **provider_login.other_ways(request),
    )
    if isinstance(refusal, ThrottledError):
        answer.headers.update(refusal.headers())
    return answer


@router.post("/logout")
async def log_out(services: Shared, visitor: Visitor) -> Response:
    """End the session and go back to the log-in."""
    answer = RedirectResponse("/login", SEE_OTHER)
    if visitor is not None:
        async with acting(services, visitor) as work:
            await accounts.revoke_session(work.conn, visitor.session)
            work.note("session.close")
    sign_in.clear_cookie(answer, services)
    return answer


@router.get("/panel")
async def panel(request: Request, visitor: Visitor) -> Response:
    """Every patient in view, by urgency."""
    return own_page(request, visitor, "panel")


@router.get("/feed")
async def feed(request: Request, visitor: Visitor) -> Response:
    """Alerts, live."""
    return own_page(request, visitor, "feed")


@router.get("/handover")
async def handover(request: Request, visitor: Visitor) -> Response:
    """The list for the handover of a shift."""
    return own_page(request, visitor, "handover")


@router.get("/round")
async def round_of_calls(request: Request, visitor: Visitor) -> Response:
    """Consciousness and oxygen, patient after patient."""
    return own_page(request, visitor, "round")


@router.get("/today")
async def today(request: Request, visitor: Visitor) -> Response:
    """A doctor's or nurse's own list in working order."""
    return own_page(request, visitor, "today")


@router.get("/burden")
async def burden(request: Request, visitor: Visitor) -> Response:
    """What alerts cost the ward."""
    return own_page(request, visitor, "burden")


@router.get("/outcomes")
async def outcomes(request: Request, visitor: Visitor) -> Response:
    """What the ward achieves over some weeks."""
    return own_page(request, visitor, "outcomes")


@router.get("/evidence/{alert_id}")
async def evidence(request: Request, alert_id: UUID, visitor: Visitor) -> Response:
    """The proof of one alert; whether the caller may see it is answered by the API."""
    if visitor is None:
        return to_login(request)
    return frames.frame("evidence", visitor, alert=alert_id)


@router.get("/capacity")
async def capacity(request: Request, visitor: Visitor) -> Response:
    """Minutes, patients and the plan."""
    return own_page(request, visitor, "capacity")


@router.get("/models")
async def models(request: Request, visitor: Visitor) -> Response:
    """What is learnt from data and how good it is; groups of patients."""
    return own_page(request, visitor, "models")


@router.get("/emergency")
async def emergency(request: Request, visitor: Visitor) -> Response:
    """Open the record of somebody who is not one's patient, with a reason."""
    return own_page(request, visitor, "emergency")


@router.get("/messages")
async def messages(request: Request, visitor: Visitor) -> Response:
    """Messages with patients, and the calls that they ask for; a patient's own."""
    found = None
    if visitor is not None and visitor.role is Role.PATIENT and visitor.patient_no is not None:
        async with acting(services_of(request), visitor) as work:
            found = await chart_points.patient_id(work.conn, visitor.patient_no)
    return own_page(request, visitor, "messages", patient=found)


@router.get("/looked")
async def looked(request: Request, visitor: Visitor) -> Response:
    """Who looked at a patient's own record."""
    return own_page(request, visitor, "looked")
