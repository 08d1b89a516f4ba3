"""Numbers of a trace, from the frame that it follows.

Two programs that meet only in the database would have to carry a trace's number through it. They
need not: a frame's number is the same for both, so a digest of it is. Which frames are followed is
decided by that digest too, so both decide alike.
"""

from hashlib import blake2b
from typing import NamedTuple

_RANDOM_BITS = 56
"""The low bits by which OpenTelemetry's own samplers decide (W3C Trace Context, level 2)."""


class TraceIds(NamedTuple):
    """A trace's number (128 bits), and that of its first span (64 bits)."""

    trace: int
    root: int

    def within(self, share: float) -> bool:
        """Whether it is among this share of all traces."""
        return (self.trace & ((1 << _RANDOM_BITS) - 1)) < share * (1 << _RANDOM_BITS)


def ids_of(site: str, frame_id: int) -> TraceIds:
    """The numbers of a frame's trace.

    Args:
        site: whose database it is: frames of two sites may bear one number.
        frame_id: as stored.
    """
    digest = blake2b(f"{site}/{frame_id}".encode(), digest_size=24, person=b"homeward trace")
    made = digest.digest()
    # Neither may be 0: OpenTelemetry takes that for none.
    return TraceIds(int.from_bytes(made[:16]) or 1, int.from_bytes(made[16:]) or 1)
