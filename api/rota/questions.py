"""What is asked of the solver, ward by ward, and how it is asked: in a thread or a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from anyio import to_thread

from analytics.allocation.allocate import Demand, Doctor, Plan, allocate
from api.rota import solver as solving
from api.rota.changes import Before, changes, moved
from api.rota.demands import DOCTOR, PatientSeen, RotaWorker, demand, pins, worker
from api.rota.emergencies import told
from api.rota.settings import RotaSettings
from api.rota.solver import Solver
from api.store.types import Row

_NOTHING = Before()
_IN_THREAD = 2_500
"""Pairs of demand and doctor up to which a ward is solved in a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WardQuestion:
    """What one ward asks the solver; ``had`` is whose each patient is by the plan in force."""

    doctors: Sequence[Doctor]
    demands: Sequence[Demand]
    pinned: Mapping[str, str]
    had: Mapping[str, str] = field(default_factory=dict)

    def solve(self, time_limit_s: float) -> Plan:
        """Return the best plan; an emergency is somebody's while anybody is there. CPU-bound."""
        return allocate(self.doctors, self.demands, time_limit_s=time_limit_s, pinned=self.pinned)

    async def answered(self, solver: Solver | None, time_limit_s: float) -> Plan:
        """Return the best plan; a large ward is solved by a process of its own."""
        if solver is None or len(self.doctors) * len(self.demands) <= _IN_THREAD:
            return await to_thread.run_sync(self.solve, time_limit_s)
        asked = solving.Question(
            doctors=list(self.doctors),
            demands=list(self.demands),
            pinned=dict(self.pinned),
            time_limit_s=time_limit_s,
        )
        return await solver.solve(asked)

    def told(self, answer: Plan, before: Before = _NOTHING) -> dict[str, Any]:
        """Return the answer as it is kept, with what it changes."""
        kept = told(self.demands, self.doctors, answer)
        kept["moves"] = moved(before.doctor, answer)
        kept["changes"] = changes(before, self.doctors, self.demands, self.pinned, answer)
        return kept


def questions_of(
    patients: Sequence[PatientSeen],
    workers: Sequence[RotaWorker],
    now: datetime,
    settings: RotaSettings,
) -> dict[str, WardQuestion]:
    """Return what to ask the solver, ward by ward."""
    wards = sorted({p.ward for p in patients} | {w.ward for w in workers})
    asked = {}
    for ward in wards:
        present = [w for w in workers if w.ward == ward]
        ids = {w.id for w in present}
        seen = [p for p in patients if p.ward == ward]
        here = [p.called_by(ids, now, settings).now_with(ids) for p in seen]
        doctors = [worker(w, now, settings) for w in present]
        demands = [demand(p, settings, now) for p in here]
        asked[ward] = WardQuestion(
            doctors=doctors,
            demands=_preferred(here, demands, doctors),
            pinned=pins(here),
            had={str(p.id): str(p.doctor) for p in seen if p.doctor is not None},
        )
    return asked


def _preferred(
    patients: Sequence[PatientSeen], demands: Sequence[Demand], doctors: Sequence[Doctor]
) -> list[Demand]:
    """Return the demands, those of whom nobody at work has them with who should, if that can be.

    Who speaks the patient's language, and of these somebody of the care team, who knows them from
    another day; nurses before doctors, of equals who has fewest of the others. It weighs as
    staying with somebody does: more than cost, less than that anybody has the patient in time.
    """
    there = {one.id: one for one in doctors}
    given = dict.fromkeys(there, 0)
    found = []
    for patient, one in zip(patients, demands, strict=True):
        best = None
        if one.current_doctor not in there:
            best = _best_known(patient, one, doctors, given)
        if best is not None:
            given[best] += 1
        found.append(one if best is None else replace(one, current_doctor=best))
    return found


def _best_known(
    patient: PatientSeen, asked: Demand, doctors: Sequence[Doctor], given: Mapping[str, int]
) -> str | None:
    """Return who should have a patient whom nobody at work has; None: anybody."""
    team = {str(who) for who in patient.team}
    speaks = f"language:{patient.language}"
    able = [
        one
        for one in doctors
        if set(asked.skills) <= set(one.skills) and (one.id in team or speaks in one.skills)
    ]
    if not able:
        return None

    def order(one: Doctor) -> tuple[object, ...]:
        return (
            speaks not in one.skills,
            one.id not in team,
            DOCTOR in one.skills,
            given[one.id],
            one.id,
        )

    return min(able, key=order).id


def patient_of(row: Row) -> PatientSeen:
    """Return a watched patient from a stored row."""
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
        seen_by=row["seen_by"],
        team=row["team"],
        language=row["language"],
    )


def worker_of(row: Row) -> RotaWorker:
    """Return somebody on shift from a stored row."""
    return RotaWorker(
        id=row["id"],
        kind=row["kind"],
        ward=row["ward"],
        since=row["since"],
        until=row["until"],
        skills=row["skills"],
        cost_per_hour=row["cost_per_hour"],
        max_patients=row["max_patients"],
    )
