"""Large neighbourhood search: a few doctors and all that is theirs, solved exactly, repeatedly.

Which few is chosen by what is still amiss, the most important aim first: a demand that nobody has
and those who could have it; whoever is late and whoever has time; who moved, and from whom; work
that somebody cheaper may do. What comes out replaces the plan only if the whole plan is better.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.allocation.problem import UNMET, Problem
from analytics.allocation.solver import StopWatch, solve
from analytics.allocation.table import Flags, Ints, ProblemTable, Room, as_choice, order

DOCTORS = 6
MOST_DEMANDS = 220
"""Of one neighbourhood: about as much as is solved exactly in a fraction of a second."""
ROUND_S = 1.0
PATIENCE = 24
"""Rounds without any gain after which a search ends."""


@dataclass(slots=True, kw_only=True)
class Search:
    """One search.

    Attributes:
        table: the problem.
        choice: the best plan so far.
        watch: the time that is left.
        chance: which neighbourhood comes next.
    """

    table: ProblemTable
    choice: Ints
    watch: StopWatch
    chance: random.Random

    def run(self, aim: str, enough: Callable[[], bool], rounds: int = 10_000) -> None:
        """Search for a plan that is better in one aim, until it is enough or nothing helps."""
        idle = 0
        while rounds and idle < PATIENCE and not enough() and self.watch.left_s > 0:
            seed = self._amiss(aim)
            if seed is None:
                return
            idle = 0 if self.round(self._around(aim, seed), aim) else idle + 1
            rounds -= 1

    def round(self, doctors: Ints, until: str) -> bool:
        """Solve one neighbourhood; True if the plan is better now."""
        sub, demands = self._part(doctors)
        here = np.full(len(self.table.capacity), UNMET, dtype=np.int64)
        here[doctors] = np.arange(len(doctors))
        now = self.choice[demands]
        start = np.where(now == UNMET, UNMET, here[now])
        limit_s = min(ROUND_S, self.watch.left_s)
        if limit_s <= 0:
            return False
        found = np.array(solve(sub, limit_s, start=as_choice(start), until=until).choice)
        changed = self.choice.copy()
        changed[demands] = np.where(found == UNMET, UNMET, doctors[found])
        if order(self.table.aims(changed)) >= order(self.table.aims(self.choice)):
            return False
        self.choice = changed
        return True

    def _part(self, doctors: Ints) -> tuple[Problem, Ints]:
        """Return the problem of these doctors and all that is theirs, and some that is nobody's."""
        mine = np.flatnonzero(np.isin(self.choice, doctors))
        lost = np.flatnonzero((self.choice == UNMET) & self.table.able[:, doctors].any(axis=1))
        worst = np.argsort(-self.table.urgency[lost], kind="stable")
        some = lost[worst][: max(0, MOST_DEMANDS - len(mine))]
        return part(self.table, doctors, np.concatenate([mine, some])), np.concatenate([mine, some])

    def _amiss(self, aim: str) -> int | None:
        """Return a demand with which something is amiss, by chance; None if nothing is."""
        weights = self._badness(aim)
        at = np.flatnonzero(weights > 0)
        if not len(at):
            return None
        return int(self.chance.choices(at.tolist(), weights[at].tolist())[0])

    def _badness(self, aim: str) -> Ints:
        """Return how likely each demand is to be where an aim can be bettered; 0: not there."""
        table, choice = self.table, self.choice
        given = choice != UNMET
        to = np.where(given, choice, 0)
        loads = table.loads(choice)
        rows = np.arange(len(to))
        if "unmet" in aim:
            return np.asarray(np.where(~given & table.able.any(axis=1), 1 + table.urgency, 0))
        if aim in ("lateness", "overload", "imbalance"):
            return np.asarray((given & self._pressed(aim, loads)[to]).astype(np.int64))
        if aim == "stand_ins":
            return np.asarray(np.where(given, table.lacks[rows, to], 0))
        if aim == "moves":
            return np.asarray((given & table.movable & (table.current != to)).astype(np.int64))
        least = np.where(table.able, table.rates, table.rates.max()).min(axis=1)
        return np.asarray(np.where(given, table.work * (table.rates[to] - least), 0))

    def _pressed(self, aim: str, loads: Ints) -> Flags:
        """Return which doctors make an aim as bad as it is."""
        table = self.table
        if aim == "overload":
            return np.asarray(loads > table.whole)
        if aim == "lateness":
            return np.asarray((table.due(self.choice) > table.levels).any(axis=1))
        shares = loads / np.maximum(1, table.capacity)
        return np.asarray(shares >= shares.max())

    def _around(self, aim: str, demand: int) -> Ints:
        """Return the doctors of a neighbourhood: who has the demand, who had it, who could."""
        table = self.table
        fixed = [one for one in (int(self.choice[demand]), int(table.current[demand])) if one >= 0]
        could = np.array(table.able[demand])
        for one in fixed:
            could[one] = False
        others = np.flatnonzero(could)
        weight = self._likely(aim, others)
        chosen = list(dict.fromkeys(fixed))
        while len(chosen) < DOCTORS and len(others):
            pick = self.chance.choices(range(len(others)), weight.tolist())[0]
            chosen.append(int(others[pick]))
            others, weight = np.delete(others, pick), np.delete(weight, pick)
        return np.array(chosen, dtype=np.int64)

    def _likely(self, aim: str, others: Ints) -> Ints:
        """Return how likely each is to be of use: who has time, or who costs less."""
        room = Room(self.table, self.choice)
        if aim == "cost":
            rates = self.table.rates[others]
            return np.asarray(1 + rates.max(initial=0) - rates)
        left = np.maximum(0, room.planned[others])
        return np.asarray(1 + left)


def part(table: ProblemTable, doctors: Ints, demands: Ints, free: Flags | None = None) -> Problem:
    """Return the problem of these doctors and demands alone.

    Args:
        table: the whole.
        doctors: indices, in the order that the part has them.
        demands: indices.
        free: for each of the demands whether all of the doctors who may have it are offered.
    """
    whole = table.problem
    here = {int(doctor): at for at, doctor in enumerate(doctors)}

    def pick(values: tuple[int, ...], which: Ints) -> tuple[int, ...]:
        return tuple(values[int(one)] for one in which)

    able = [tuple(here[d] for d in whole.able[int(one)] if d in here) for one in demands]
    if free is not None:
        able = [
            options if is_free else _kept(whole.current[int(one)], here, options)
            for one, options, is_free in zip(demands, able, free, strict=True)
        ]
    current = [whole.current[int(one)] for one in demands]
    return Problem(
        work=pick(whole.work, demands),
        due=pick(whole.due, demands),
        capacity=pick(whole.capacity, doctors),
        reserve=pick(whole.reserve, doctors),
        places=pick(whole.places, doctors),
        rates=pick(whole.rates, doctors),
        able=tuple(able),
        lacks=tuple(
            {here[d]: much for d, much in whole.lacks[int(one)].items() if d in here}
            for one in demands
        ),
        must=tuple(whole.must[int(one)] for one in demands),
        urgency=pick(whole.urgency, demands),
        deadlines=tuple(whole.deadlines[int(one)] for one in demands),
        current=tuple(None if one is None else here.get(one, UNMET) for one in current),
    )


def _kept(current: int | None, here: dict[int, int], options: tuple[int, ...]) -> tuple[int, ...]:
    at = here.get(-1 if current is None else current)
    return (at,) if at in options else options
