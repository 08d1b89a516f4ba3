"""Kinds of demands: those that ask the same, whose fractions can be exchanged freely."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.allocation.linear import Floats
from analytics.allocation.table import Flags, Ints, ProblemTable

MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """Demands that ask the same.

    Attributes:
        kind: of each demand.
        first: of each kind its first demand.
        mass: minutes of each kind.
        soon: for each kind the least share of a demand's work that its deadline binds.
        single: for each kind whether it is one demand that is kept whole.
    """

    kind: Ints
    first: Ints
    mass: Floats
    soon: Floats
    single: Flags

    @classmethod
    def of(cls, table: ProblemTable, *, whole: bool) -> "Kinds":
        """Return the kinds; ``whole``: what a deadline or an emergency binds is one of its own."""
        kept = bound(table) if whole else np.zeros(len(table.work), dtype=bool)
        packed = np.packbits(table.able, axis=1)
        known: dict[Any, int] = {}
        first: list[int] = []
        kind = np.zeros(len(table.work), dtype=np.int64)
        for at in range(len(table.work)):
            must = bool(table.must[at])
            # of what must be somebody's the minutes belong to it: a stand-in is counted by demand
            alike = (int(table.work[at]), table.lacks[at].tobytes()) if must else ()
            key = at if kept[at] else (packed[at].tobytes(), int(table.level[at]), must, alike)
            kind[at] = known.setdefault(key, len(known))
            if kind[at] == len(first):
                first.append(at)
        firsts = np.array(first, dtype=np.int64)
        mass = np.bincount(kind, table.work / MINUTE, minlength=len(first))
        soon = np.ones(len(first))
        np.minimum.at(soon, kind, table.soon / np.maximum(1, table.work))
        return cls(
            kind=kind,
            first=firsts,
            mass=np.asarray(mass, dtype=np.float64),
            soon=soon,
            single=kept[firsts],
        )


def bound(table: ProblemTable) -> Flags:
    """Return which demands an emergency or a deadline binds: one within somebody's time."""
    binding = int((table.levels < table.whole.max(initial=0)).sum())
    return np.asarray(table.must | (table.level < binding))
