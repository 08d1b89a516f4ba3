"""One plan for the whole house: each ward solved for itself, put in force in one transaction."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anyio import to_thread

from analytics.allocation.allocate import Demand, Doctor, Plan, allocate
from api.rota.demands import PatientSeen, Worker, demand, pins, worker
from api.rota.emergencies import told
from api.rota.settings import RotaSettings
from api.services import Connection
from api.store import duty, notify, plans
from api.store.types import Row

_WORST = ("optimal", "feasible", "infeasible")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one ward asks the solver."""

    doctors: Sequence[Doctor]
    demands: Sequence[Demand]
    pinned: Mapping[str, str]

    def solve(self, time_limit_s: float) -> Plan:
        """Return the best plan; an emergency is somebody's while anybody is there. CPU-bound."""
        return allocate(self.doctors, self.demands, time_limit_s=time_limit_s, pinned=self.pinned)

    def told(self, answer: Plan) -> dict[str, Any]:
        """Return the answer as it is kept."""
        return told(self.demands, self.doctors, answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    """What was asked of whom, and what was answered."""

    questions: Mapping[str, Question]
    answers: Mapping[str, Plan]
    patients: Sequence[PatientSeen]

    @property
    def pinned(self) -> dict[int, UUID | None]:
        """Patient number to doctor, of the pins that were solved for."""
        return _pins(self.patients)

    def told(self) -> dict[str, Any]:
        """Return the answers as they are kept, by ward."""
        return {ward: self.questions[ward].told(one) for ward, one in self.answers.items()}


async def plan(conn: Connection, now: datetime, cause: str, settings: RotaSettings) -> UUID:
    """Make a plan and put it in force; return its id.

    A pin that was set or let go while the solver worked must not be written over: pins are held
    then, and the ward is solved once more. Whoever pins meanwhile waits for that plan.

    Args:
        conn: the leader's own connection, outside a transaction.
        now: ward time.
        cause: what made it necessary.
        settings: the site's settings.
    """
    asked_by = [row["id"] for row in await plans.requests(conn)]
    solved = await _solved(conn, now, settings)
    async with conn.transaction():
        await plans.hold(conn)
        if await _pinned(conn) != solved.pinned:
            solved = await _solved(conn, now, settings)
        plan_id = await plans.store(
            conn,
            at=now,
            cause=cause,
            status=worst(one.status for one in solved.answers.values()),
            asked={ward: asdict(question) for ward, question in solved.questions.items()},
            answer=solved.told(),
            assignments=_rows(solved.answers, solved.patients),
        )
        await plans.answer_requests(conn, asked_by, plan_id)
        await plans.forget(conn, settings.keep_plans)
        await notify.wake_duty(conn, "plan")
    return plan_id


async def _solved(conn: Connection, now: datetime, settings: RotaSettings) -> _Solved:
    """Ask the solver about every ward as it is now."""
    patients = [_patient(row) for row in await plans.patients(conn)]
    workers = [_worker(row) for row in await duty.on_shift(conn, now)]
    questions = questions_of(patients, workers, now, settings)
    answers = {}
    for ward, question in questions.items():
        answers[ward] = await to_thread.run_sync(question.solve, settings.time_limit_s)
        await asyncio.sleep(0)
    return _Solved(questions=questions, answers=answers, patients=patients)


async def _pinned(conn: Connection) -> dict[int, UUID | None]:
    """Return patient number to doctor, of the pins as they are now."""
    return _pins([_patient(row) for row in await plans.patients(conn)])


def _pins(patients: Sequence[PatientSeen]) -> dict[int, UUID | None]:
    return {patient.no: patient.doctor for patient in patients if patient.pinned}


def questions_of(
    patients: Sequence[PatientSeen],
    workers: Sequence[Worker],
    now: datetime,
    settings: RotaSettings,
) -> dict[str, Question]:
    """Return what to ask the solver, ward by ward."""
    wards = sorted({p.ward for p in patients} | {w.ward for w in workers})
    asked = {}
    for ward in wards:
        present = [w for w in workers if w.ward == ward]
        ids = {w.id for w in present}
        here = [p.now_with(ids) for p in patients if p.ward == ward]
        asked[ward] = Question(
            doctors=[worker(w, now, settings) for w in present],
            demands=[demand(p, settings) for p in here],
            pinned=pins(here),
        )
    return asked


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


def _patient(row: Row) -> PatientSeen:
    return PatientSeen(
        no=row["no"],
        id=row["id"],
        ward=row["ward"],
        news2_low=row["news2_low"],
        risk=row["risk"],
        worst=row["worst"],
        conditions=row["conditions"],
        doctor=row["doctor_id"],
        pinned=bool(row["pinned"]),
        holder=row["holder"],
    )


def _worker(row: Row) -> Worker:
    return Worker(
        id=row["id"],
        kind=row["kind"],
        ward=row["ward"],
        until=row["until"],
        skills=row["skills"],
        cost_per_hour=row["cost_per_hour"],
        max_patients=row["max_patients"],
    )
