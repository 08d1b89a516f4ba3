"""How good warnings of low glucose are: lows that had one, false ones, how long before.

A warning within the hour before a low counts for it; one without a low in the hour after it is
false (proposed). Warnings that follow each other within half an hour are one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.glucose.ranges import GAP_MS

Floats = NDArray[np.float64]
LOW = 70.0
LEAD_MS = 60 * 60_000
_BEFORE = 6


class LowsWarned(NamedTuple):
    """Of one wearer: how many lows, how many of them warned of, false warnings, minutes before."""

    lows: int
    warned: int
    false: int
    minutes: tuple[float, ...]


def judged(times: Floats, values: Floats, warnings: Floats) -> LowsWarned:
    """Hold one wearer's warnings against what came.

    Args:
        times: of the readings, ascending, ms.
        values: mg/dL.
        warnings: times of the readings at which a warning stood.
    """
    found = onsets(times, values)
    minutes: list[float] = []
    for onset in found:
        before = warnings[(warnings < onset) & (warnings >= onset - LEAD_MS)]
        if len(before):
            minutes.append(float(onset - before[0]) / 60_000)
    starts = warnings[np.diff(warnings, prepend=-np.inf) > GAP_MS]
    after = np.append(times[values < LOW], np.inf)
    next_low = after[np.searchsorted(after, starts)]
    false = int((next_low - starts > LEAD_MS).sum())
    return LowsWarned(len(found), len(minutes), false, tuple(minutes))


def onsets(times: Floats, values: Floats) -> list[float]:
    """Return times of first lows after half an hour without, with readings all the while."""
    found, low_at = [], -np.inf
    for at in range(_BEFORE, len(values)):
        if values[at] < LOW:
            whole = times[at] - times[at - _BEFORE] <= GAP_MS * 1.2
            if times[at] - low_at > GAP_MS and whole:
                found.append(float(times[at]))
            low_at = times[at]
    return found


def median(every: Sequence[LowsWarned]) -> float:
    """Return the median of the minutes by which lows were warned of; 0: none was."""
    minutes = [one for wearer in every for one in wearer.minutes]
    return float(np.median(minutes)) if minutes else 0.0
