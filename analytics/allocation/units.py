"""Things that are counted, as beds and concentrators are: who has the next one, what is short.

Each is one patient's at a time and nobody's is taken away, so that the best order is plain: the
most urgent of those who wait, of equals who has waited longest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRequest:
    """Somebody who waits for one: since when (any clock), and how urgent they are (0 to 20)."""

    patient: str
    acuity: int
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlan:
    """What to do with the free ones.

    Attributes:
        give: who is to have one now, the most urgent first.
        wait: who waits on.
        free: how many nobody has.
        short: how many more there would have to be.
    """

    give: list[str] = field(default_factory=list)
    wait: list[str] = field(default_factory=list)
    free: int = 0
    short: int = 0


def share_units(count: int, used: int, waiting: Sequence[UnitRequest]) -> UnitPlan:
    """Return who is to have what is free.

    Args:
        count: how many there are.
        used: how many are somebody's; more than ``count`` if some were taken out of use.
        waiting: who wants one.
    """
    order = sorted(waiting, key=lambda one: (-one.acuity, one.since, one.patient))
    free = max(0, count - used)
    return UnitPlan(
        give=[one.patient for one in order[:free]],
        wait=[one.patient for one in order[free:]],
        free=free,
        short=max(0, used + len(order) - count),
    )
