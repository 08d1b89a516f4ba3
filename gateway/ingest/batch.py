"""One batch between its first read and its commit: what it knows and what it will write."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

from analytics.risk.model import PopulationModel
from gateway.admission.registry import Registry
from gateway.store.write_set import BatchWrites

if TYPE_CHECKING:
    from gateway.admission.verification import Number
    from gateway.ingest.decoding import InboundFrame
    from gateway.state.devices import DeviceState
    from gateway.store.batch_reads import Identity, Waiting


class FrameIds:
    """Frame ids from a block that the store gave; they grow along every lane."""

    BLOCK = 100_000

    def __init__(self) -> None:
        self._next = 0
        self._end = 0

    @property
    def left(self) -> int:
        """How many are left."""
        return self._end - self._next

    def refill(self, first: int) -> None:
        """Begin a new block."""
        self._next, self._end = first, first + self.BLOCK

    def drop(self) -> None:
        """Give up the block: buckets were taken, and ids must be above all that was stored."""
        self._next = self._end = 0

    def next(self) -> int:
        """The next id."""
        self._next += 1
        return self._next - 1


class StageTimes(NamedTuple):
    """When a batch's stages ended, on the monotonic clock; ``began_s``: the first began."""

    began_s: float
    read_s: float
    folded_s: float
    written_s: float
    committed_s: float

    def durations(self) -> Iterator[tuple[str, float]]:
        """Each stage's name and seconds."""
        names = ("read", "fold", "write", "commit")
        yield from zip(names, map(sub, self[1:], self), strict=True)


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one batch knows.

    Attributes:
        now_ms: ward time.
        now_s: monotonic real seconds.
        registry: as of the transaction.
        population: the model's version in force.
        in_episode: patients whose open alert lets baselines rest.
        ids: for the frames it will store.
        work: what it will write.
        kept: signed frames by identity: of those that are not fresh what the store and the
            quarantine hold, and what this batch has added to them.
        answered: digests of frames it handles, remembered after the commit.
        owed: devices to be told, with the boot and whether at once.
        asked: devices whose clock is to be asked for.
        greeted: devices that told their clock, as they do at every connect.
        waiting: what people have entered and no lane has folded yet.
        ignored: arrivals that are no frames to be handled: retained vitals, words on ``status``.
        unknown_members: of stored frames, that this version does not know.
        stored: the frames that it stores, by their ids; None: nobody follows any.
        times: of its stages, once it is committed.
    """

    now_ms: int
    now_s: float
    registry: Registry
    population: PopulationModel
    in_episode: frozenset[int]
    ids: FrameIds
    work: BatchWrites = field(default_factory=BatchWrites)
    kept: "dict[Identity, list[bytes]]" = field(default_factory=dict)
    answered: "list[tuple[bytes, Number]]" = field(default_factory=list)
    owed: "list[tuple[DeviceState, int, bool]]" = field(default_factory=list)
    asked: "list[DeviceState]" = field(default_factory=list)
    greeted: "list[DeviceState]" = field(default_factory=list)
    waiting: "list[Waiting]" = field(default_factory=list)
    accepted: int = 0
    duplicates: int = 0
    readings: int = 0
    ignored: int = 0
    unknown_members: int = 0
    lane_failures: int = 0
    stored: "dict[int, InboundFrame] | None" = None
    times: StageTimes | None = None

    def keeps(self, identity: "Identity", frame: bytes) -> None:
        """Note a frame that this batch stores or sets aside."""
        self.kept.setdefault(identity, []).append(frame)
