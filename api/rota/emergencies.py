"""Emergencies of a plan: always somebody's while anybody is there, and what that costs; pure.

The work of an emergency asks for a doctor and perhaps for a skill. Where nobody with both has time,
somebody else has it, a doctor before a nurse. What is then lacking is said, with those who could
be called in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from analytics.allocation.allocate import Demand, Doctor, Plan
from api.store.types import Row


def told(demands: Sequence[Demand], doctors: Sequence[Doctor], plan: Plan) -> dict[str, Any]:
    """Return a plan as it is kept: with its emergencies, and each load beside its reserve.

    Args:
        demands: what was asked.
        doctors: who is there.
        plan: the answer.
    """
    answer = asdict(plan)
    by_id = {one.id: one for one in doctors}
    for load in answer["loads"]:
        reserve = by_id[load["doctor"]].reserve_minutes
        load["reserve_minutes"] = reserve
        load["over_minutes"] = max(0.0, load["load_minutes"] - load["minutes"] - reserve)
    given = {one.patient: one.doctor for one in plan.assignments}
    answer["emergencies"] = [
        {
            "patient": one.patient,
            "doctor": given.get(one.patient),
            "minutes": one.minutes,
            "lacks": _lacks(one, by_id.get(given.get(one.patient, ""))),
        }
        for one in demands
        if one.must
    ]
    return answer


def _lacks(demand: Demand, doctor: Doctor | None) -> list[str]:
    return sorted(set(demand.skills) - set(doctor.skills if doctor else ()))


def helpful(people: Iterable[Row], plan: dict[str, Any]) -> list[Row]:
    """Return those of ``people`` who would help where the plan falls short; nobody if it does not.

    Args:
        people: who is not at work, each with ``kind`` and ``skills``.
        plan: the plan as it is told.
    """
    over = any(load.get("over_minutes", 0) > 0 for load in plan["loads"])
    alone = any(one["doctor"] is None for one in plan["emergencies"])
    wanted = {one["skill"] for one in plan["shortage"]}
    wanted |= {skill for one in plan["emergencies"] for skill in one["lacks"]}
    wanted |= {
        skill for one in plan.get("overfull", ()) if one["urgent"] for skill in one["skills"]
    }
    if over or alone or None in wanted:
        return list(people)
    return [one for one in people if wanted & {*one["skills"], one["kind"]}]
