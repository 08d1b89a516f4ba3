"""Rate limit of one device: a token bucket, filled evenly, with room for catch-up.

Checked before signatures, since a signature check is what a flood would buy. The devices' names
come from the broker's access lists, so a flood empties its own sender's bucket and no other.

A device that catches up is slowed before it is refused: what it may have on the way is a window,
and it is not told that its window is free again before its bucket holds another (``wait_s``).
"""

from dataclasses import dataclass

SWEEP_EVERY_S = 60.0
ROOM = 200.0
"""Tokens for a whole window (100 frames), and as many for what lies in the gateway's queue: it is
charged by its arrival, when the bucket was that much emptier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRules:
    """Tokens a second of real time, and how many may be saved up for catching up."""

    per_s: float
    burst: float


class RateLimiter:
    """The buckets; a full one is forgotten, so memory holds only who sent lately."""

    __slots__ = ("_levels", "_rules", "_swept")

    def __init__(self, rules: RateRules) -> None:
        self._rules = rules
        self._levels: dict[str, tuple[float, float]] = {}
        self._swept = 0.0

    def try_acquire(self, name: str, now_s: float) -> bool:
        """Take one token of ``name``'s at ``now_s`` (monotonic seconds); False: none is left."""
        rules = self._rules
        known = self._levels.get(name)
        level = rules.burst
        if known is not None:
            filled = known[0] + (now_s - known[1]) * rules.per_s
            level = filled if filled < level else level  # noqa: FURB136 - paid by each frame
        if level < 1.0:
            return False
        self._levels[name] = (level - 1.0, now_s)
        return True

    def wait_s(self, name: str, now_s: float) -> float:
        """Seconds until ``name`` may send a whole window again; 0 for all but the busiest.

        Any thread may ask.
        """
        known = self._levels.get(name)
        if known is None:
            return 0.0
        rules = self._rules
        missing = min(ROOM, rules.burst) - known[0] - (now_s - known[1]) * rules.per_s
        return missing / rules.per_s if missing > 0.0 else 0.0

    def charge(self, name: str, cost: float) -> None:
        """Take ``cost`` more of ``name``'s tokens, as a debt if need be.

        What it sent was worth nothing. Without debts the next token would buy the next check.
        """
        known = self._levels.get(name)
        if known is not None:
            self._levels[name] = (known[0] - cost, known[1])

    def refill(self, name: str) -> None:
        """Fill ``name``'s bucket: it was punished unjustly."""
        self._levels.pop(name, None)

    def sweep(self, now_s: float) -> None:
        """Forget the buckets that are full again; at most once a minute: it looks at all."""
        if now_s - self._swept < SWEEP_EVERY_S:
            return
        self._swept = now_s
        rules = self._rules
        full = [
            name
            for name, (level, at) in list(self._levels.items())
            if level + (now_s - at) * rules.per_s >= rules.burst
        ]
        for name in full:
            self._levels.pop(name, None)

    def __len__(self) -> int:
        return len(self._levels)
