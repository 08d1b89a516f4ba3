"""The ward's clock: real time, or a faster one for simulation and replay.

Every clinical time in the ward is read from one clock, so that a day can be lived in minutes
with the same code. The clock itself reads nothing: the edges of the programs pass the real
seconds in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WardClock:
    """Maps real time to ward time: ``start`` at ``origin``, running ``rate`` times as fast.

    Attributes:
        start: ward time at the origin; None means that ward time is real time.
        rate: ward seconds per real second.
        origin: real seconds since 1970 at which the ward clock showed ``start``.
    """

    start: datetime | None = None
    rate: float = 1.0
    origin: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a clock that stands still or runs backwards."""
        if self.rate <= 0:
            msg = f"the ward clock's rate must be above 0, not {self.rate}"
            raise ValueError(msg)

    def at(self, real_s: float) -> datetime:
        """Return the ward time (UTC) at ``real_s`` seconds since 1970."""
        if self.start is None:
            return datetime.fromtimestamp(real_s, UTC)
        return self.start + timedelta(seconds=(real_s - self.origin) * self.rate)

    def at_ms(self, real_s: float) -> int:
        """Return the ward time in milliseconds since 1970 at ``real_s``."""
        if self.start is None:
            return int(real_s * 1000)
        ward_s = self.start.timestamp() + (real_s - self.origin) * self.rate
        return int(ward_s * 1000)

    def real_seconds(self, ward_s: float) -> float:
        """Return how many real seconds ``ward_s`` ward seconds last."""
        return ward_s / self.rate if self.start is not None else ward_s
