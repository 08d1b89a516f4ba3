"""After an event: change no more than it asks for.

Who has somebody stays there as long as that harms no earlier aim. What the event has set free is
placed exactly, everything else frozen; only if something is amiss then (nobody has it, it is late,
more move than must) is the neighbourhood widened, and what comes out counts only if it is better in
the aims' own order, in which a move is worse than any cost.
"""

import random
from collections.abc import Callable

import numpy as np

from analytics.allocation.packing import first_plan
from analytics.allocation.problem import UNMET, Problem
from analytics.allocation.relaxation import Relaxation
from analytics.allocation.search import Search
from analytics.allocation.solver import AIMS, SEED, Solved, StopWatch, solve
from analytics.allocation.table import Ints, ProblemTable, Room, as_choice, order

STAYING = 0.5
"""From this share of demands on that can stay where they are, a plan is a re-plan."""
MOST_FREE = 150
ROUNDS = 6
"""Neighbourhoods that are tried for each aim in which something is amiss."""
_OFFERED = 12
_MOST_DOCTORS = 40
_FROZEN = 10**9
"""Urgency of what is frozen: nothing is worth letting go of it."""


def is_local(table: ProblemTable) -> bool:
    """Whether most demands have somebody who may keep them."""
    return bool(table.movable.mean() >= STAYING) if len(table.work) else False


def local_plan(
    table: ProblemTable, watch: StopWatch, better: Callable[[Solved], None] | None = None
) -> Solved:
    """Return the plan that changes least.

    Args:
        table: the problem, with who has whom now.
        watch: the time that is left.
        better: is told the first plan, in which everybody stays who can.
    """
    chance = random.Random(SEED)  # noqa: S311 - chance of a search
    search = Search(table=table, choice=kept_plan(table), watch=watch, chance=chance)
    if better is not None:
        better(Solved(choice=as_choice(search.choice), proved=False))
    before = search.choice.copy()
    _offer(search, _with_free_placed(table, before, watch))
    bounds = _bounds(search, watch.left_s / 2)
    for name in AIMS[:-2]:
        least = bounds[name]
        search.run(name, lambda n=name, b=least: getattr(table.aims(search.choice), n) <= b, ROUNDS)  # type: ignore[misc]
    aims = table.aims(search.choice)
    return Solved(
        choice=as_choice(search.choice),
        proved=all(getattr(aims, name) <= bounds[name] for name in AIMS[:-1]),
        cost_bound=max(bounds["cost"], 0 if aims.unmet else table.least_cost),
    )


def _bounds(search: Search, limit_s: float) -> dict[str, int]:
    """Return the least of each aim that is known, those before it held."""
    watch = StopWatch(limit_s)
    relaxation = Relaxation(search.table)
    aims = search.table.aims(search.choice)
    known = dict.fromkeys(AIMS[:-1], 0)
    known["moves"] = _least_moves(search.table)
    known["cost"] = 0 if aims.unmet else search.table.least_cost
    for name in ("cost", *AIMS[:-2]):
        if getattr(aims, name) > known[name]:
            relaxed = relaxation.solve(name, aims, watch.left_s / 2)
            known[name] = max(known[name], relaxed.bound if relaxed is not None else 0)
    return known


def _least_moves(table: ProblemTable) -> int:
    """Return how many move whatever is done: those whose person has gone or may not have them."""
    stays = table.movable & table.fitting
    return int(((table.current >= UNMET) & ~stays).sum())


def kept_plan(table: ProblemTable) -> Ints:
    """Return the plan in which everybody stays who can, and the fewest make room for the others.

    Where somebody's work does not fit any more, single demands leave: the one first whose leaving
    mends most, of equals the one that asks least.
    """
    stays = table.movable & table.fitting
    choice = np.where(stays, table.current, UNMET)
    room = Room(table, choice)
    for doctor in np.flatnonzero(room.excess() > 0).tolist():
        mine = np.flatnonzero(choice == doctor).tolist()
        while mine and room.excess()[doctor] > 0:
            leaves = min(mine, key=lambda one: _mends(table, room, doctor, one))
            mine.remove(leaves)
            choice[leaves] = UNMET
            room.take(leaves, doctor, -1)
    return first_plan(table, choice)


def _mends(table: ProblemTable, room: Room, doctor: int, demand: int) -> tuple[int, ...]:
    """Return what would be too much still without one demand, and what else speaks against it."""
    room.take(demand, doctor, -1)
    left = int(room.excess()[doctor])
    room.take(demand, doctor)
    return left, int(table.urgency[demand]), int(table.work[demand])


def _offer(search: Search, choice: Ints) -> None:
    if order(search.table.aims(choice)) < order(search.table.aims(search.choice)):
        search.choice = choice


def _with_free_placed(table: ProblemTable, choice: Ints, watch: StopWatch) -> Ints:
    """Return the plan with all that has not stayed placed exactly, the rest frozen."""
    free = np.flatnonzero((choice != table.current) | (choice == UNMET))
    if not 0 < len(free) <= MOST_FREE or not table.able[free].any():
        return choice
    frozen = choice.copy()
    frozen[free] = UNMET
    doctors = _useful(table, Room(table, frozen), free, choice)
    if not len(doctors):
        return choice
    sub = _around_frozen(table, frozen, free, doctors)
    here = np.full(len(table.capacity), UNMET, dtype=np.int64)
    here[doctors] = np.arange(len(doctors))
    blocks = len(sub.work) - len(free)
    start = [int(here[one]) if one != UNMET else UNMET for one in choice[free]]
    start += [options[0] for options in sub.able[len(free) :]]
    found = solve(sub, min(0.5, watch.left_s / 3), start=start, until="cost").choice
    given = np.array(found[: len(free)], dtype=np.int64)
    if any(one == UNMET for one in found[len(found) - blocks :]):
        return choice
    placed = given != UNMET
    frozen[free[placed]] = doctors[given[placed]]
    return frozen


def _useful(table: ProblemTable, room: Room, free: Ints, choice: Ints) -> Ints:
    """Return the doctors worth offering: for each free demand those with room who cost least."""
    chosen: dict[int, None] = {}
    ranked = []
    for demand in free.tolist():
        if choice[demand] != UNMET:
            chosen[int(choice[demand])] = None
        able = np.flatnonzero(room.fits(demand))
        cheap = able[np.lexsort((table.rates[able], room.late(demand)[able]))]
        ranked.append(cheap[:_OFFERED].tolist())
    for place in range(_OFFERED):
        for offers in ranked:
            if place < len(offers) and len(chosen) < max(_MOST_DOCTORS, len(free)):
                chosen[offers[place]] = None
    return np.array(sorted(chosen), dtype=np.int64)


def _around_frozen(table: ProblemTable, frozen: Ints, free: Ints, doctors: Ints) -> Problem:
    """Return the problem of the free demands, with what is frozen as blocks of each doctor's time.

    One block for all that a doctor has due by one level, what must be apart from the rest.
    """
    whole = table.problem
    here = {int(doctor): at for at, doctor in enumerate(doctors)}
    blocks: dict[tuple[int, int, bool], int] = {}
    due: dict[tuple[int, int, bool], int] = {}
    for demand in np.flatnonzero(frozen != UNMET).tolist():
        at = here.get(int(frozen[demand]))
        if at is not None:
            key = (at, int(table.level[demand]), bool(table.must[demand]))
            blocks[key] = blocks.get(key, 0) + int(table.work[demand])
            due[key] = due.get(key, 0) + int(table.soon[demand])
    room = Room(table, frozen)
    plain = [sum(1 for at, _, must in blocks if at == one and not must) for one in here.values()]
    levels = [*whole.levels(), None]
    demands = free.tolist()
    return Problem(
        work=(*(whole.work[one] for one in demands), *blocks.values()),
        due=(*(whole.due[one] for one in demands), *due.values()),
        capacity=tuple(whole.capacity[int(one)] for one in doctors),
        reserve=tuple(whole.reserve[int(one)] for one in doctors),
        places=tuple(
            max(0, int(room.places[int(one)])) + more
            for one, more in zip(doctors, plain, strict=True)
        ),
        rates=tuple(whole.rates[int(one)] for one in doctors),
        able=(
            *(tuple(here[d] for d in whole.able[one] if d in here) for one in demands),
            *((at,) for at, _, _ in blocks),
        ),
        lacks=(
            *({here[d]: n for d, n in whole.lacks[one].items() if d in here} for one in demands),
            *({} for _ in blocks),
        ),
        must=(*(whole.must[one] for one in demands), *(must for _, _, must in blocks)),
        urgency=(*(whole.urgency[one] for one in demands), *(_FROZEN for _ in blocks)),
        deadlines=(
            *(whole.deadlines[one] for one in demands),
            *(levels[level] for _, level, _ in blocks),
        ),
        current=(
            *(_before(whole.current[one], here) for one in demands),
            *(None for _ in blocks),
        ),
    )


def _before(current: int | None, here: dict[int, int]) -> int | None:
    return None if current is None else here.get(current, UNMET)
