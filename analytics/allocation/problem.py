"""The allocation in whole numbers, and how good any plan is.

Time is counted in seconds (work rounded up, capacity down), money in cent-seconds, so that the
solver and the checks compute the same exact figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor

from analytics.domain.rota import Demand, Doctor

URGENT_ACUITY = 5
"""NEWS2 of 5 or more asks for an urgent response (RCP)."""
UNMET = -1
DOCTOR = "doctor"
"""The skill of being a doctor: the kind of a person counts as one of their skills."""
_SECONDS = 60
_CENTS = 100
_EXACT = 9

Choice = list[int]
"""For each demand the index of its doctor, or :data:`UNMET`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """How bad a plan is, the most important first; less is better."""

    urgent_unmet: int
    unmet: int
    overload: int
    stand_ins: int
    lateness: int
    moves: int
    cost: int
    imbalance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Doctors and demands in whole numbers.

    Attributes:
        work: seconds of each demand, what is expected later included.
        due: seconds of it that its deadline binds.
        capacity: seconds of each doctor.
        reserve: seconds of each doctor beside the capacity, for what must be somebody's.
        places: most demands of each doctor, those that must be somebody's not counted.
        rates: cents per hour of each doctor.
        able: for each demand the doctors who may have it.
        lacks: how much each of those is short of its skills; 0 but where it must be somebody's.
        must: whether a demand is somebody's whatever they have to do.
        urgency: acuity of each urgent demand, 0 for the others.
        deadlines: seconds from now, None for none.
        current: index of the doctor who has it now, None for nobody, :data:`UNMET` for one who
            is not on shift any more.
    """

    work: tuple[int, ...]
    due: tuple[int, ...]
    capacity: tuple[int, ...]
    reserve: tuple[int, ...]
    places: tuple[int, ...]
    rates: tuple[int, ...]
    able: tuple[tuple[int, ...], ...]
    lacks: tuple[Mapping[int, int], ...]
    must: tuple[bool, ...]
    urgency: tuple[int, ...]
    deadlines: tuple[int | None, ...]
    current: tuple[int | None, ...]

    def loads(self, choice: Choice) -> list[int]:
        """Return the seconds that each doctor has to work."""
        loads = [0] * len(self.capacity)
        for demand, doctor in enumerate(choice):
            if doctor != UNMET:
                loads[doctor] += self.work[demand]
        return loads

    def planned(self, choice: Choice) -> list[int]:
        """Return the seconds of each doctor's work within the capacity: not what must be done."""
        loads = [0] * len(self.capacity)
        for demand, doctor in enumerate(choice):
            if doctor != UNMET and not self.must[demand]:
                loads[doctor] += self.work[demand]
        return loads

    def overloads(self, choice: Choice) -> list[int]:
        """Return the seconds of each doctor's work beyond capacity and reserve."""
        return [
            max(0, load - capacity - reserve)
            for load, capacity, reserve in zip(
                self.loads(choice), self.capacity, self.reserve, strict=True
            )
        ]

    def levels(self) -> list[int]:
        """Return the different deadlines, soonest first."""
        return sorted({deadline for deadline in self.deadlines if deadline is not None})

    def moved(self, demand: int, doctor: int) -> bool:
        """Whether this doctor would be another one than before."""
        before = self.current[demand]
        return before is not None and before != doctor

    def aims(self, choice: Choice) -> Aims:
        """Return how bad a plan is in each aim."""
        unmet = [demand for demand, doctor in enumerate(choice) if doctor == UNMET]
        given = [(demand, doctor) for demand, doctor in enumerate(choice) if doctor != UNMET]
        return Aims(
            urgent_unmet=sum(self.urgency[demand] for demand in unmet),
            unmet=len(unmet),
            overload=sum(self.overloads(choice)),
            stand_ins=sum(self.lacks[demand].get(doctor, 0) for demand, doctor in given),
            lateness=self._lateness(choice),
            moves=sum(self.moved(demand, doctor) for demand, doctor in given),
            cost=sum(self.work[demand] * self.rates[doctor] for demand, doctor in given),
            imbalance=self._imbalance(choice),
        )

    def _lateness(self, choice: Choice) -> int:
        """Overrun at each deadline, each doctor working in the order of the deadlines.

        It is 0 exactly if every deadline can be kept.
        """
        total = 0
        for level in self.levels():
            due = [0] * len(self.capacity)
            for demand, doctor in enumerate(choice):
                deadline = self.deadlines[demand]
                if doctor != UNMET and deadline is not None and deadline <= level:
                    due[doctor] += self.due[demand]
            total += sum(max(0, load - level) for load in due)
        return total

    def _imbalance(self, choice: Choice) -> int:
        """Busiest doctor's share of capacity, in thousandths, rounded up."""
        shares = [
            -(-load * 1000 // capacity)
            for load, capacity in zip(self.loads(choice), self.capacity, strict=True)
            if capacity
        ]
        return max(shares, default=0)


def pose(
    doctors: Sequence[Doctor], demands: Sequence[Demand], pinned: Mapping[str, str]
) -> Problem:
    """Return the problem in whole numbers; a pinned patient may only have the pinned doctor."""
    index = {doctor.id: at for at, doctor in enumerate(doctors)}
    return Problem(
        work=tuple(_seconds(demand.whole_minutes) for demand in demands),
        due=tuple(_seconds(demand.minutes) for demand in demands),
        capacity=tuple(
            floor(round(max(0.0, doctor.minutes) * _SECONDS, _EXACT)) for doctor in doctors
        ),
        reserve=tuple(
            floor(round(max(0.0, doctor.reserve_minutes) * _SECONDS, _EXACT)) for doctor in doctors
        ),
        places=tuple(
            len(demands) if doctor.max_patients is None else doctor.max_patients
            for doctor in doctors
        ),
        rates=tuple(round(doctor.cost_per_hour * _CENTS) for doctor in doctors),
        able=tuple(map(_able(doctors, index, pinned), demands)),
        lacks=tuple(_lacks(doctors, demand) for demand in demands),
        must=tuple(demand.must for demand in demands),
        urgency=tuple(demand.acuity if demand.acuity >= URGENT_ACUITY else 0 for demand in demands),
        deadlines=tuple(
            None
            if demand.deadline_minutes is None
            else floor(max(0.0, demand.deadline_minutes) * _SECONDS)
            for demand in demands
        ),
        current=tuple(
            None if demand.current_doctor is None else index.get(demand.current_doctor, UNMET)
            for demand in demands
        ),
    )


def _seconds(minutes: float) -> int:
    return ceil(round(minutes * _SECONDS, _EXACT))


def _able(
    doctors: Sequence[Doctor], index: Mapping[str, int], pinned: Mapping[str, str]
) -> Callable[[Demand], tuple[int, ...]]:
    """Return what says who may have a demand; each set of skills is looked at once."""
    skills = [frozenset(doctor.skills) for doctor in doctors]
    takes_any = tuple(at for at, doctor in enumerate(doctors) if doctor.max_patients != 0)
    emergency = takes_any or tuple(range(len(doctors)))

    @cache
    def with_skills(needed: frozenset[str]) -> tuple[int, ...]:
        return tuple(at for at, has in enumerate(skills) if needed <= has)

    def able(demand: Demand) -> tuple[int, ...]:
        pin = pinned.get(demand.patient)
        if pin is not None and pin in index:
            return (index[pin],)
        return emergency if demand.must else with_skills(frozenset(demand.skills))

    return able


def _lacks(doctors: Sequence[Doctor], demand: Demand) -> Mapping[int, int]:
    """Return how much each is short of what an emergency asks; to be a doctor counts most."""
    if not demand.must:
        return {}
    missing = [frozenset(demand.skills) - frozenset(doctor.skills) for doctor in doctors]
    return {at: len(one) + (DOCTOR in one) for at, one in enumerate(missing) if one}
