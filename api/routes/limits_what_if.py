"""What one person's limits would have called last week, before anybody changes one."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from api.errors import InvalidError, NotFoundError
from api.forms.limits import SaidOfLimits
from api.forms.time_range import span_of
from api.forms.timestamps import Moment
from api.http.deps import CLINICIANS, COORDINATORS, Shared, Signed, Work, acting, allow
from api.patients.tried_plans import tried_plan
from api.replay.answers import answer_of
from api.replay.child import Asked, ReplaySide
from api.replay.desk import ReplayDesk, ReplayJob
from api.replay.readings import MINUTES, stretches
from api.store import patients, wards

router = APIRouter(
    prefix="/patients/{patient_id}/limits",
    tags=["patients"],
    dependencies=[allow(*CLINICIANS, *COORDINATORS)],
)
LONGEST = timedelta(days=92)
_USUAL = timedelta(days=7)


class LimitsWhatIf(SaidOfLimits):
    """A span of the past, and what a change of this person's limits would say."""

    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None


@router.post("/what-if", status_code=202)
async def what_if(
    body: LimitsWhatIf, request: Request, services: Shared, caller: Signed, patient_id: UUID
) -> dict[str, str]:
    """Replay one person's readings under changed limits, beside those in force; nothing is changed.

    The answer is found under its ``id``.
    """
    since, until = span_of(body.start, body.end, services.now(), _USUAL)
    if until - since > LONGEST:
        raise InvalidError("from", f"must be at most {LONGEST.days} days before `to`")
    async with acting(services, caller) as work:
        row = await patients.record(work.conn, patient_id)
        if row is None:
            raise NotFoundError
        tried = await tried_plan(work, row, body)
        stored = await wards.settings(work.conn, row["ward"])
        work.note("patient.limits.what_if", row["no"])
    side = ReplaySide(*((stored["profile"], stored["settings"]) if stored else ("standard", {})))
    job = ReplayJob(owner=caller.user_id, ward=row["ward"], total=1, patient=patient_id)
    desk: ReplayDesk = request.app.state.replays
    asked = Asked(now=side, then=side, minutes=MINUTES)
    desk.ask(job, asked, lambda: stretches(services, caller, [row], (since, until), tried))
    return {"id": str(job.id)}


@router.get("/what-if/{trial_id}")
async def answer(request: Request, work: Work, patient_id: UUID, trial_id: UUID) -> dict[str, Any]:
    """How far it is; once ``done``, what is called now and what would be, and what differs."""
    desk: ReplayDesk = request.app.state.replays
    job = desk.find(trial_id)
    number = await patients.number(work.conn, patient_id)
    if number is None or job is None or job.patient != patient_id:
        raise NotFoundError
    work.note("patient.limits.read", number)
    return await answer_of(work, job)
