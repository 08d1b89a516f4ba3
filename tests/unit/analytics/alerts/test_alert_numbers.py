"""How often staff are called by one course of readings: the lane and the alert together."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from analytics.alerts import patient
from analytics.alerts.patient import PatientAlert, Step
from analytics.domain.alerts import Kind, kind_of
from analytics.domain.care import CarePlan
from analytics.domain.episode import EpisodeEvent, EpisodePolicy
from analytics.domain.vitals import Metric
from analytics.lane.lane import Measurement, PatientLane, Reading
from analytics.risk.model import PopulationModel

POLICY, PLAN, MODEL = EpisodePolicy(), CarePlan(), PopulationModel.initial()
SECOND, MINUTE = 1_000, 60_000
T0 = 28_000_000 * MINUTE
ANSWERED_MS = 4 * MINUTE
WELL = {Metric.HR: 78, Metric.SBP: 122, Metric.DBP: 76, Metric.RR: 16, Metric.SPO2: 97}
SHOCK = {Metric.HR: 165, Metric.SBP: 62, Metric.DBP: 38, Metric.RR: 36, Metric.SPO2: 78}
FAINT = {Metric.HR: 138, Metric.SBP: 76, Metric.DBP: 44, Metric.RR: 28}
Course = Iterator[tuple[int, Mapping[Metric, float]]]


@dataclass(slots=True)
class Staff:
    """Who acknowledges every call four minutes later, and closes nothing by hand."""

    case: PatientAlert = field(default_factory=PatientAlert)
    lane: PatientLane = field(default_factory=PatientLane)
    steps: list[Step] = field(default_factory=list)
    answer_ms: int | None = None

    def live(self, course: Course) -> "Staff":
        for at, (t_ms, values) in enumerate(course):
            self._until(t_ms)
            samples = tuple(Measurement(int(m), t_ms, float(v)) for m, v in values.items())
            reading = Reading(frame_id=at, received_ms=t_ms, samples=samples)
            for said in self.lane.fold(reading, PLAN, MODEL, in_episode=False).findings:
                if kind_of(said.condition) is Kind.CLINICAL and not said.late:
                    self._take(patient.apply(self.case, said, t_ms, POLICY))
        return self

    def _until(self, t_ms: int) -> None:
        while True:
            due = self.case.due_ms
            at = min((one for one in (due, self.answer_ms) if one is not None), default=t_ms + 1)
            if at > t_ms:
                return
            if at == self.answer_ms:
                self.answer_ms = None
                self._take(patient.acknowledge(self.case, at, POLICY))
            else:
                self._take(patient.tick(self.case, at, POLICY))

    def _take(self, steps: list[Step]) -> None:
        for one in steps:
            self.case = one.after
            self.steps.append(one)
            if one.notify and self.answer_ms is None:
                self.answer_ms = one.at_ms + ANSWERED_MS

    @property
    def calls(self) -> list[int]:
        return [one.at_ms for one in self.steps if one.notify]

    @property
    def raised(self) -> int:
        return sum(one.event is EpisodeEvent.RAISED for one in self.steps)


def shock(target: Mapping[Metric, float], ramp: int) -> Course:
    """An hour of being well, then a shock of so many minutes, one frame a minute for 40 min."""
    for minute in range(-60, 41):
        share = min(max(minute / ramp, 0.0), 1.0)
        recorded = {Metric.ACVPU: 0.0, Metric.O2: 0.0} if minute == -60 else {}
        yield (
            T0 + minute * MINUTE,
            {m: round((1 - share) * v + share * target.get(m, v)) for m, v in WELL.items()}
            | recorded,
        )


@pytest.mark.parametrize("ramp", [1, 5, 10, 20, 30, 40])
@pytest.mark.parametrize("target", [SHOCK, FAINT])
def test_a_shock_is_one_alert_and_three_calls_at_most(
    target: Mapping[Metric, float], ramp: int
) -> None:
    told = Staff().live(shock(target, ramp))
    assert told.raised <= 2
    assert 1 <= len(told.calls) <= 3
    scores = _scores(shock(target, ramp))
    deciding = next(t_ms for t_ms, low in scores if low >= 5)
    assert told.calls[0] - deciding <= 60 * SECOND


def _scores(course: Course) -> list[tuple[int, int]]:
    lane, found = PatientLane(), []
    for at, (t_ms, values) in enumerate(course):
        samples = tuple(Measurement(int(m), t_ms, float(v)) for m, v in values.items())
        reading = Reading(frame_id=at, received_ms=t_ms, samples=samples)
        made = lane.fold(reading, PLAN, MODEL, in_episode=False).assessment
        if made is not None and made.low is not None:
            found.append((t_ms, made.low))
    return found


def night(seed: int, usual: float, dips: float) -> Course:
    """Eight hours of a sleeper's oximeter, a value every ten seconds, with dips of 20 to 90 s."""
    chance = random.Random(seed)
    begins, ends, depth = chance.expovariate(dips / 3_600), -1.0, 0.0
    for second in range(0, 8 * 3_600, 10):
        if second >= begins and ends < second:
            ends, depth = second + chance.uniform(20, 90), chance.uniform(84, 90)
            begins = ends + chance.expovariate(dips / 3_600)
        at = depth + chance.gauss(0, 0.5) if second < ends else usual + chance.gauss(0, 0.8)
        yield T0 + second * SECOND, {Metric.SPO2: min(100, round(at))}


@pytest.mark.parametrize("dips", [1, 4, 15])
@pytest.mark.parametrize("usual", [93, 96])
def test_a_sleepers_night_with_dips_calls_four_times_at_most(usual: float, dips: float) -> None:
    told = Staff().live(night(7, usual, dips))
    assert len(told.calls) <= 4
