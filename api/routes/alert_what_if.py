"""What other limits, delays or profiles would have called, before anybody changes one."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from analytics import settings
from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.errors import InvalidError, NotFoundError
from api.forms.time_range import span_of
from api.forms.timestamps import Moment
from api.http.deps import COORDINATORS, Shared, Signed, Work, acting, allow
from api.replay.answers import answer_of
from api.replay.child import Asked, ReplaySide
from api.replay.desk import ReplayDesk, ReplayJob
from api.replay.readings import MINUTES, stretches
from api.store import replay, wards
from api.store.types import Row

router = APIRouter(tags=["alerts"], dependencies=[allow(*COORDINATORS)])
LONGEST = timedelta(days=92)
_USUAL = timedelta(days=30)
_MOST = 2_000


class AlertWhatIf(BaseModel):
    """A span of the past, whose, and the settings that are tried, by group as a ward has them."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None
    patients: Annotated[list[UUID], Field(max_length=_MOST)] | None = None
    ward: Annotated[str | None, Field(max_length=60)] = None
    profile: Annotated[str | None, Field(max_length=60)] = None
    settings: dict[str, Any] = {}


@router.post("/alerts/what-if", status_code=202)
async def what_if(
    body: AlertWhatIf, request: Request, services: Shared, caller: Signed
) -> dict[str, str]:
    """Replay the readings of a span under changed settings, beside those in force.

    The same functions judge them as live, with staff who take each alert on after four minutes and
    the risk model as shipped. The answer is found under its ``id``.
    """
    since, until = span_of(body.start, body.end, services.now(), _USUAL)
    if until - since > LONGEST:
        raise InvalidError("from", f"must be at most {LONGEST.days} days before `to`")
    ward = _ward(caller, body.ward)
    async with acting(services, caller) as work:
        asked = _asked(body, await wards.settings(work.conn, ward))
        rows = await replay.people(work.conn, (since, until), ward, body.patients, _MOST)
        if body.patients is not None and len(rows) < len(set(body.patients)):
            raise NotFoundError
        work.note("alerts.what_if", ward=ward, n=len(rows))
    job = ReplayJob(owner=caller.user_id, ward=ward, total=len(rows))
    desk: ReplayDesk = request.app.state.replays
    desk.ask(job, asked, lambda: stretches(services, caller, rows, (since, until)))
    return {"id": str(job.id)}


@router.get("/alerts/what-if", include_in_schema=False)
async def not_an_alert() -> None:
    """Say that this address is asked by POST: it is no alert of that id."""
    raise HTTPException(405)


@router.get("/alerts/what-if/{replay_id}")
async def answer(request: Request, work: Work, replay_id: UUID) -> dict[str, Any]:
    """How far it is; once ``done``, what is called now and what would be, and what differs.

    ``gained`` and ``lost`` hold at most 200 alerts each, with the course that they rest on;
    ``counts`` says how many there are.
    """
    desk: ReplayDesk = request.app.state.replays
    job = desk.find(replay_id)
    if job is None or job.patient is not None or not _theirs(work.caller, job.ward):
        raise NotFoundError
    return await answer_of(work, job)


def _theirs(caller: Caller, ward: str) -> bool:
    return caller.role is Role.ADMIN or caller.ward == ward


def _ward(caller: Caller, asked: str | None) -> str:
    ward = asked or caller.ward
    if not _theirs(caller, ward):
        raise NotFoundError
    return ward


def _asked(body: AlertWhatIf, row: Row | None) -> Asked:
    """Return the ward's settings and the changed ones, if they could be set at all.

    Raises:
        InvalidError: an unknown name, a hard bound, or two values that contradict each other.
    """
    profile, values = (row["profile"], row["settings"]) if row else ("standard", {})
    tried = body.profile or profile
    if tried not in settings.PROFILES:
        raise InvalidError("profile", f"must be one of {', '.join(settings.PROFILES)}")
    given = settings.flattened(body.settings)
    before = {**settings.defaults(tried), **values}
    refused = [
        one for one in settings.check(given, before) if isinstance(one, settings.RefusedSetting)
    ]
    if refused:
        raise InvalidError(*refused[0], *((one.field, one.why) for one in refused[1:]))
    return Asked(
        now=ReplaySide(profile, values),
        then=ReplaySide(tried, {**values, **settings.kept(given)}),
        minutes=MINUTES,
    )
