"""What is asked of the solver, ward by ward, and how it is asked: in a thread or a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anyio import to_thread

from analytics.allocation.allocate import Demand, Doctor, Plan, allocate
from api.rota import solver as solving
from api.rota.changes import Before, changes
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
    """What one ward asks the solver."""

    doctors: Sequence[Doctor]
    demands: Sequence[Demand]
    pinned: Mapping[str, str]

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
        here = [p.now_with(ids) for p in patients if p.ward == ward]
        doctors = [worker(w, now, settings) for w in present]
        demands = [demand(p, settings) for p in here]
        asked[ward] = WardQuestion(
            doctors=doctors, demands=_known_again(here, demands, doctors), pinned=pins(here)
        )
    return asked


def _known_again(
    patients: Sequence[PatientSeen], demands: Sequence[Demand], doctors: Sequence[Doctor]
) -> list[Demand]:
    """Return the demands with somebody of the care team where nobody has them who is at work.

    So those who know a patient have them again on another day, as far as nothing weightier speaks
    against it. Nurses before doctors, of equals who knows fewest of the others.
    """
    there = {one.id: one for one in doctors}
    known = dict.fromkeys(there, 0)
    found = []
    for patient, one in zip(patients, demands, strict=True):
        if one.current_doctor not in there:
            team = [there[str(who)] for who in patient.team if str(who) in there]
            able = [who for who in team if set(one.skills) <= set(who.skills)]
            if able:
                best = min(able, key=lambda who: (DOCTOR in who.skills, known[who.id], who.id))
                known[best.id] += 1
                one = replace(one, current_doctor=best.id)  # noqa: PLW2901
        found.append(one)
    return found


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
