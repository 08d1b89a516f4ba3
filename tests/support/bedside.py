"""A bedside for tests: readings in minutes of event time, folded into a lane."""

from collections.abc import Mapping

from analytics.domain.acceptance import ValueVerdict, verdict
from analytics.domain.alerts import Finding, FindingChange
from analytics.domain.care import CarePlan
from analytics.domain.vitals import METRIC_BY_NAME, Quality
from analytics.lane.lane import Measurement, Outcome, PatientLane, Reading
from analytics.readings import RefusedValue
from analytics.risk.model import PopulationModel

T0 = 1_764_000_000_000
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
WELL: Mapping[str, float] = {
    "hr": 70,
    "spo2": 97,
    "rr": 15,
    "temp": 36.8,
    "sbp": 120,
    "dbp": 75,
    "acvpu": 0,
    "o2": 0,
}
MODEL = PopulationModel.initial()


def reading(
    at_ms: int,
    values: Mapping[str, float],
    *,
    delay_ms: int = 200,
    quality: Quality = Quality.OK,
    frame_id: int = 1,
    staff: bool = False,
    clock_uncertain: bool = False,
    device: str = "",
    refused: Mapping[str, float] | None = None,
    reason: str = "out_of_range",
) -> Reading:
    """Return a frame with all values at one moment, and those of it that were refused."""
    samples = tuple(
        Measurement(int(METRIC_BY_NAME[name]), at_ms, float(value), int(quality))
        for name, value in values.items()
    )
    return Reading(
        frame_id=frame_id,
        received_ms=at_ms + delay_ms,
        clock_uncertain=clock_uncertain,
        staff=staff,
        samples=samples,
        device=device,
        refused=tuple(
            RefusedValue(int(METRIC_BY_NAME[name]), at_ms, float(value), reason)
            for name, value in (refused or {}).items()
        ),
    )


class Bedside:
    """A lane and the findings so far."""

    def __init__(self, plan: CarePlan | None = None, model: PopulationModel = MODEL) -> None:
        self.lane = PatientLane()
        self.plan = plan or CarePlan()
        self.model = model
        self.findings: list[Finding] = []
        self.now = T0

    def see(self, after_s: float = 0, **values: float) -> Outcome:
        """Fold a live frame so many seconds after the last."""
        self.now += int(after_s * SECOND)
        return self.take(reading(self.now, values))

    def well(self, after_s: float = 0, **changed: float) -> Outcome:
        """Fold a live, complete frame of a well person, but for what is changed."""
        return self.see(after_s, **{**WELL, **changed})

    def hear(self, device: str, after_s: float = 0, **values: float) -> Outcome:
        """Fold a live frame of a device as the gateway would: what cannot be is refused."""
        self.now += int(after_s * SECOND)
        judged = {name: verdict(METRIC_BY_NAME[name], value) for name, value in values.items()}
        kept = {name: v for name, v in values.items() if judged[name] is not ValueVerdict.REFUSED}
        gone = {name: v for name, v in values.items() if judged[name] is ValueVerdict.REFUSED}
        return self.take(reading(self.now, kept, device=device, refused=gone))

    def take(self, one: Reading, *, in_episode: bool = False) -> Outcome:
        """Fold any reading."""
        outcome = self.lane.fold(one, self.plan, self.model, in_episode)
        self.findings += outcome.findings
        return outcome

    def said(self, *, late: bool = False) -> list[tuple[str, FindingChange]]:
        """Return and forget what has been said."""
        told = [(one.condition, one.change) for one in self.findings if one.late == late]
        self.findings = []
        return told
