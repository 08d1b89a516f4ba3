"""A year of a plan's cells by chance: machines fail, frames wait and are caught up with.

Frames arrive by the hour of the day. While a cell stores nothing they wait in the devices; then
they are caught up with at what the cell's workers can do beside what goes on coming. The same seed
gives the same year.
"""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from deploy.bench.plan_sizing import CellPlan, PlanInputs

DAY_S, YEAR_S = 86_400.0, 365 * 86_400.0
LATE_S = 120.0
"""A reading stored so much later than it was measured is counted as waiting too long (proposed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureInputs:
    """How often things fail and how long that lasts, in seconds. Assumed, but for what is said.

    Attributes:
        machine_mtbf_days: between two failures of one machine.
        repair_hours: until it is replaced.
        promotion_s: a database is lost until its standby takes writes (30: the bound that the
            fail-over is held to).
        take_over_s: a worker or the alert engine is lost until another works (10: likewise).
        site_outages_year: times a year that a whole site is cut off or without power ...
        site_hours: ... for so long.
        sites: places that cells are spread over.
        restore_hours: both databases of a cell are lost until the backup is restored.
    """

    machine_mtbf_days: float = 1_000.0
    repair_hours: float = 8.0
    promotion_s: float = 30.0
    take_over_s: float = 10.0
    site_outages_year: float = 0.5
    site_hours: float = 2.0
    sites: int = 3
    restore_hours: float = 6.0


@dataclass(slots=True, kw_only=True)
class YearOfCells:
    """What a year came to.

    Attributes:
        outages: times that a cell stored nothing, or raised no alert.
        restores: cells that lost both databases at once.
        down_s: seconds of cells in outages.
        longest_s: the longest outage: so long its first frame waited.
        caught_up_s: the longest until all that waited was stored, after an outage.
        late: patient-minutes of readings stored later than ``LATE_S``.
        most_waiting: most frames that waited in one cell.
        most_people: most people whose readings were not stored at one moment.
    """

    outages: int = 0
    restores: int = 0
    down_s: float = 0.0
    longest_s: float = 0.0
    caught_up_s: float = 0.0
    late: float = 0.0
    most_waiting: float = 0.0
    most_people: int = 0


def load(at_s: float, plan: CellPlan, inputs: PlanInputs) -> float:
    """Frames a second of a cell at a moment of the year: the peak is in the evening."""
    mean = plan.frames_s / inputs.peak
    swing = mean * (inputs.peak - 1)
    return max(0.0, mean + swing * math.sin(2 * math.pi * (at_s % DAY_S) / DAY_S - 2.0))


def simulate(
    plan: CellPlan, cells: int, inputs: PlanInputs, failures: FailureInputs, seed: int
) -> YearOfCells:
    """Return a year of all cells.

    Args:
        plan: of each cell.
        cells: how many there are.
        inputs: of the plan.
        failures: how things fail.
        seed: of chance.
    """
    chance, year = random.Random(seed), YearOfCells()  # noqa: S311 - a simulation
    downs: list[tuple[float, float]] = []
    sites = [list(_site_outages(chance, failures)) for _ in range(failures.sites)]
    for number in range(cells):
        mine = list(_cell_outages(chance, plan, failures, year))
        for start, end in _joined(mine + sites[number % failures.sites]):
            downs.append((start, end))
            _count(year, start, end, plan, inputs)
    year.most_people = _at_once(downs) * plan.patients
    return year


def _moments(chance: random.Random, mean_s: float) -> Iterator[float]:
    at = chance.expovariate(1 / mean_s)
    while at < YEAR_S:
        yield at
        at += chance.expovariate(1 / mean_s)


def _site_outages(chance: random.Random, failures: FailureInputs) -> Iterator[tuple[float, float]]:
    if failures.site_outages_year:
        for at in _moments(chance, YEAR_S / failures.site_outages_year):
            yield at, at + chance.expovariate(1 / (failures.site_hours * 3_600))


def _cell_outages(
    chance: random.Random, plan: CellPlan, failures: FailureInputs, year: YearOfCells
) -> Iterator[tuple[float, float]]:
    """Where a pair loses its second machine before the first is replaced, nothing stands by."""
    mtbf, repair = failures.machine_mtbf_days * DAY_S, failures.repair_hours * 3_600
    for name, (count, _, _) in plan.machines.items():
        whole_again = 0.0
        for at in _moments(chance, mtbf / count):
            lonely, whole_again = at < whole_again, at + repair
            if name == "database" and lonely:
                year.restores += 1
                yield at, at + failures.restore_hours * 3_600
            elif name == "database" and chance.random() < 1 / count:  # else it was the standby
                yield at, at + failures.promotion_s
            elif name == "worker" or (name == "API" and chance.random() < 1 / count):
                yield at, at + failures.take_over_s
            elif name in {"door", "API"} and lonely and count == 2:  # noqa: PLR2004 - a pair
                yield at, at + repair


def _joined(spans: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    last: tuple[float, float] | None = None
    for start, end in sorted(spans):
        if last is not None and start <= last[1]:
            last = last[0], max(last[1], end)
        else:
            if last is not None:
                yield last
            last = start, end
    if last is not None:
        yield last


def _count(year: YearOfCells, start: float, end: float, plan: CellPlan, inputs: PlanInputs) -> None:
    lost, rate = end - start, load(start, plan, inputs)
    room = (plan.workers - 1) / max(plan.cores["gateway"], 1e-9) * plan.frames_s - rate
    waiting = rate * lost
    caught_up = waiting / room if room > 0 else math.inf
    year.outages += 1
    year.down_s += lost
    year.longest_s = max(year.longest_s, lost)
    year.caught_up_s = max(year.caught_up_s, caught_up)
    year.most_waiting = max(year.most_waiting, waiting)
    if lost > LATE_S:
        until = (lost - LATE_S) * (1 + caught_up / lost)
        year.late += plan.patients * min(until, YEAR_S) / 60


def _at_once(downs: list[tuple[float, float]]) -> int:
    """Return how many cells were down at one moment at most."""
    most, open_now = 0, list[float]()
    for start, end in sorted(downs):
        while open_now and open_now[0] <= start:
            heapq.heappop(open_now)
        heapq.heappush(open_now, end)
        most = max(most, len(open_now))
    return most
