"""Send window: at most 100 uncovered frames, each sent again when not covered in time.

The window is simply the oldest 100 frames of the spool: they leave it only when covered.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from device_sim.device.spool import FrameId, Spooled

WINDOW_FRAMES = 100
RESEND_AFTER_S = 300.0
MAX_RESEND_AFTER_S = 3_600.0


class _UnderWay(NamedTuple):
    again_at: float
    wait_s: float


class SendWindow:
    """The frames that were sent on this connection and are not covered yet."""

    def __init__(self, resend_after_s: float = RESEND_AFTER_S) -> None:
        self._first_wait_s = resend_after_s
        self._under_way: dict[FrameId, _UnderWay] = {}
        self._sent_before: set[FrameId] = set()
        self._earliest = math.inf

    def overdue(self, timer_s: float) -> bool:
        """Whether a frame under way should be sent again by now."""
        return timer_s >= self._earliest

    def reset(self) -> None:
        """A new connection: everything uncovered is sent again, oldest first."""
        self._sent_before.update(self._under_way)
        self._under_way.clear()
        self._earliest = math.inf

    def forget_frames(self, ids: Iterable[FrameId]) -> None:
        """These frames left the spool."""
        for frame_id in ids:
            self._under_way.pop(frame_id, None)
            self._sent_before.discard(frame_id)

    def frames_due(self, oldest: list[Spooled], timer_s: float) -> list[tuple[Spooled, bool]]:
        """The frames to send now, and whether each was sent before.

        Args:
            oldest: the oldest ``WINDOW_FRAMES`` frames of the spool, oldest first.
            timer_s: seconds on a clock that only grows.
        """
        first = self._first_wait_s
        to_send: list[tuple[Spooled, bool]] = []
        for spooled in oldest:
            current = self._under_way.get(spooled.id)
            if current is None:
                again = spooled.id in self._sent_before
                self._under_way[spooled.id] = _UnderWay(timer_s + first, first)
                to_send.append((spooled, again))
            elif current.again_at <= timer_s:
                wait_s = min(2 * current.wait_s, MAX_RESEND_AFTER_S)
                self._under_way[spooled.id] = _UnderWay(timer_s + wait_s, wait_s)
                to_send.append((spooled, True))
        if self.overdue(timer_s):
            ends = (current.again_at for current in self._under_way.values())
            self._earliest = min(ends, default=math.inf)
        elif to_send:
            self._earliest = min(self._earliest, timer_s + first)
        return to_send
