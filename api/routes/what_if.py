"""What-if: a plan for any input, and scenarios of one's own ward side by side; nothing is stored.

What takes over a second is answered with 202 and an id, and looked at until it is done.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from analytics.allocation.allocate import Demand, Doctor
from analytics.allocation.scenarios import Scenario, Worse, changed
from api.http.deps import COORDINATORS, Shared, Signed, acting, allow
from api.rota.house import seen_house
from api.rota.jobs import ANSWER_WITHIN_S, JobBook, Progress
from api.rota.settings import RotaSettings
from api.rota.solver import Question
from api.rota.what_if import WhatIfDesk, WhatIfTicket, while_connected

router = APIRouter(prefix="/allocation", tags=["rota"], dependencies=[allow(*COORDINATORS)])

MOST_DOCTORS, MOST_DEMANDS, MOST_PAIRS = 400, 5_000, 400_000
MOST_SECONDS = 30
"""Of all scenarios of one question: as long as one what-if may take."""
Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Skills = Annotated[list[Id], Field(max_length=50)]
Minutes = Annotated[float, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)]


class WhatIfDoctor(BaseModel):
    """Somebody who could work."""

    id: Id
    minutes: Minutes
    cost_per_hour: Annotated[float, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)] = 0.0
    skills: Skills = []
    max_patients: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None


class WhatIfDemand(BaseModel):
    """One piece of work for one patient."""

    patient: Id
    minutes: Minutes
    acuity: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    skills: Skills = []
    current_doctor: Id | None = None
    deadline_minutes: Minutes | None = None


class WhatIf(BaseModel):
    """A ward to plan for; nothing of it is stored."""

    doctors: Annotated[list[WhatIfDoctor], Field(max_length=MOST_DOCTORS)]
    demands: Annotated[list[WhatIfDemand], Field(max_length=MOST_DEMANDS)]
    time_limit_s: Annotated[float, Field(strict=True, ge=0.01, le=30, allow_inf_nan=False)] = 5.0

    @model_validator(mode="after")
    def _bounded(self) -> "WhatIf":
        if len({doctor.id for doctor in self.doctors}) < len(self.doctors):
            raise ValueError("doctors: two have the same id")
        if len(self.doctors) * len(self.demands) > MOST_PAIRS:
            raise ValueError(f"more than {MOST_PAIRS} pairs of doctor and demand")
        return self


class OneScenario(BaseModel):
    """How the ward would be different; shares are of those whose work is routine."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    away: Annotated[list[UUID], Field(max_length=MOST_DOCTORS)] = []
    extra: Annotated[list[WhatIfDoctor], Field(max_length=50)] = []
    demand: Annotated[float, Field(strict=True, ge=0.1, le=5)] = 1.0
    reviews: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.0
    urgent: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.0


class Scenarios(BaseModel):
    """Scenarios of the caller's ward, planned one after the other."""

    model_config = ConfigDict(extra="forbid")

    scenarios: Annotated[list[OneScenario], Field(min_length=1, max_length=8)]
    time_limit_s: Annotated[float, Field(strict=True, ge=0.01, le=30, allow_inf_nan=False)] = 3.0

    @model_validator(mode="after")
    def _bounded(self) -> "Scenarios":
        if len({one.name for one in self.scenarios}) < len(self.scenarios):
            raise ValueError("scenarios: two have the same name")
        if len(self.scenarios) * self.time_limit_s > MOST_SECONDS:
            raise ValueError(f"time_limit_s: more than {MOST_SECONDS} seconds in all")
        return self


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
async def what_if(body: WhatIf, desk: TheDesk, caller: Signed, response: Response) -> Any:  # noqa: ANN401
    """Plan for any input; nothing is stored.

    The time limit holds for everything: when it is over, the best plan so far is the answer. What
    takes over a second is answered by 202 with ``id``; a client that goes away before takes its
    question along. One person has one such question at a time.
    """
    question = Question(
        doctors=[_doctor(one) for one in body.doctors],
        demands=[
            Demand(**{**one.model_dump(), "skills": tuple(one.skills)}) for one in body.demands
        ],
        time_limit_s=body.time_limit_s,
    )
    asked = WhatIfTicket(person=caller.user_id, ward=caller.ward, limit_s=body.time_limit_s)
    return await desk.answer(
        caller.user_id,
        body.time_limit_s,
        lambda _: desk.desk.plan(asked, question),
        response,
    )


@router.post("/scenarios", responses=_ACCEPTED)
async def scenarios(
    body: Scenarios, desk: TheDesk, services: Shared, caller: Signed, response: Response
) -> Any:  # noqa: ANN401
    """Plan the caller's ward as it is and as it would be, side by side; nothing is stored."""
    settings = RotaSettings()
    async with acting(services, caller) as work:
        ward = (await seen_house(work.conn, work.now, settings)).question(caller.ward)
        work.note("allocation.scenarios", names=[one.name for one in body.scenarios])
    worse = Worse(
        review_minutes=settings.review_minutes,
        review_deadline=settings.review_deadline,
        urgent_minutes=settings.urgent_minutes,
        urgent_deadline=settings.urgent_deadline,
    )
    questions: dict[str, Question] = {}
    for one in body.scenarios:
        there, asked = changed(ward.doctors, ward.demands, _scenario(one, worse))
        questions[one.name] = Question(
            doctors=there,
            demands=asked,
            pinned=dict(ward.pinned),
            time_limit_s=body.time_limit_s,
        )
    limit_s = body.time_limit_s * len(questions)
    person = caller.user_id
    ticket = WhatIfTicket(person=person, ward=caller.ward, limit_s=limit_s)

    async def run(say: Progress) -> dict[str, Any]:
        return {"scenarios": await desk.desk.plans(ticket, questions, say)}

    return await desk.answer(person, limit_s, run, response)


@router.get("/what-if/{job_id}")
async def look(job_id: UUID, desk: TheDesk, caller: Signed) -> dict[str, Any]:
    """How far one's own question is: ``state``, ``progress`` and, when it is done, ``result``."""
    return desk.jobs.find(job_id, caller.user_id).as_json()


@router.delete("/what-if/{job_id}", status_code=204)
async def drop(job_id: UUID, desk: TheDesk, caller: Signed) -> None:
    """Stop one's own question and forget it."""
    desk.jobs.drop(job_id, caller.user_id)


def _doctor(one: WhatIfDoctor) -> Doctor:
    return Doctor(**{**one.model_dump(), "skills": tuple(one.skills)})


def _scenario(one: OneScenario, worse: Worse) -> Scenario:
    return Scenario(
        away=frozenset(str(each) for each in one.away),
        extra=[_doctor(each) for each in one.extra],
        demand=one.demand,
        reviews=one.reviews,
        urgent=one.urgent,
        worse=worse,
    )
