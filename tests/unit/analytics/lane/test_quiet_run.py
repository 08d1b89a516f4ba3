"""Runs of calm moments leave a lane as the fold of each of them leaves it."""

import random
from collections.abc import Iterator

import pytest

from analytics.domain.care import CarePlan, Limit, Scoring
from analytics.domain.vitals import Metric
from analytics.evaluation.replay.recordings import RecordedMoment, admitted
from analytics.lane.foreseen import foreseen
from analytics.lane.interchangeable import interchangeable
from analytics.lane.lane import PatientLane
from analytics.lane.quiet_run import QuietRuns
from analytics.lane.stretch import StretchColumns
from analytics.policy import Policy

START, MINUTE, DAY = 1_767_225_600_000, 60_000, 86_400_000
DEVICE = "recorded"
STREAMED = {Metric.HR: 66.0, Metric.RR: 15.0, Metric.SPO2: 97.0, Metric.TEMP: 36.7}
SPREAD = {Metric.HR: 5.0, Metric.RR: 1.0, Metric.SPO2: 0.8, Metric.TEMP: 0.15}
CASES: dict[str, tuple[Policy, CarePlan]] = {
    "as shipped": (Policy(), CarePlan()),
    "smoothed over minutes": (Policy(window_ms=7 * MINUTE), CarePlan()),
    "notable soon": (Policy(baseline_units=2.5, incomplete_low=1), CarePlan()),
    "own limits": (
        Policy(spo2_area=5.0),
        CarePlan(limits={Metric.HR: Limit(high=76.0), Metric.SPO2: Limit(low=96.0)}),
    ),
    "grows up, lives elsewhere": (
        Policy(),
        CarePlan(scoring=Scoring(adult_from_ms=START + DAY, zone="America/New_York")),
    ),
    "on scale 2": (Policy(), CarePlan(spo2_scale=2)),
}


def stream(seed: int, days: float, every_ms: int) -> Iterator[tuple[int, int, float]]:
    """Give (time, metric, value) of a well person with jitter, gaps, drop-outs and odd values."""
    chance = random.Random(seed)
    t_ms = START
    while t_ms < START + days * DAY:
        gap = chance.random() < 0.003
        t_ms += every_ms * (chance.randint(10, 60) if gap else 1) + chance.choice([0, 0, 0, 700])
        odd = chance.random() < 0.004
        for metric, usual in STREAMED.items():
            if chance.random() < 0.02:
                continue
            night = -4.0 if metric is Metric.HR and t_ms % DAY < DAY / 4 else 0.0
            value = usual + night + chance.gauss(0, SPREAD[metric])
            value = round(value, 1) if metric is Metric.TEMP else float(round(value))
            if odd and metric is Metric.HR:
                value = chance.choice([0.0, 127.0, 190.0, 250.0])
            yield t_ms, int(metric), min(value, 100.0) if metric is Metric.SPO2 else value
        if chance.random() < 0.01:
            yield t_ms, int(Metric.SBP), float(chance.randint(100, 135))
            yield t_ms, int(Metric.DBP), float(chance.randint(70, 92))
        if chance.random() < 0.002:
            yield t_ms, int(Metric.ACVPU), 0.0
            yield t_ms, int(Metric.O2), float(chance.random() < 0.2)


def fold(lane: PatientLane, columns: StretchColumns, at: int, plan: CarePlan, rests: bool) -> None:  # noqa: FBT001
    moment = RecordedMoment(columns.times[at], columns.measured(at), DEVICE)
    lane.fold(admitted(moment, at), plan, None, rests)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("every_s", "days"), [(60, 2.5), (600, 9.0)])
def test_a_run_comes_to_what_the_folds_of_its_moments_come_to(
    case: str, every_s: int, days: float
) -> None:
    policy, plan = CASES[case]
    rows = list(stream(every_s + len(case), days, every_s * 1000))
    columns = StretchColumns(*([row[at] for row in rows] for at in range(3)))
    runs = QuietRuns(foreseen(columns, (policy, plan)), [(policy, plan)], DEVICE)
    one, other = PatientLane(policy), PatientLane(policy)
    at = passed = 0
    while at < len(columns.times):
        learn, end = at // 700 % 4 != 3, (at // 700 + 1) * 700
        left = runs.pass_on(one.state, at, min(end, len(columns.times)), learn=learn)
        for number in range(at, left):
            fold(other, columns, number, plan, not learn)
            assert not other.conditions, "nothing can come of what is passed"
        passed += left - at
        if left == at:
            fold(one, columns, at, plan, not learn)
            fold(other, columns, at, plan, not learn)
            left += 1  # what ended the run may have been learnt by it: a reading is learnt once
            assert interchangeable(one.state, other.state, policy.flicker_ms)
        at = left
    assert passed > len(columns.times) / 4, "something was passed"


def test_what_is_said_of_the_score_is_what_the_fold_says() -> None:
    policy, plan = Policy(), CarePlan()
    rows = [row for row in stream(5, 1.0, 60_000) if row[1] != Metric.HR]
    columns = StretchColumns(*([row[at] for row in rows] for at in range(3)))
    ahead, lane = foreseen(columns, (policy, plan)), PatientLane(policy)
    for at, (t_ms, low) in enumerate(ahead.lows):
        moment = RecordedMoment(t_ms, columns.measured(at), DEVICE)
        made = lane.fold(admitted(moment, at), plan, None, False).assessment  # noqa: FBT003
        if made is not None:
            assert made.low == low, at
    assert {low for _, low in ahead.lows} > {0, 1}
