"""A proposal: the plan that would be made if it did not matter whose a patient is now.

The plan in force changes as little as it must, so that with time it may cost more, or share the
work less evenly, than need be. The proposal is the best plan without a price on moves (pins and
consultations stand), as changes to the plan in force, each of which can be taken over or left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from analytics.allocation.allocate import Plan
from api.rota.changes import Before, changes
from api.rota.questions import WardQuestion
from api.rota.solver import Question as Asked


def asked(question: WardQuestion, time_limit_s: float) -> Asked:
    """Return the ward's question without whose everybody is now."""
    return Asked(
        doctors=list(question.doctors),
        demands=[replace(one, current_doctor=None) for one in question.demands],
        pinned=dict(question.pinned),
        time_limit_s=time_limit_s,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProposal:
    """A plan beside the one in force."""

    question: WardQuestion
    plan: Plan

    def as_json(self) -> dict[str, Any]:
        """Return what would change, and what both plans come to."""
        before = {
            one.patient: one.current_doctor
            for one in self.question.demands
            if one.current_doctor is not None
        }
        found = changes(
            Before(doctor=before),
            self.question.doctors,
            self.question.demands,
            self.question.pinned,
            self.plan,
        )
        return {
            "status": self.plan.status,
            "changes": found,
            "cost": {"now": self._cost(before), "then": self.plan.cost},
            "busiest": {"now": self._busiest(before), "then": self._busiest(self._then())},
            "unmet": {"now": self._lost(before), "then": len(self.plan.unmet)},
        }

    def _then(self) -> Mapping[str, str]:
        return {one.patient: one.doctor for one in self.plan.assignments}

    def _lost(self, given: Mapping[str, str]) -> int:
        there = {one.id for one in self.question.doctors}
        return sum(given.get(one.patient) not in there for one in self.question.demands)

    def _cost(self, given: Mapping[str, str]) -> float:
        rate = {one.id: one.cost_per_hour for one in self.question.doctors}
        minutes = ((one.whole_minutes, given.get(one.patient)) for one in self.question.demands)
        return round(sum(much / 60 * rate.get(who or "", 0.0) for much, who in minutes), 2)

    def _busiest(self, given: Mapping[str, str]) -> float:
        """Return the busiest person's share of their time."""
        load = dict.fromkeys((one.id for one in self.question.doctors), 0.0)
        for one in self.question.demands:
            who = given.get(one.patient)
            if who in load:
                load[who] += one.whole_minutes
        shares = [load[one.id] / one.minutes for one in self.question.doctors if one.minutes > 0]
        return round(max(shares, default=0.0), 3)
