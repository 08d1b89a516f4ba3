"""From fractions to a whole plan: demands are packed into doctors as the relaxation says.

The first plan takes what is urgent and hard to place first. Packed after the relaxation, each
doctor gets about the minutes of each kind that the relaxation gave them; exchanges between pairs
of doctors then fill the last minutes of whoever costs less.
"""

import numpy as np

from analytics.allocation.kinds import MINUTE
from analytics.allocation.problem import UNMET
from analytics.allocation.relaxation import Relaxed
from analytics.allocation.table import NOBODY_BEFORE, Ints, ProblemTable, Room

_STAYS = 0.5
_PASSES = 4


def first_plan(table: ProblemTable, start: Ints | None = None) -> Ints:
    """Return a complete plan: the urgent and hard to place first, each where it costs least.

    What ``start`` has placed stays.
    """
    choice = np.full(len(table.work), UNMET, dtype=np.int64) if start is None else start.copy()
    room = Room(table, choice)
    for demand in _hardest_first(table):
        if choice[demand] == UNMET:
            _place(table, room, choice, int(demand), table.rates)
    return choice


def packed(table: ProblemTable, relaxed: Relaxed) -> Ints:
    """Return a whole plan after the relaxation.

    Who stays there stays; what the relaxation keeps whole goes where it has it.
    """
    choice = np.full(len(table.work), UNMET, dtype=np.int64)
    room = Room(table, choice)
    share = relaxed.share[relaxed.kind]
    whole = (share.max(axis=1, initial=0.0) * MINUTE >= table.work - 1) & relaxed.single[
        relaxed.kind
    ]
    fixed = np.where(whole, share.argmax(axis=1), UNMET)
    stays = (relaxed.stays > _STAYS) & table.movable
    fixed = np.where(stays, table.current, fixed)
    for demand in np.flatnonzero(fixed != UNMET).tolist():
        doctor = int(fixed[demand])
        if room.fits(demand)[doctor]:
            choice[demand] = doctor
            room.take(demand, doctor)
    wanted = relaxed.share * MINUTE
    for demand in _hardest_first(table):
        if choice[demand] == UNMET:
            share = wanted[relaxed.kind[demand]]
            short = np.maximum(0.0, table.work[demand] - share)
            doctor = _place(table, room, choice, int(demand), short * (1 + table.rates))
            if doctor != UNMET:
                share[doctor] -= table.work[demand]
    return choice


def cheaper(table: ProblemTable, choice: Ints) -> Ints:
    """Return the plan after exchanges that cost less and harm nothing else.

    Only what is bound by minutes alone is exchanged: no deadline that could be missed, nobody who
    has a doctor to stay with, nothing that must be.
    """
    choice = choice.copy()
    room = Room(table, choice)
    free = _free(table)
    ranked = np.argsort(table.rates, kind="stable")
    for _ in range(_PASSES):
        gained = 0
        for cheap in ranked:
            if room.planned[cheap] <= 0 or room.whole[cheap] <= 0:
                continue
            for dear in ranked[::-1]:
                if table.rates[dear] <= table.rates[cheap]:
                    break
                gained += _exchange(table, room, choice, free, (int(cheap), int(dear)))
        if not gained:
            break
    return choice


def _free(table: ProblemTable) -> Ints:
    """Return the demands that may be exchanged."""
    bound = table.levels < table.whole.max(initial=0)
    first_loose = int(bound.sum())  # levels beyond everybody's time bind nobody
    loose = (table.level >= first_loose) & ~table.must & ~table.movable
    return np.flatnonzero(loose)


def _exchange(
    table: ProblemTable, room: Room, choice: Ints, free: Ints, pair: tuple[int, int]
) -> int:
    """Let the cheap one of a pair do as much of the other's work as fits; return how often."""
    cheap, dear = pair
    done = 0
    while True:
        slack = min(room.planned[cheap], room.whole[cheap])
        if slack <= 0:
            return done
        to = choice[free]
        theirs = free[(to == dear) & table.able[free, cheap]]
        mine = free[(to == cheap) & table.able[free, dear]]
        if not len(theirs):
            return done
        given = np.concatenate([table.work[mine], [0]])
        more = table.work[theirs][:, None] - given[None, :]
        allowed = (more > 0) & (more <= slack)
        if room.places[cheap] <= 0:
            allowed[:, -1] = False
        if not allowed.any():
            return done
        a, b = np.unravel_index(np.argmax(np.where(allowed, more, 0)), more.shape)
        room.take(theirs[a], dear, -1)
        if b < len(mine):
            room.take(mine[b], cheap, -1)
            room.take(mine[b], dear)
            choice[mine[b]] = dear
        room.take(theirs[a], cheap)
        choice[theirs[a]] = cheap
        done += 1


def _place(table: ProblemTable, room: Room, choice: Ints, demand: int, price: Ints) -> int:
    """Give one demand to the best doctor with room: by the order of the aims, then ``price``."""
    options = room.fits(demand)
    if not options.any():
        return UNMET
    work = table.work[demand]
    before = table.current[demand]
    badness = (
        np.maximum(0, work - np.maximum(0, room.whole)) if table.must[demand] else None,
        table.lacks[demand] if table.must[demand] else None,
        room.late(demand),
        (np.arange(len(table.capacity)) != before) if before != NOBODY_BEFORE else None,
        price,
        -room.whole,
    )
    at = np.flatnonzero(options)
    for one in badness:
        if one is not None and len(at) > 1:
            mine = one[at]
            at = at[mine == mine.min()]
    doctor = int(at[0])
    choice[demand] = doctor
    room.take(demand, doctor)
    return doctor


def _hardest_first(table: ProblemTable) -> Ints:
    options = table.able.sum(axis=1)
    at = np.arange(len(table.work))
    keys = (at, -table.work, options, table.level, -table.urgency, ~table.must)
    return np.lexsort(keys)
