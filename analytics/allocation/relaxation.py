"""The linear relaxation of an allocation, pooled: exact in value, and solved in a moment.

Fractions of demands that ask the same (who may have them, by when) can be exchanged freely, so the
relaxation needs one variable for each *kind* of demand and doctor in place of one for each demand:
some thousands in place of hundreds of thousands. What is counted by the demand keeps a variable of
its own: to stay with the doctor before, and to be nobody's. Its value bounds every whole plan from
below (places are left out, which only lowers it), and its solution guides the rounding.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.allocation.kinds import MINUTE, Kinds, bound
from analytics.allocation.linear import Floats, Rows, minimise
from analytics.allocation.problem import Aims
from analytics.allocation.table import NOBODY_BEFORE, Flags, Ints, ProblemTable

MOST_LEVELS = 24
"""Deadlines that get rows; leaving some out only lowers the bound."""
_HAIR = 1e-7
_ROUNDING = 1e-6
_LOOSE = 1e-5
"""By so much may an earlier aim be missed: what the solvers take for equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """An optimum of the relaxation.

    Attributes:
        bound: no whole plan is better in this aim, the aims before it held.
        kind: the kind of each demand.
        single: for each kind whether it is one demand that is kept whole.
        share: minutes that each doctor has of each kind.
        stays: how much of each demand stays with the doctor before.
    """

    bound: int
    kind: Ints
    single: Flags
    share: Floats
    stays: Floats


class Relaxation:
    """The relaxation of one problem, solved for one aim after the other."""

    def __init__(self, table: ProblemTable) -> None:
        """Pool the demands into kinds."""
        self.table = table
        self._pooled = Kinds.of(table, whole=False)
        self._whole: Kinds | None = None

    @property
    def whole_columns(self) -> int:
        """How many columns are whole numbers where single demands are kept whole."""
        return int(self.table.able[bound(self.table)].sum())

    def _kinds(self, *, whole: bool) -> Kinds:
        if not whole:
            return self._pooled
        if self._whole is None:
            self._whole = Kinds.of(self.table, whole=True)
        return self._whole

    def solve(
        self, aim: str, reached: Aims, limit_s: float, *, whole: bool = False
    ) -> Relaxed | None:
        """Minimise one aim with those before it held at what is reached; None: not in time.

        Args:
            aim: name of the aim: one of ``Aims``, but not the imbalance.
            reached: what the best plan so far has in each aim.
            limit_s: most seconds.
            whole: keep those demands whole that a deadline or an emergency binds: a better bound.
        """
        kinds = self._kinds(whole=whole)
        programme = _Programme(self.table, kinds, reached, aim)
        programme.build()
        found = programme.run(limit_s)
        if found is None:
            return None
        value, x = found
        share = np.zeros((len(kinds.first), len(self.table.capacity)))
        share[programme.kinds, programme.doctors] = x[programme.pooled] * programme.per
        stays = np.zeros(len(self.table.work))
        stays[programme.stayers] = x[programme.stay]
        least = value * programme.scale
        bound = math.ceil(least - _ROUNDING * max(1.0, abs(least)))
        return Relaxed(
            bound=max(0, bound), kind=kinds.kind, single=kinds.single, share=share, stays=stays
        )


class _Programme:
    """One linear programme: which columns and rows the reached aims leave."""

    def __init__(self, table: ProblemTable, kinds: Kinds, reached: Aims, aim: str) -> None:
        self.table, self.kind, self.mass = table, kinds.kind, kinds.mass
        self.first, self.single, self.share_soon = kinds.first, kinds.single, kinds.soon
        self.reached, self.aim = reached, aim
        self.scale = {"overload": MINUTE, "lateness": MINUTE, "cost": MINUTE}.get(aim, 1.0)
        self.rows = Rows()
        self.work, self.soon = table.work / MINUTE, table.soon / MINUTE

    def build(self) -> None:
        """Lay out columns and rows."""
        self._columns()
        self._masses()
        self._capacities()
        self._deadlines()
        self._earlier_aims()

    def _columns(self) -> None:
        table, first = self.table, self.first
        allowed = table.able[first]
        if not self._may("stand_ins"):
            allowed = allowed & (table.lacks[first] == 0)
        self.kinds, self.doctors = np.nonzero(allowed)
        single = self.single[self.kinds]
        self.per = np.where(single, self.mass[self.kinds], 1.0)
        self.pooled = self.rows.columns(np.where(single, 1.0, math.inf), whole=single)
        # who stays is a column of its own only while moves are what is counted
        stays = table.movable
        if not self._may("stand_ins"):
            stays = stays & table.fitting
        self.stayers = np.flatnonzero(stays)
        self.stay = self.rows.columns(np.ones(len(self.stayers)))
        lost = np.arange(len(table.work)) if self._may("unmet") else np.arange(0)
        self.lost, self.gone = lost, self.rows.columns(np.ones(len(lost)))
        doctors = len(table.capacity)
        self.over = self.rows.columns(np.full(doctors if self._may("overload") else 0, math.inf))

    def _may(self, name: str) -> bool:
        """Whether something of an aim is left to the plan: it is aimed at, or not at nothing."""
        if name == "unmet":
            return self.reached.unmet > 0
        return getattr(self.reached, name) > 0 or self.aim == name

    def _masses(self) -> None:
        rows = self.rows.rows(self.mass, self.mass)
        self.rows.put(rows[self.kinds], self.pooled, self.per)
        self.rows.put(rows[self.kind[self.stayers]], self.stay, self.work[self.stayers])
        self.rows.put(rows[self.kind[self.lost]], self.gone, self.work[self.lost])
        both = np.flatnonzero(np.isin(self.stayers, self.lost)) if len(self.lost) else np.arange(0)
        once = self.rows.rows(np.full(len(both), -math.inf), np.ones(len(both)))
        self.rows.put(once, self.stay[both], 1.0)
        self.rows.put(once, self.gone[self.stayers[both]], 1.0)

    def _bounded(self, most: Floats, which: Any, *, soon: bool = False) -> Ints:  # noqa: ANN401
        """Add a row a doctor over the work of the demands that the mask ``which`` says.

        ``soon``: over what a deadline binds of it alone; of a kind no more than surely is.
        """
        rows = self.rows.rows(np.full(len(most), -math.inf), most)
        kinds = which[self.first][self.kinds]
        per = self.per * self.share_soon[self.kinds] if soon else self.per
        self.rows.put(rows[self.doctors[kinds]], self.pooled[kinds], per[kinds])
        mine = which[self.stayers]
        at = self.stayers[mine]
        work = self.soon if soon else self.work
        self.rows.put(rows[self.table.current[at]], self.stay[mine], work[at])
        return rows

    def _capacities(self) -> None:
        table = self.table
        self._bounded(table.capacity / MINUTE, ~table.must)
        if table.must.any():
            everything = np.ones(len(table.work), dtype=bool)
            rows = self._bounded(table.whole / MINUTE, everything)
            if len(self.over):
                self.rows.put(rows, self.over, -1.0)

    def _deadlines(self) -> None:
        table = self.table
        levels = np.arange(len(table.levels))
        if len(levels) > MOST_LEVELS:
            levels = np.unique(np.linspace(0, len(levels) - 1, MOST_LEVELS).astype(int))
        self.late = np.arange(0)
        for level in levels:
            rows = self._bounded(
                np.full(len(table.capacity), table.levels[level] / MINUTE),
                table.level <= level,
                soon=True,
            )
            if self._may("lateness"):
                late = self.rows.columns(np.full(len(rows), math.inf))
                self.rows.put(rows, late, -1.0)
                self.late = np.concatenate([self.late, late])

    def _earlier_aims(self) -> None:
        for name in _BEFORE[self.aim]:
            columns, values, constant = self._terms(name)
            if len(columns):
                # lateness and overload are kept in seconds and written in minutes
                unit = MINUTE if name in ("overload", "lateness") else 1.0
                most = getattr(self.reached, name) / unit - constant
                self.rows.one_row(columns, values, most + _LOOSE)

    def _terms(self, name: str) -> tuple[Ints, Any, float]:
        """Return an aim as columns, their values, and what is there in any case."""
        simple = {
            "urgent_unmet": (self.gone, self.table.urgency[self.lost].astype(float)),
            "unmet": (self.gone, np.ones(len(self.gone))),
            "overload": (self.over, np.ones(len(self.over))),
            "lateness": (self.late, np.ones(len(self.late))),
        }
        if name in simple:
            return (*simple[name], 0.0)
        further = {"stand_ins": self._stand_ins, "moves": self._moves, "cost": self._cost}
        return further[name]()

    def _stand_ins(self) -> tuple[Ints, Any, float]:
        lacks = self.table.lacks[self.first][self.kinds, self.doctors]
        short = np.flatnonzero(lacks)
        per = self.work[self.first][self.kinds[short]]
        return self.pooled[short], lacks[short] * self.per[short] / np.maximum(per, _HAIR), 0.0

    def _cost(self) -> tuple[Ints, Any, float]:
        rates = self.table.rates
        stay = self.work[self.stayers] * rates[self.table.current[self.stayers]]
        columns = np.concatenate([self.pooled, self.stay])
        return columns, np.concatenate([rates[self.doctors] * self.per, stay]), 0.0

    def _moves(self) -> tuple[Ints, Any, float]:
        had = self.table.current != NOBODY_BEFORE
        gone = np.flatnonzero(had[self.lost])
        columns = np.concatenate([self.stay, self.gone[gone]])
        return columns, -np.ones(len(columns)), float(had.sum())

    def run(self, limit_s: float) -> tuple[float, Floats] | None:
        """Solve it; return value and columns, None if there was no time."""
        columns, values, constant = self._terms(self.aim)
        objective = np.zeros(len(self.rows.lower))
        objective[columns] = values
        found = minimise(self.rows, objective, limit_s)
        return None if found is None else (found[0] + constant, found[1])


_ORDER = ("urgent_unmet", "unmet", "overload", "stand_ins", "lateness", "moves", "cost")
_BEFORE = {name: _ORDER[:at] for at, name in enumerate(_ORDER)}
