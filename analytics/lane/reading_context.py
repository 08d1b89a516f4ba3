"""Context in which one reading is judged: the patient's state, the moment and the device."""

from collections.abc import Mapping

from msgspec import Struct

from analytics.domain.care import CarePlan
from analytics.domain.vitals import Metric
from analytics.glucose.forecast import Forecaster
from analytics.lane.state import LaneState
from analytics.news2.score import PARAMETERS, News2, score
from analytics.policy import Policy
from analytics.readings import Reading
from analytics.risk.model import Example, PopulationModel
from analytics.rules.hysteresis import Scene
from analytics.rules.implausible import Known
from analytics.rules.ranges import Ranges

_O2 = int(Metric.O2)
UNITS_NAMES: Mapping[int, str] = {int(metric): f"units/{metric.wire_name}" for metric in Metric}
"""The condition of a metric that comes in another unit."""


class Visit(Struct):
    """What one fold was given, and what it has found so far.

    ``population`` is None where no model is to speak: a replay that asks for alerts alone.
    """

    reading: Reading
    plan: CarePlan
    population: PopulationModel | None
    in_episode: bool
    policy: Policy
    examples: list[Example]


class Sight(Struct, gc=False):
    """One moment of one patient, as one device or person measured it.

    Attributes:
        state: the lane's, changed in place.
        scene: the moment; its time is the samples' event time.
        plan: the patient's limits.
        device: who measured; empty: a person.
        staff: whether a person of the staff entered it.
        learn: whether baselines may learn.
        ranges: of the limits that no plan of the patient's own replaces.
        forecaster: of glucose.
    """

    state: LaneState
    scene: Scene
    plan: CarePlan
    device: str
    staff: bool
    learn: bool
    ranges: Ranges
    forecaster: Forecaster

    def known(self, code: int) -> Known | None:
        """The newest good reading of a metric that is near enough to compare with.

        The device's own comes first: what it gave before is what its unit was.
        """
        track = self.state.tracks[code]
        if track is None:
            return None
        oldest = self.scene.time_ms - self.scene.policy.known_ms
        source = track.sources.get(self.device)
        if source is not None and source.t_ms >= oldest:
            return Known(source.value, source.t_ms)
        return Known(track.value, track.t_ms) if track.t_ms >= oldest else None

    def unit_told(self, code: int) -> bool:
        """Whether another unit of the metric has been told and nothing good has come since."""
        return UNITS_NAMES[code] in self.scene.on

    def newest(self, code: int) -> bool:
        """Whether no good reading of the metric is newer than this moment."""
        track = self.state.tracks[code]
        return track is None or self.scene.time_ms >= track.t_ms

    def elsewhere(self, code: int) -> bool:
        """Whether another device gives good readings of the metric at this time."""
        track = self.state.tracks[code]
        if track is None:
            return False
        since = self.scene.time_ms - self.scene.policy.pair_ms
        return any(one.t_ms >= since for name, one in track.sources.items() if name != self.device)

    def alone(self, code: int, value: float) -> News2:
        """NEWS2 of one value and nothing else but what is known of the oxygen."""
        oxygen = self.state.tracks[_O2]
        values = [value if code == metric else None for metric in PARAMETERS]
        oldest = self.scene.time_ms - self.scene.policy.max_age_ms[_O2]
        if oxygen is not None and oxygen.t_ms >= oldest:
            values[-1] = oxygen.value
        return score(values, self.plan.spo2_scale)

    def scores_3(self, code: int, value: float) -> bool:
        """Whether NEWS2 would certainly give the value 3, by what is known of the oxygen."""
        if not self.scene.scored or code not in PARAMETERS:
            return False
        return code in self.alone(code, value).single_3
