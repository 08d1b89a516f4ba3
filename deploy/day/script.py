"""What befalls a ward on the simulated day; pure, and the same again for the same seed.

The day begins at seven with the early shift. A tenth of the patients deteriorate, fall silent or
run out of battery at any hour; in an outbreak a twelfth of them fall ill with the lungs within
eight hours; at noon a doctor falls ill; at four the broker is away for half an hour. A shorter day
has all of it in the same order, but for the outage, which stays as long as it is.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from device_sim.fleet.script import ScriptLine
from device_sim.patients.scenarios import COURSES, Kind

DAY_H = 24.0
OUTAGE = timedelta(minutes=30)
UNNOTICED = timedelta(minutes=20)
"""So long after noon the coordinator enters the doctor's absence (proposed)."""
_OUTBREAK: tuple[Kind, ...] = ("sepsis", "hypoxia")
_ILL_SHARE, _OTHER_SHARE = 12, 10
_NOON, _OUTAGE_AT = 5.0, 9.0
_ILL_FROM, _ILL_UNTIL = 6.0, 14.0
_OTHER_FROM, _OTHER_UNTIL = 0.5, 20.0
_SETTLES_MS = 30 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScript:
    """The day of one ward.

    Attributes:
        start: ward time at which the account begins.
        end: when it ends.
        lines: what happens to which patient, for the simulator.
        outbreak: numbers of the patients who fall ill in the outbreak.
        ill_at: when a doctor falls ill ...
        absent_at: ... and when the rota says so.
        outage_at: when the broker goes ...
        outage_until: ... and comes back.
    """

    start: datetime
    end: datetime
    lines: Sequence[ScriptLine]
    outbreak: frozenset[int]
    ill_at: datetime
    absent_at: datetime
    outage_at: datetime
    outage_until: datetime


def write_day(start: datetime, *, hours: float, patients: int, seed: int) -> DayScript:
    """Return the script of a day.

    Args:
        start: ward time.
        hours: how long it lasts.
        patients: how many there are.
        seed: of all chance.
    """
    rng = random.Random(seed)  # noqa: S311 - a simulation
    ill = max(patients // _ILL_SHARE, 1)
    chosen = rng.sample(range(patients), min(ill + max(patients // _OTHER_SHARE, 1), patients))

    def at(hour: float) -> datetime:
        return start + timedelta(hours=hour * hours / DAY_H)

    outbreak = _lines(rng, chosen[:ill], _fitting(_OUTBREAK, hours), at(_ILL_FROM), at(_ILL_UNTIL))
    kinds = _fitting(tuple(COURSES), hours)
    others = _lines(rng, chosen[ill:], kinds, at(_OTHER_FROM), at(_OTHER_UNTIL))
    return DayScript(
        start=start,
        end=at(DAY_H),
        lines=sorted(outbreak + others, key=lambda line: line.at),
        outbreak=frozenset(chosen[:ill]),
        ill_at=at(_NOON),
        absent_at=at(_NOON) + UNNOTICED * min(1.0, hours / DAY_H * 4),
        outage_at=at(_OUTAGE_AT),
        outage_until=at(_OUTAGE_AT) + OUTAGE,
    )


def _fitting(kinds: Sequence[Kind], hours: float) -> list[Kind]:
    """Those that show themselves within a sixth of the day; the fastest of all, if none does."""
    longest = hours / 6 * 3_600_000
    fit = [kind for kind in kinds if COURSES[kind].ramp_ms + _SETTLES_MS <= longest]
    return fit or [min(kinds, key=lambda kind: COURSES[kind].ramp_ms)]


def _lines(
    rng: random.Random,
    numbers: Sequence[int],
    kinds: Sequence[Kind],
    first: datetime,
    last: datetime,
) -> list[ScriptLine]:
    onsets = sorted(rng.random() for _ in numbers)
    return [
        ScriptLine(patient=number, kind=kinds[n % len(kinds)], at=first + (last - first) * onset)
        for n, (number, onset) in enumerate(zip(numbers, onsets, strict=True))
    ]
