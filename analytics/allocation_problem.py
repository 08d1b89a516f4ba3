"""The allocation in whole numbers, a greedy first plan, and how good any plan is.

Time is counted in seconds (work rounded up, capacity down), money in cent-seconds, so that the
solver and the checks compute the same exact figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from analytics.domain.rota import Demand, Doctor

URGENT_ACUITY = 5
"""NEWS2 of 5 or more asks for an urgent response (RCP)."""
UNMET = -1
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
    lateness: int
    moves: int
    cost: int
    imbalance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Doctors and demands in whole numbers.

    Attributes:
        work: seconds of each demand.
        capacity: seconds of each doctor.
        places: most demands of each doctor.
        rates: cents per hour of each doctor.
        able: for each demand the doctors who may have it.
        urgency: acuity of each urgent demand, 0 for the others.
        deadlines: seconds from now, None for none.
        current: index of the doctor who has it now, None for nobody, :data:`UNMET` for one who
            is not on shift any more.
    """

    work: tuple[int, ...]
    capacity: tuple[int, ...]
    places: tuple[int, ...]
    rates: tuple[int, ...]
    able: tuple[tuple[int, ...], ...]
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
                    due[doctor] += self.work[demand]
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
        work=tuple(ceil(round(demand.minutes * _SECONDS, _EXACT)) for demand in demands),
        capacity=tuple(
            floor(round(max(0.0, doctor.minutes) * _SECONDS, _EXACT)) for doctor in doctors
        ),
        places=tuple(
            len(demands) if doctor.max_patients is None else doctor.max_patients
            for doctor in doctors
        ),
        rates=tuple(round(doctor.cost_per_hour * _CENTS) for doctor in doctors),
        able=tuple(_able(doctors, demand, index, pinned) for demand in demands),
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


def _able(
    doctors: Sequence[Doctor],
    demand: Demand,
    index: Mapping[str, int],
    pinned: Mapping[str, str],
) -> tuple[int, ...]:
    pin = pinned.get(demand.patient)
    if pin is not None and pin in index:
        return (index[pin],)
    needed = frozenset(demand.skills)
    return tuple(at for at, doctor in enumerate(doctors) if needed <= frozenset(doctor.skills))


def greedy(problem: Problem) -> Choice:
    """Return a complete first plan: the urgent and the hard to place first, each cheaply.

    Each demand goes to its current doctor if possible, else to the cheapest one with time left
    before its deadline, else to the one with most time left.
    """
    left = list(problem.capacity)
    places = list(problem.places)
    choice: Choice = [UNMET] * len(problem.work)
    for demand in sorted(range(len(problem.work)), key=lambda at: _hardness(problem, at)):
        doctor = _best(problem, demand, left, places)
        choice[demand] = doctor
        if doctor != UNMET:
            left[doctor] -= problem.work[demand]
            places[doctor] -= 1
    return choice


def _hardness(problem: Problem, demand: int) -> tuple[float, ...]:
    deadline = problem.deadlines[demand]
    return (
        -problem.urgency[demand],
        float("inf") if deadline is None else deadline,
        len(problem.able[demand]),
        -problem.work[demand],
        demand,
    )


def _best(problem: Problem, demand: int, left: Sequence[int], places: Sequence[int]) -> int:
    work = problem.work[demand]
    deadline = problem.deadlines[demand]
    options = [at for at in problem.able[demand] if left[at] >= work and places[at] > 0]

    def badness(at: int) -> tuple[float, ...]:
        done = problem.capacity[at] - left[at] + work
        late = 0 if deadline is None else max(0, done - deadline)
        return (late, problem.moved(demand, at), problem.rates[at], -left[at], at)

    return min(options, key=badness, default=UNMET)
