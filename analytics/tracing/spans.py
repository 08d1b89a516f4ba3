"""What is told of a frame's way: named stages with their times. No word about anybody."""

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

Said = Mapping[str, int]
_NOTHING: Said = MappingProxyType({})


class StageSpan(NamedTuple):
    """One part of the way.

    Attributes:
        name: of the stage.
        began_ns: real nanoseconds since 1970.
        ended_ns: likewise.
        said: counts, under names that begin with ``homeward.``; numbers alone, so that no word
            about a person can be among them.
    """

    name: str
    began_ns: int
    ended_ns: int
    said: Said = _NOTHING


class FrameTracer(Protocol):
    """Takes what is told of frames. It never waits, and what it cannot keep is lost."""

    def follows(self, frame_id: int) -> bool:
        """Whether a frame that leads to nothing is followed: one in so many."""

    def begin_trace(self, frame_id: int, whole: StageSpan, parts: Sequence[StageSpan]) -> None:
        """Tell the first part of a frame's way: the whole of it, and the stages within."""

    def add_stages(self, frame_id: int, parts: Sequence[StageSpan]) -> None:
        """Tell later parts of a way that another program began."""

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""


def now_ns() -> int:
    """Real nanoseconds since 1970: spans are of real time, whatever the ward's clock."""
    return time.time_ns()


def at_ns(monotonic_s: float) -> int:
    """When a moment of the monotonic clock was, in the same count."""
    return time.time_ns() - int((time.monotonic() - monotonic_s) * 1e9)
