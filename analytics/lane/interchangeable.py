"""Whether two lanes of one person will find the same of whatever comes, though they differ by risk.

A replay of two settings keeps one lane for both as long as it stands for both; this tells when two
that have parted may be one again.
"""

from analytics.domain.vitals import Metric
from analytics.lane.state import LaneState, Track
from analytics.lane.trends import DRIFTING

ROLLED = DRIFTING | {int(Metric.SPO2)}
"""Whose half-hours more than the risk reads: a rapid fall, and what drifts over days."""


def interchangeable(one: LaneState, other: LaneState, flicker_ms: int) -> bool:
    """Return whether two lanes will find the same of whatever comes: all but the risk is equal.

    Args:
        one: a lane's state.
        other: another's, of the same person.
        flicker_ms: for how long the start of a condition is of consequence.
    """
    since = one.asof_ms - flicker_ms
    return (
        one.on == other.on
        and _lately(one, since) == _lately(other, since)
        and (one.unused, one.history, one.weights, one.faulty)
        == (other.unused, other.history, other.weights, other.faulty)
        and (one.doubtful, one.unconfirmed, one.asof_ms, one.gained_from)
        == (other.doubtful, other.unconfirmed, other.asof_ms, other.gained_from)
        and one.drifts == other.drifts
        and (
            one.desaturation == other.desaturation
            or not (one.desaturation.areas or other.desaturation.areas)
        )
        and all(map(_same_track, range(len(one.tracks)), one.tracks, other.tracks))
    )


def _lately(state: LaneState, since: int) -> dict[str, list[int]]:
    found = {name: [at for at in starts if at >= since] for name, starts in state.starts.items()}
    return {name: starts for name, starts in found.items() if starts}


def _same_track(code: int, one: Track | None, other: Track | None) -> bool:
    if one is None or other is None:
        return one is other
    return (
        (one.t_ms, one.value, one.staff, one.every_ms)
        == (other.t_ms, other.value, other.staff, other.every_ms)
        and one.window == other.window
        and one.window_ms == other.window_ms
        and one.baseline == other.baseline
        and one.sources == other.sources
        and (code not in ROLLED or one.rolling == other.rolling)
    )
