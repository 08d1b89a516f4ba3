"""All that a lane remembers of one patient: plain numbers, bounded, written as one snapshot.

Everything the fold reads between frames is in here and nowhere else (law 5): a lane restored
from its snapshot goes on bit for bit as the one that was never stopped.
"""

import msgspec
from msgspec import Struct, field

from analytics.domain.vitals import Metric
from analytics.errors import SnapshotError
from analytics.glucose.trace import GlucoseTrace
from analytics.risk.baseline import Baseline
from analytics.risk.features import Rolling
from analytics.risk.labels import Pending
from analytics.risk.trajectory import Trajectory
from analytics.rules.desaturation import Desaturation
from analytics.rules.drift import Drift
from analytics.rules.hysteresis import ActiveCondition

FORMAT = 9
READABLE = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9})
"""A format of before only lacks the last fields of its records, which begin empty."""
WINDOW_MOST = 31
WINDOW_SPACING_MS = 2_000
QUALITY_MS = 6 * 3_600_000
"""After so long a reading weighs half in the quality of what comes (proposed)."""
SOURCES = 4


_MOST_PACES = 8
"""A silence counts as at most so many usual ones when the pace is learnt."""


class MetricSource(Struct, array_like=True, gc=False):
    """One device's newest good value of a metric, and since when it has been this very value.

    Attributes:
        t_ms: its event time.
        value: in the metric's unit.
        since_ms: event time of the first of the unbroken run of this value.
        count: readings in that run.
    """

    t_ms: int
    value: float
    since_ms: int
    count: int = 1


class Unused(Struct, array_like=True, gc=False):
    """Readings of one metric that count for nothing and are newer than its good ones.

    Attributes:
        since_ms: event time of the first.
        t_ms: of the newest.
        count: how many.
        value: the newest value, as it was sent.
        reason: ``out_of_range``, ``from_the_future``, ``units``, ``no_reading``,
            ``another_person`` or ``implausible``.
        hint: what it may be, in words.
        device: who sent it; empty: a person.
        lost: whether the score loses the metric meanwhile.
    """

    since_ms: int
    t_ms: int
    count: int
    value: float
    reason: str
    hint: str
    device: str
    lost: bool


class Track(Struct, array_like=True, gc=False):
    """One metric's newest good reading and its recent past.

    Attributes:
        t_ms: event time of the newest good reading.
        value: what counts of it, in the metric's unit: of a stream the window's median.
        staff: whether a person entered it.
        window_ms: event times of the recent window (streams only).
        window: their values, as they were measured.
        rolling: half-hour buckets of the last hours.
        baseline: what is usual for this person.
        sources: newest good value by device, of at most four of them.
        every_ms: what usually lies between two readings; 0: not known yet.
    """

    t_ms: int
    value: float
    staff: bool
    window_ms: list[int] = field(default_factory=list)
    window: list[float] = field(default_factory=list)
    rolling: Rolling = field(default_factory=Rolling)
    baseline: Baseline = field(default_factory=Baseline)
    sources: dict[str, MetricSource] = field(default_factory=dict)
    every_ms: int = 0

    def begin(self, device: str, value: float, t_ms: int) -> MetricSource:
        """Take the first good value of a device; the one heard longest ago makes room."""
        if len(self.sources) >= SOURCES:
            oldest = min(self.sources, key=lambda name: self.sources[name].t_ms)
            del self.sources[oldest]
        source = self.sources[device] = MetricSource(t_ms, value, t_ms)
        return source

    def follow(self, t_ms: int) -> None:
        """Learn how often the metric comes; one long silence among many readings changes little."""
        every, apart = self.every_ms, t_ms - self.t_ms
        if apart <= 0 or apart == every:
            return
        if every == 0:
            self.every_ms = apart
            return
        most = _MOST_PACES * every
        learnt = every + ((most if most < apart else apart) - every) // 4 or 1  # noqa: FURB136 - paid by each value
        if learnt != every:
            self.every_ms = learnt

    def median(self, value: float, span_ms: int) -> float:
        """Put a value, the newest, into the window and return the median of the window."""
        times, values = self.window_ms, self.window
        now = self.t_ms
        if times and now - times[-1] < WINDOW_SPACING_MS:
            values[-1] = value
        else:
            times.append(now)
            values.append(value)
        drop = 0
        while now - times[drop] > span_ms or len(times) - drop > WINDOW_MOST:
            drop += 1
        if drop:
            del times[:drop], values[:drop]
        count = len(values)
        if count == 1:
            return values[0]
        if count == 2:  # noqa: PLR2004 - nothing to sort
            return (values[0] + values[1]) / 2
        ordered = sorted(values)
        middle = count // 2
        return ordered[middle] if count % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class Shares(Struct, array_like=True, gc=False):
    """How much of what came lately was good: counts that fade with time.

    Attributes:
        t_ms: event time of the newest.
        good: readings that counted.
        bad: readings that did not.
    """

    t_ms: int = 0
    good: float = 0.0
    bad: float = 0.0

    def note(self, now_ms: int, good: int, bad: int) -> None:
        """Count what one moment brought; what is older than a few hours hardly counts."""
        apart = now_ms - self.t_ms
        if not good and not bad:
            return
        if apart > 0:
            if self.t_ms:
                keep = QUALITY_MS / (QUALITY_MS + apart)
                self.good *= keep
                self.bad *= keep
            self.t_ms = now_ms
        self.good += good
        self.bad += bad

    @property
    def share(self) -> float | None:
        """The share of good ones; None: nothing has come."""
        every = self.good + self.bad
        return self.good / every if every else None


def no_tracks() -> list[Track | None]:
    """Return an empty place for every metric, by its code."""
    return [None] * (max(Metric) + 1)


class LaneState(Struct, array_like=True):
    """The state of one patient's lane.

    Attributes:
        tracks: by metric code.
        asof_ms: newest event time of a good reading.
        assessed_ms: event time of the newest assessment.
        example_ms: event time of the newest training example.
        on: conditions that are on.
        history: conditions said from back-fill, with the event time last said.
        pending: examples that wait for their label, oldest first.
        doubtful: metrics whose newest reading is bad and came late (a mask by code; bit 0, which
            is no metric's, is NEWS2 as it was last judged late).
        unconfirmed: whether that was said and nothing fresh has followed.
        starts: event times of the last starts of conditions of streams.
        unused: readings that count for nothing, by metric code, until a good one follows.
        weights: event time and kg of the last days' good weights, oldest first.
        gained_from: the weight from which the gain that is on was reckoned; 0: none is on.
        since_ms: beginning of the stay; what was measured before it is not of this lane.
        faulty: by metric code the device of which something technical is told; its own good
            readings alone end that.
        trajectory: how NEWS2 has gone so far.
        shares: how much of what came lately was good.
        desaturation: what lay below the SpO2 limit within the last hour.
        drifts: days of the metrics that are watched over days, by code.
        glucose: its last hour, for the forecast.
    """

    tracks: list[Track | None] = field(default_factory=no_tracks)
    asof_ms: int = 0
    assessed_ms: int = 0
    example_ms: int = 0
    on: dict[str, ActiveCondition] = field(default_factory=dict)
    history: dict[str, int] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    doubtful: int = 0
    unconfirmed: bool = False
    starts: dict[str, list[int]] = field(default_factory=dict)
    unused: dict[int, Unused] = field(default_factory=dict)
    weights: list[tuple[int, float]] = field(default_factory=list)
    gained_from: float = 0.0
    since_ms: int = 0
    faulty: dict[int, str] = field(default_factory=dict)
    trajectory: Trajectory = field(default_factory=Trajectory)
    shares: Shares = field(default_factory=Shares)
    desaturation: Desaturation = field(default_factory=Desaturation)
    drifts: dict[int, Drift] = field(default_factory=dict)
    glucose: GlucoseTrace = field(default_factory=GlucoseTrace)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[int, LaneState])


def encode(state: LaneState) -> bytes:
    """Return the state as bytes (msgpack of plain numbers, with the format's version)."""
    return _ENCODER.encode((FORMAT, state))


def decode(data: bytes) -> LaneState:
    """Return the state that :func:`encode` wrote.

    Raises:
        SnapshotError: if the bytes are damaged or of another format.
    """
    try:
        version, state = _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"a lane's snapshot cannot be read: {error}") from error
    if version not in READABLE:
        raise SnapshotError(f"a lane's snapshot has format {version}, not {FORMAT}")
    return state
