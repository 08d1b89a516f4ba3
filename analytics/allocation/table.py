"""The allocation as arrays: what a plan comes to, and what a doctor still has room for.

The same whole numbers as :class:`analytics.allocation.problem.Problem`, by matrices of demand and
doctor, so that two thousand demands and a hundred doctors are judged in milliseconds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.allocation.problem import UNMET, Aims, Choice, Problem

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEVER = 2**53
"""The deadline of what has none."""
NOBODY_BEFORE = -2


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemTable:
    """A problem as arrays; rows are demands, columns doctors.

    Attributes:
        able: who may have what.
        lacks: how much each is short of the skills.
        soon: seconds of each demand that its deadline binds.
        level: for each demand the index in ``levels`` from which it is due; ``len(levels)`` for
            no deadline.
        current: index of the doctor before, ``UNMET`` for one who has gone,
            :data:`NOBODY_BEFORE` for none.
    """

    problem: Problem
    work: Ints
    soon: Ints
    capacity: Ints
    whole: Ints
    places: Ints
    rates: Ints
    able: Flags
    lacks: Ints
    must: Flags
    urgency: Ints
    levels: Ints
    level: Ints
    current: Ints

    @classmethod
    def of(cls, problem: Problem) -> "ProblemTable":
        """Return the arrays of a problem."""
        demands, doctors = len(problem.work), len(problem.capacity)
        able = np.zeros((demands, doctors), dtype=bool)
        lacks = np.zeros((demands, doctors), dtype=np.int64)
        for at, (who, short) in enumerate(zip(problem.able, problem.lacks, strict=True)):
            able[at, list(who)] = True
            for doctor, much in short.items():
                lacks[at, doctor] = much
        levels = _ints(problem.levels())
        deadlines = _ints([NEVER if one is None else one for one in problem.deadlines])
        return cls(
            problem=problem,
            work=_ints(problem.work),
            soon=_ints(problem.due),
            capacity=_ints(problem.capacity),
            whole=_ints(problem.capacity) + _ints(problem.reserve),
            places=_ints(problem.places),
            rates=_ints(problem.rates),
            able=able,
            lacks=lacks,
            must=np.array(problem.must, dtype=bool),
            urgency=_ints(problem.urgency),
            levels=levels,
            level=np.searchsorted(levels, deadlines),
            current=_ints([NOBODY_BEFORE if one is None else one for one in problem.current]),
        )

    @property
    def movable(self) -> Flags:
        """Which demands had somebody before who may have them still."""
        at = np.arange(len(self.work))
        here = self.current >= 0
        return np.asarray(here & self.able[at, np.where(here, self.current, 0)])

    @property
    def fitting(self) -> Flags:
        """Which demands had somebody before who lacks none of their skills."""
        here = np.where(self.current >= 0, self.current, 0)
        return np.asarray(self.lacks[np.arange(len(self.work)), here] == 0)

    @property
    def least_cost(self) -> int:
        """What it costs if each demand is with whoever costs least of those who may have it."""
        rates = np.where(self.able, self.rates, NEVER).min(axis=1, initial=NEVER)
        return int((self.work * np.where(rates == NEVER, 0, rates)).sum())

    def due(self, choice: Ints) -> Ints:
        """Return the seconds of each doctor that are due by each level."""
        due = np.zeros((len(self.capacity), len(self.levels) + 1), dtype=np.int64)
        given = choice != UNMET
        np.add.at(due, (choice[given], self.level[given]), self.soon[given])
        return np.asarray(np.cumsum(due[:, :-1], axis=1))

    def loads(self, choice: Ints, which: Flags | None = None) -> Ints:
        """Return the seconds of each doctor; ``which``: of these demands alone."""
        given = choice != UNMET
        if which is not None:
            given &= which
        loads = np.zeros(len(self.capacity), dtype=np.int64)
        np.add.at(loads, choice[given], self.work[given])
        return loads

    def aims(self, choice: Ints) -> Aims:
        """Return how bad a plan is in each aim, as the problem itself would say."""
        unmet = choice == UNMET
        given = np.flatnonzero(~unmet)
        to = choice[given]
        loads = self.loads(choice)
        filled = self.capacity > 0
        shares = -(-loads[filled] * 1000 // self.capacity[filled])
        before = self.current[given]
        return Aims(
            urgent_unmet=int(self.urgency[unmet].sum()),
            unmet=int(unmet.sum()),
            overload=int(np.maximum(0, loads - self.whole).sum()),
            stand_ins=int(self.lacks[given, to].sum()),
            lateness=int(np.maximum(0, self.due(choice) - self.levels).sum()),
            moves=int(((before != NOBODY_BEFORE) & (before != to)).sum()),
            cost=int((self.work[given] * self.rates[to]).sum()),
            imbalance=int(shares.max()) if len(shares) else 0,
        )


class Room:
    """What each doctor has left while a plan grows."""

    def __init__(self, table: ProblemTable, choice: Ints) -> None:
        """Count what the plan so far has taken."""
        self._table = table
        plain = ~table.must
        self.planned = table.capacity - table.loads(choice, plain)
        self.whole = table.whole - table.loads(choice)
        taken = np.zeros(len(table.capacity), dtype=np.int64)
        counted = (choice != UNMET) & plain
        np.add.at(taken, choice[counted], 1)
        self.places = table.places - taken
        self.due = table.due(choice)

    def fits(self, demand: int) -> Flags:
        """Return who may have the demand and has room for it; what must be, everywhere."""
        table = self._table
        if table.must[demand]:
            return np.asarray(table.able[demand])
        room = (self.planned >= table.work[demand]) & (self.places > 0)
        return np.asarray(table.able[demand] & room)

    def late(self, demand: int) -> Ints:
        """Return the lateness that the demand would add, doctor by doctor."""
        at = self._table.level[demand]
        if at >= len(self._table.levels):
            return np.zeros(len(self.planned), dtype=np.int64)
        over = self.due[:, at:] - self._table.levels[at:]
        more = np.maximum(0, over + self._table.soon[demand]) - np.maximum(0, over)
        return np.asarray(more.sum(axis=1))

    def excess(self) -> Ints:
        """Return by how much each doctor has more than there is room for, deadlines included."""
        late = np.maximum(0, self.due - self._table.levels).sum(axis=1)
        over = np.maximum(0, -self.whole) + np.maximum(0, -self.planned)
        return np.asarray(late + over + np.maximum(0, -self.places))

    def take(self, demand: int, doctor: int, sign: int = 1) -> None:
        """Give the demand to a doctor; ``sign`` -1 takes it back."""
        table = self._table
        work = sign * table.work[demand]
        self.whole[doctor] -= work
        self.due[doctor, table.level[demand] :] += sign * table.soon[demand]
        if not table.must[demand]:
            self.planned[doctor] -= work
            self.places[doctor] -= sign


def order(aims: Aims) -> tuple[int, ...]:
    """Return the aims as a tuple that compares, the most important first."""
    return (
        aims.urgent_unmet,
        aims.unmet,
        aims.overload,
        aims.stand_ins,
        aims.lateness,
        aims.moves,
        aims.cost,
        aims.imbalance,
    )


def as_choice(choice: Ints) -> Choice:
    """Return the plan as the list that the exact solver speaks."""
    return [int(one) for one in choice]


def _ints(values: Any) -> Ints:  # noqa: ANN401 - any row of whole numbers
    return np.asarray(values, dtype=np.int64)
