"""What-if: a plan for any input, and scenarios of one's own ward side by side; nothing is stored.

What takes over a second is answered with 202 and an id, and looked at until it is done.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from analytics.allocation.allocate import Demand, Doctor
from analytics.allocation.scenarios import Scenario, Worse
from analytics.allocation.units import share_units
from api.forms.what_if import OneScenario, Scenarios, WhatIf, WhatIfDoctor
from api.http.deps import COORDINATORS, Shared, Signed, acting, allow
from api.rota.house import seen_house
from api.rota.jobs import ANSWER_WITHIN_S, JobBook, Progress
from api.rota.scenarios import any_ward, as_it_would_be
from api.rota.settings import RotaSettings
from api.rota.solver import Question
from api.rota.what_if import WhatIfDesk, WhatIfTicket, while_connected

router = APIRouter(prefix="/allocation", tags=["rota"], dependencies=[allow(*COORDINATORS)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The solver's desk, and the questions that are on their way."""

    desk: WhatIfDesk
    jobs: JobBook
    request: Request

    async def answer(
        self,
        person: UUID,
        limit_s: float,
        work: Callable[[Progress], Coroutine[Any, Any, dict[str, Any]]],
        response: Response,
    ) -> dict[str, Any]:
        """Return the answer if it takes a second at most, else the id to ask again with."""
        await self.desk.warm()
        job = self.jobs.start(person, limit_s, work)
        if job.task is None:
            raise LookupError("job")
        answer, gone = await while_connected(self.request, job.task, ANSWER_WITHIN_S)
        if answer is not None or gone:
            return answer or {}
        self.jobs.hold(job)
        response.status_code = 202
        response.headers["Location"] = f"/api/v1/allocation/what-if/{job.id}"
        return {"id": str(job.id)}


def _desk(request: Request) -> Desk:
    state = request.app.state
    return Desk(desk=state.what_if, jobs=state.what_if_jobs, request=request)


TheDesk = Annotated[Desk, Depends(_desk)]
_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"description": "Ask again with the id"}}


@router.post("/what-if", responses=_ACCEPTED)
async def what_if(
    body: WhatIf, desk: TheDesk, services: Shared, caller: Signed, response: Response
) -> Any:  # noqa: ANN401
    """Plan for any input; nothing is stored.

    The time limit holds for everything: when it is over, the best plan so far is the answer. What
    takes over a second is answered by 202 with ``id``; a client that goes away before takes its
    question along. One person has one such question at a time. ``late`` is who would wait past
    their deadline, ``overfull`` what fits into none of its hours if everybody is there from now
    until their minutes are over, ``resources`` what of beds and kits would be free or short.
    """
    question = Question(
        doctors=[_doctor(one) for one in body.doctors],
        demands=[
            Demand(**{**one.model_dump(), "skills": tuple(one.skills)}) for one in body.demands
        ],
        pinned=body.pinned,
        time_limit_s=body.time_limit_s,
    )
    settings = RotaSettings()
    hours = any_ward(question, services.now(), settings.outlook_hours, settings.horizon_minutes)
    asked = WhatIfTicket(person=caller.user_id, ward=caller.ward, limit_s=body.time_limit_s)

    async def run(_: Progress) -> dict[str, Any]:
        plan = await desk.desk.plan(asked, question, hours)
        return {**plan, "resources": _resources(body)}

    return await desk.answer(caller.user_id, body.time_limit_s, run, response)


@router.post("/scenarios", responses=_ACCEPTED)
async def scenarios(
    body: Scenarios, desk: TheDesk, services: Shared, caller: Signed, response: Response
) -> Any:  # noqa: ANN401
    """Plan the caller's ward as it is and as it would be, side by side; nothing is stored."""
    settings = RotaSettings()
    async with acting(services, caller) as work:
        house = await seen_house(work.conn, work.now, settings)
        work.note("allocation.scenarios", names=[one.name for one in body.scenarios])
    worse = Worse(
        review_minutes=settings.review_minutes,
        review_deadline=settings.review_deadline,
        urgent_minutes=settings.urgent_minutes,
        urgent_deadline=settings.urgent_deadline,
    )
    wards = {
        one.name: as_it_would_be(
            house, caller.ward, _scenario(one, worse), one.admissions, body.time_limit_s
        )
        for one in body.scenarios
    }
    limit_s = body.time_limit_s * len(wards)
    person = caller.user_id
    ticket = WhatIfTicket(person=person, ward=caller.ward, limit_s=limit_s)

    async def run(say: Progress) -> dict[str, Any]:
        return {"scenarios": await desk.desk.plans(ticket, wards, say)}

    return await desk.answer(person, limit_s, run, response)


@router.get("/what-if/{job_id}")
async def look(job_id: UUID, desk: TheDesk, caller: Signed) -> dict[str, Any]:
    """How far one's own question is: ``state``, ``progress`` and, when it is done, ``result``."""
    return desk.jobs.find(job_id, caller.user_id).as_json()


@router.delete("/what-if/{job_id}", status_code=204)
async def drop(job_id: UUID, desk: TheDesk, caller: Signed) -> None:
    """Stop one's own question and forget it."""
    await desk.jobs.drop(job_id, caller.user_id)


def _doctor(one: WhatIfDoctor) -> Doctor:
    return Doctor(**{**one.model_dump(), "skills": tuple(one.skills)})


def _resources(body: WhatIf) -> list[dict[str, Any]]:
    patients = len({one.patient for one in body.demands})
    told = []
    for one in body.resources:
        used = patients if one.used is None else one.used
        found = share_units(one.count, used, ())
        told.append(
            {
                "id": one.id,
                "count": one.count,
                "used": used,
                "free": found.free,
                "short": found.short,
            }
        )
    return told


def _scenario(one: OneScenario, worse: Worse) -> Scenario:
    return Scenario(
        away=frozenset(str(each) for each in one.away),
        extra=[_doctor(each) for each in one.extra],
        demand=one.demand,
        deadlines=one.deadlines,
        reviews=one.reviews,
        urgent=one.urgent,
        worse=worse,
    )
