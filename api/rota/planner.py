"""One plan for the whole house: each ward solved for itself, put in force in one transaction."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anyio import to_thread

from analytics.allocation.allocate import Plan
from api.rota.changes import Before
from api.rota.demands import PatientSeen
from api.rota.house import seen_house
from api.rota.questions import WardQuestion
from api.rota.settings import RotaSettings
from api.rota.solver import Solver
from api.services import Connection
from api.store import duty, notify, plans
from api.store.types import Row

_WORST = ("optimal", "feasible", "infeasible")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    """What was asked of whom, what was answered, and what is told beside: hours, resources."""

    questions: Mapping[str, WardQuestion]
    answers: Mapping[str, Plan]
    beside: Mapping[str, dict[str, Any]]
    patients: Sequence[PatientSeen]

    @property
    def pinned(self) -> dict[int, UUID | None]:
        """Patient number to doctor, of the pins that were solved for."""
        return _pins(self.patients)

    def told(self, asked: Mapping[str, Any], gone: Mapping[UUID, str]) -> dict[str, Any]:
        """Return the answers as they are kept, by ward.

        Args:
            asked: what was asked for the plan before, by ward.
            gone: why those are not at work who had somebody.
        """
        return {
            ward: self.questions[ward].told(one, self._before(ward, asked, gone))
            | self.beside[ward]
            for ward, one in self.answers.items()
        }

    def _before(self, ward: str, asked: Mapping[str, Any], gone: Mapping[UUID, str]) -> Before:
        demands = asked.get(ward, {}).get("demands", [])
        return Before(
            doctor={str(p.id): str(p.doctor) for p in self.patients if p.doctor is not None},
            minutes={one["patient"]: one["minutes"] for one in demands},
            gone={str(doctor): why for doctor, why in gone.items()},
        )

    @property
    def gone(self) -> list[UUID]:
        """Who has patients by the plan before and is not at work."""
        there = {one.id for question in self.questions.values() for one in question.doctors}
        had = {p.doctor for p in self.patients if p.doctor is not None}
        return sorted(one for one in had if str(one) not in there)


async def plan(
    conn: Connection,
    now: datetime,
    cause: str,
    settings: RotaSettings,
    solver: Solver | None = None,
) -> UUID:
    """Make a plan and put it in force; return its id.

    A pin that was set or let go while the solver worked must not be written over: pins are held
    then, and the ward is solved once more. Whoever pins meanwhile waits for that plan.

    Args:
        conn: the leader's own connection, outside a transaction.
        now: ward time.
        cause: what made it necessary.
        settings: the site's settings.
        solver: the process that solves large wards; None solves all in a thread.
    """
    asked_by = [row["id"] for row in await plans.requests(conn)]
    solved = await _solved(conn, now, settings, solver)
    async with conn.transaction():
        await plans.hold(conn)
        if await plans.pins(conn) != solved.pinned:
            solved = await _solved(conn, now, settings, solver)
        before = await plans.asked_before(conn)
        gone = await duty.why_gone(conn, now, solved.gone)
        plan_id = await plans.store(
            conn,
            at=now,
            cause=cause,
            status=worst(one.status for one in solved.answers.values()),
            asked={ward: asdict(question) for ward, question in solved.questions.items()},
            answer=solved.told(before, gone),
            assignments=_rows(solved.answers, solved.patients),
        )
        await plans.answer_requests(conn, asked_by, plan_id)
        await plans.forget(conn, settings.keep_plans)
        await notify.wake_duty(conn, "plan")
    return plan_id


async def _solved(
    conn: Connection, now: datetime, settings: RotaSettings, solver: Solver | None
) -> _Solved:
    """Ask the solver about every ward as it is now."""
    house = await seen_house(conn, now, settings)
    questions = house.questions()
    answers, beside = {}, {}
    for ward, question in questions.items():
        answers[ward] = await question.answered(solver, settings.time_limit_s)
        beside[ward] = await to_thread.run_sync(house.hours(ward).told)
        beside[ward]["resources"] = house.resources(ward)
        await asyncio.sleep(0)
    return _Solved(questions=questions, answers=answers, beside=beside, patients=house.patients)


def _pins(patients: Sequence[PatientSeen]) -> dict[int, UUID | None]:
    return {patient.no: patient.doctor for patient in patients if patient.pinned}


def worst(statuses: Iterable[str]) -> str:
    """Return the worst of several plans' statuses; nothing to do is optimal."""
    return max(statuses, key=_WORST.index, default="optimal")


def _rows(answers: Mapping[str, Plan], patients: Sequence[PatientSeen]) -> list[Row]:
    by_id = {str(patient.id): patient for patient in patients}
    rows = []
    for answer in answers.values():
        for one in answer.assignments:
            patient = by_id[one.patient]
            rows.append(
                {
                    "patient": patient.no,
                    "doctor": UUID(one.doctor),
                    "minutes": one.minutes,
                    "pinned": patient.pinned and str(patient.doctor) == one.doctor,
                }
            )
    return rows
