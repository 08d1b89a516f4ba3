"""A plan for a large ward, within the time, and how far from the best it can be at most.

A first plan, the pooled linear relaxation (its value is the bound, its solution guides a second
plan), exchanges, and then neighbourhoods solved exactly, aim after aim. Whatever is best so far is
told at once. The order of all this is fixed and the chance is seeded: on a machine that is quick
enough for the limit the same input gives the same plan.
"""

import random
from collections.abc import Callable

import numpy as np

from analytics.allocation.packing import cheaper, first_plan, packed
from analytics.allocation.problem import Aims
from analytics.allocation.relaxation import Relaxation, Relaxed
from analytics.allocation.search import Search
from analytics.allocation.solver import AIMS, SEED, Solved, StopWatch
from analytics.allocation.table import Ints, ProblemTable, as_choice, order

GOOD_ENOUGH = 5e-4
"""A plan so near to the bound of its cost is not searched further."""
BALANCE_ROUNDS = 12
MOST_WHOLE = 10_000
"""Columns that may be whole numbers in the relaxation."""
_RELAXED_SHARE = 0.3


class Decomposition:
    """One large problem on its way to a plan."""

    def __init__(
        self,
        table: ProblemTable,
        watch: StopWatch,
        better: Callable[[Solved], None] | None = None,
    ) -> None:
        """Make the first plan."""
        self.table = table
        self.watch = watch
        self.bounds: dict[str, int] = {}
        self._better = better or (lambda _: None)
        self._relaxation = Relaxation(self.table)
        chance = random.Random(SEED)  # noqa: S311 - chance of a search
        self.search = Search(
            table=self.table, choice=first_plan(self.table), watch=watch, chance=chance
        )
        self._tell()

    @property
    def aims(self) -> Aims:
        """What the best plan so far comes to."""
        return self.table.aims(self.search.choice)

    def quick(self) -> None:
        """Round the relaxation of each aim that is not at its least yet, without a search."""
        for name in AIMS[:-1]:
            if name == "cost" or getattr(self.aims, name) > 0:
                self._relax(name)
        self._tell()

    def deep(self) -> None:
        """Search neighbourhoods, aim after aim, while there is time."""
        if self._relaxation.whole_columns <= MOST_WHOLE and not self._reached("cost"):
            self._relax("cost", whole=True)
            self._tell()
        for name in AIMS[:-1]:
            if not self._reached(name):
                before = order(self.aims)
                self.search.run(name, lambda name=name: self._reached(name))  # type: ignore[misc]
                if name != "cost" and order(self.aims) < before:
                    self._relax("cost")
                self._tell()
        self.search.run("imbalance", lambda: False, BALANCE_ROUNDS)

    def solved(self) -> Solved:
        """Return the best plan so far, with the bound of its cost."""
        aims = self.aims
        proved = all(getattr(aims, one) <= self.bounds.get(one, 0) for one in AIMS[:-1])
        return Solved(
            choice=as_choice(self.search.choice),
            proved=proved,
            cost_bound=self.bounds.get("cost", 0),
        )

    def _reached(self, name: str) -> bool:
        least = self.bounds.get(name, 0)
        slack = GOOD_ENOUGH * least if name == "cost" else 0
        return bool(getattr(self.aims, name) <= least + slack)

    def _relax(self, name: str, *, whole: bool = False) -> None:
        limit_s = self.watch.left_s * _RELAXED_SHARE
        relaxed = self._relaxation.solve(name, self.aims, limit_s, whole=whole)
        if relaxed is None:
            return
        self.bounds[name] = max(self.bounds.get(name, 0), relaxed.bound)
        self._round(relaxed)

    def _round(self, relaxed: Relaxed) -> None:
        whole = packed(self.table, relaxed)
        self.offer(cheaper(self.table, whole))
        self.offer(cheaper(self.table, self.search.choice))

    def offer(self, choice: Ints) -> None:
        """Take a plan if it is better than the best so far."""
        if order(self.table.aims(choice)) < order(self.aims):
            self.search.choice = np.asarray(choice)

    def _tell(self) -> None:
        solved = self.solved()
        solved.proved = False
        self._better(solved)
