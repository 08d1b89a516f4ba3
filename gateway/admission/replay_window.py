"""Anti-replay window: the sequence numbers of one boot of one device that were handled.

A number is handled once its frame is stored or safely in quarantine. Everything up to ``upto`` is;
above it, ranges. A hole is never stepped over: ``acks`` covers only what is handled, so the
device keeps what we do not have. Numbers more than ``WINDOW`` below the highest are no longer
accepted; whether such a frame was stored long ago is asked of the store.
"""

from bisect import bisect_right
from enum import IntEnum

from gateway import wire
from gateway.admission.clock_offset import UNKNOWN, OffsetBounds

WINDOW = 4_096
MAX_REFUSED = 32
MAX_NEWS = 128


class SeqStatus(IntEnum):
    """Where a sequence number falls."""

    FRESH = 0
    HANDLED = 1
    BELOW = 2


class ReplayWindow:
    """The state of one boot; changed only by the pipeline, thrown away when a commit fails."""

    __slots__ = (
        "acked_ms",
        "boot",
        "clock",
        "duplicates",
        "highest",
        "news",
        "ranges",
        "received_ms",
        "refused",
        "stored",
        "upto",
    )

    def __init__(self, boot: int) -> None:
        self.boot = boot
        self.upto = 0
        self.highest = 0
        self.ranges: list[list[int]] = []
        self.refused: list[tuple[int, str]] = []
        self.news: list[int] = []
        self.stored = 0
        self.duplicates = 0
        self.received_ms = 0
        self.acked_ms: int | None = None
        self.clock: OffsetBounds = UNKNOWN

    def status(self, seq: int) -> SeqStatus:
        """Where ``seq`` falls."""
        if seq > self.highest:
            return SeqStatus.FRESH
        if seq <= self.upto or self._in_ranges(seq):
            return SeqStatus.HANDLED
        return SeqStatus.BELOW if seq <= self.highest - WINDOW else SeqStatus.FRESH

    def _in_ranges(self, seq: int) -> bool:
        at = bisect_right(self.ranges, [seq, wire.MAX_SEQ]) - 1
        return at >= 0 and self.ranges[at][1] >= seq

    def mark_handled(self, seq: int) -> None:
        """Count ``seq`` as handled; again changes nothing."""
        if seq > self.highest:  # noqa: PLR1730 - paid by each frame
            self.highest = seq
        self.note_news(seq)
        if seq == self.upto + 1 and not self.ranges:
            self.upto = seq
        elif seq > self.upto and not self._in_ranges(seq):
            self._insert(seq)

    def _insert(self, seq: int) -> None:
        ranges = self.ranges
        at = bisect_right(ranges, [seq, seq])
        if at and ranges[at - 1][1] == seq - 1:
            at -= 1
            ranges[at][1] = seq
        else:
            ranges.insert(at, [seq, seq])
        if at + 1 < len(ranges) and ranges[at + 1][0] == seq + 1:
            ranges[at][1] = ranges.pop(at + 1)[1]
        if ranges[0][0] == self.upto + 1:
            self.upto = ranges.pop(0)[1]
        if len(ranges) > WINDOW // 2:
            del ranges[0]

    def handle_run(self, first: int, last: int) -> None:
        """Count ``first`` to ``last`` as handled; runs come in order, each above the one before."""
        self.highest = last
        if first == self.upto + 1:
            self.upto = last
        else:
            self.ranges = [*self.ranges, [first, last]][-WINDOW // 2 :]

    def refuse(self, seq: int, reason: str) -> None:
        """Count ``seq`` as handled in quarantine and say why, each number once."""
        self.mark_handled(seq)
        others = [pair for pair in self.refused if pair[0] != seq]
        self.refused = [*others, (seq, reason)][-MAX_REFUSED:]

    def note_news(self, seq: int) -> None:
        """Have the next acknowledgement speak of ``seq``."""
        if len(self.news) < MAX_NEWS:
            self.news.append(seq)

    def acks(self) -> wire.BootAcks:
        """What is handled, as ``acks/1`` says it: at most 32 ranges, those with news first."""
        return wire.BootAcks(
            boot=self.boot, upto=self.upto, also=self._told_ranges(), refused=list(self.refused)
        )

    def _told_ranges(self) -> list[tuple[int, int]]:
        ranges = self.ranges
        if len(ranges) <= wire.MAX_ALSO_RANGES:
            return [(first, last) for first, last in ranges]
        places = (bisect_right(ranges, [seq, wire.MAX_SEQ]) - 1 for seq in reversed(self.news))
        chosen = dict.fromkeys(at for at in places if at >= 0)
        newest = range(len(ranges) - 1, -1, -1)
        told = list(dict.fromkeys([*chosen, *newest]))[: wire.MAX_ALSO_RANGES]
        return [(ranges[at][0], ranges[at][1]) for at in sorted(told)]
