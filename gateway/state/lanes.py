"""The patients' lanes in memory: folded in order, thrown away when a commit fails.

A lane that is not here is rebuilt from its snapshot and the frames stored since, with the care
plan, the model's version and the episodes that each of those folds used (law 5). Idle lanes are
dropped: their last frames are in the store, and their snapshot is near.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from analytics.domain.care import CarePlan
from analytics.domain.vitals import Metric, Quality
from analytics.errors import SnapshotError
from analytics.lane.lane import Assessment, Outcome, PatientLane
from analytics.policy import Policy
from analytics.readings import Measurement, Reading
from analytics.risk.model import PopulationModel

_NAMES = {int(metric): metric.wire_name for metric in Metric}
_CODES = {name: code for code, name in _NAMES.items()}
_QUALITIES = {int(quality): quality.name.lower() for quality in Quality}
HOUR_MS = 3_600_000
_SCORED = frozenset(int(quality) for quality in Quality if quality.scored)


class Latest(msgspec.Struct, frozen=True, gc=False):
    """The newest reading of one metric, as ``patient_now.latest`` holds it.

    Attributes:
        t: event time, milliseconds since 1970.
        v: value, in the metric's unit.
        q: quality, by name.
        device: who measured it; None: a person entered it.
        g: event time of the newest reading good enough for a score: poor ones cover nothing.
    """

    t: int
    v: float
    q: str
    device: str | None
    g: int | None = None


_latest_decoder = msgspec.json.Decoder(dict[str, Latest])
_encoder = msgspec.json.Encoder()


class CachedLane:
    """One lane and what is written down about it."""

    __slots__ = (
        "assessment",
        "due_s",
        "folds",
        "frame_id",
        "high",
        "lane",
        "latest",
        "low",
        "measured_ms",
        "open_hour",
        "past_ms",
        "received_ms",
        "risk",
        "risk_told",
    )

    def __init__(self, lane: PatientLane) -> None:
        self.lane = lane
        self.frame_id = 0
        self.folds = 0
        self.due_s = 0.0
        self.received_ms = 0
        self.latest: dict[str, Latest] = {}
        self.measured_ms: int | None = None
        self.open_hour = -1
        self.past_ms = 0
        self.low: int | None = None
        self.high: int | None = None
        self.risk: float | None = None
        self.risk_told = 0.0
        self.assessment: Assessment | None = None

    def note_latest(self, samples: Iterable[Measurement], device: str | None) -> None:
        """Remember the newest reading of each metric."""
        latest, since_ms = self.latest, self.lane.since_ms
        for sample in samples:
            t_ms, quality = sample.t_ms, sample.quality
            if t_ms < since_ms:
                continue  # of an earlier stay
            name = _NAMES[sample.metric]
            known = latest.get(name)
            if known is None or t_ms >= known.t:
                good: int | None = t_ms
                if quality not in _SCORED:
                    good = None if known is None else known.g
                latest[name] = Latest(t_ms, sample.value, _QUALITIES[quality], device, good)

    def hours_written(self, times_ms: Iterable[int]) -> list[int]:
        """The hours (since 1970) of these that must be noted as written into.

        The newest hour of a lane is noted once, and stays open until a newer one is; each other is
        noted each time.
        """
        known = self.open_hour
        hours = {t_ms // HOUR_MS for t_ms in times_ms}
        hours.discard(known)
        self.open_hour = max(known, *hours) if hours else known
        return sorted(hours)

    def begin(self) -> None:
        """Forget what was shown of an earlier stay; the lane itself begins anew by its fold."""
        self.latest = {}
        self.measured_ms = self.low = self.high = self.risk = self.assessment = None

    def show(self, made: Assessment | None) -> None:
        """Take an assessment as the newest; None: there is none."""
        self.assessment = made
        self.measured_ms = None if made is None else made.time_ms
        self.low, self.high, self.risk = (
            (None, None, None)
            if made is None
            else (made.low, made.high, made.risk if made.risk_proven else None)
        )

    def forget(self, metrics: Iterable[int]) -> None:
        """Forget the newest readings of these metrics."""
        for metric in metrics:
            self.latest.pop(_NAMES[metric], None)

    def put(self, sample: Measurement, device: str | None, good_ms: int | None) -> None:
        """Take a stored reading as the newest of its metric."""
        quality = _QUALITIES[sample.quality]
        self.latest[_NAMES[sample.metric]] = Latest(
            sample.t_ms, sample.value, quality, device, good_ms
        )

    def latest_json(self) -> bytes:
        """The newest readings, for the panel."""
        return _encoder.encode(self.latest)

    def load_latest(self, latest: bytes | None) -> None:
        """Take the newest readings from what the panel was last shown."""
        if latest:
            known = _latest_decoder.decode(latest)
            self.latest = {name: one for name, one in known.items() if name in _CODES}


class Fold(NamedTuple):
    """One stored fold, to be done again: a frame's readings or a person's input.

    Attributes:
        policy: what the patient is judged by, of the settings that were in force.
        outcome: (event time, deteriorated) of a clinician's outcome; else None.
        begins_ms: when a new stay began; else None.
    """

    reading: Reading | None
    plan: CarePlan
    population: PopulationModel
    in_episode: bool
    frame_id: int
    policy: Policy
    outcome: tuple[int, bool] | None = None
    begins_ms: int | None = None


def fold_again(lane: PatientLane, fold: Fold) -> Outcome | None:
    """Do one fold; the one way in which a lane's state ever changes."""
    lane.policy = fold.policy
    if fold.begins_ms is not None:
        lane.begin(fold.begins_ms)
        return Outcome(None, [], [], changed=True)
    if fold.reading is not None:
        return lane.fold(fold.reading, fold.plan, fold.population, fold.in_episode)
    if fold.outcome is not None:
        at_ms, deteriorated = fold.outcome
        return Outcome(None, [], lane.outcome(at_ms, deteriorated=deteriorated), changed=True)
    return None


class LaneCache:
    """The lanes in memory, least recently used first."""

    def __init__(self, policy: Policy, capacity: int) -> None:
        self._policy = policy
        self._capacity = capacity
        self._holds: OrderedDict[int, CachedLane] = OrderedDict()

    def get(self, patient_no: int) -> CachedLane | None:
        """The lane, which then counts as used."""
        hold = self._holds.get(patient_no)
        if hold is not None:
            self._holds.move_to_end(patient_no)
        return hold

    def missing(self, patients: Iterable[int]) -> list[int]:
        """Those of ``patients`` whose lanes are not in memory."""
        return [patient for patient in patients if patient not in self._holds]

    def restored(self, snapshot: bytes | None) -> tuple[CachedLane, bool]:
        """A lane from its snapshot, and whether the snapshot could be read."""
        if snapshot is None:
            return CachedLane(PatientLane(self._policy)), True
        try:
            return CachedLane(PatientLane.restore(snapshot, self._policy)), True
        except SnapshotError:
            return CachedLane(PatientLane(self._policy)), False

    def put(self, patient_no: int, hold: CachedLane) -> None:
        """Keep a lane that was just rebuilt."""
        self._holds[patient_no] = hold

    def evict(self, patients: Iterable[int]) -> None:
        """Forget these lanes: of people who were erased."""
        for patient in patients:
            self._holds.pop(patient, None)

    def clear(self) -> None:
        """Forget everything: another worker may have changed what is stored."""
        self._holds.clear()

    def trim(self) -> None:
        """Drop the lanes used longest ago, beyond the capacity."""
        while len(self._holds) > self._capacity:
            self._holds.popitem(last=False)

    def unsaved(self) -> dict[int, CachedLane]:
        """The lanes with folds since their last snapshot."""
        return {patient: hold for patient, hold in self._holds.items() if hold.folds}

    def __len__(self) -> int:
        return len(self._holds)
