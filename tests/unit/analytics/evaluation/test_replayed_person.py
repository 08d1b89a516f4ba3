"""What is passed unassessed, or folded once for both, comes to what two folds come to."""

import random
from collections.abc import Iterator

import pytest

from analytics import settings
from analytics.domain.vitals import Metric
from analytics.evaluation.replay.alerts import AlertBook
from analytics.evaluation.replay.person import DEVICE, Met, SettingsSide, met_under
from analytics.evaluation.replay.recordings import DAY_MS, Measured, RecordedMoment, admitted
from analytics.evaluation.replay.staff import TAKES_ON
from analytics.lane.lane import PatientLane
from analytics.lane.stretch import StretchColumns
from analytics.risk.warm import shipped
from analytics.settings.in_force import Arrangement, StoredPlan, WardRules

START = 1_767_225_600_000
MINUTE = 60_000
USUAL = {Metric.HR: 74, Metric.RR: 16, Metric.SPO2: 95, Metric.SBP: 128, Metric.DBP: 78}
BAD = {Metric.HR: 45, Metric.RR: 11, Metric.SPO2: -8, Metric.SBP: -30, Metric.DBP: -12}
CHANGES: dict[str, dict[str, float | None]] = {
    "nothing": {},
    "limits": {"limits.spo2.low": 94.0, "limits.hr.high": 100.0, "limits.rr.high": None},
    "alerts alone": {"deadlines.urgent": 15.0, "ladder.acknowledged": 10.0, "ladder.gap": 10.0},
    "delays": {"delays.stream": 120.0, "delays.spo2": 0.0, "delays.urgent": 300.0},
    "own usual": {"rules.baseline_units": 2.0, "delays.baseline": 0.0},
    "smoothing": {"delays.median_window": 300.0, "ages.hr": 20.0},
    "incomplete": {"rules.incomplete_low": 0.0, "rules.stuck": 0.5, "rules.flicker_starts": 2.0},
    "trends": {"trends.spo2_area": 5.0, "delays.spo2": 300.0, "limits.spo2.low": 93.0},
    "absolute": {"critical.spo2.low": 88.0, "margins.spo2": 5.0, "sessions.hr": 30.0},
}


def stream(seed: int, every_min: int, days: float) -> Iterator[tuple[int, Measured]]:
    """Give a noisy person with bad hours, gaps, spikes, stuck and impossible values."""
    chance = random.Random(seed)
    noise = {metric: chance.choice([1, 2, 4]) for metric in USUAL}
    bad, still = 0, 0
    values: dict[int, float] = {}
    for number in range(int(days * 1_440 / every_min)):
        if chance.random() < 0.02:
            continue
        bad = chance.randint(5, 90) if chance.random() < 0.004 * every_min else bad - every_min
        still = chance.randint(60, 300) if chance.random() < 0.002 else still - every_min
        for metric, usual in USUAL.items():
            cuff = metric in (Metric.SBP, Metric.DBP)
            if still <= 0 and (not cuff or chance.random() < 0.05):
                away = BAD[metric] * chance.random() if bad > 0 else 0.0
                values[metric] = float(round(usual + away + chance.gauss(0, noise[metric])))
        if chance.random() < 0.01:
            values[Metric.HR] = chance.choice([0.0, 19.0, 170.0, 255.0])
        if chance.random() < 0.02:
            values[Metric.O2] = float(chance.random() < 0.3)
            values[Metric.ACVPU] = 0.0
        if chance.random() < 0.01:
            values[Metric.BATTERY], values[Metric.WEIGHT] = 50.0, 80.0 + chance.random() * 3
        given = [(int(metric), value) for metric, value in sorted(values.items())]
        values = {metric: value for metric, value in values.items() if metric in list(USUAL)[:3]}
        values[Metric.SPO2] = min(100.0, values.get(Metric.SPO2, 95.0))
        yield START + number * every_min * MINUTE, tuple(given)


def columns_of(moments: Iterator[tuple[int, Measured]]) -> StretchColumns:
    """Return the same readings as columns."""
    rows = [(t_ms, *one) for t_ms, measured in moments for one in measured]
    return StretchColumns(*([row[at] for row in rows] for at in range(3)))


def folded(moments: Iterator[tuple[int, Measured]], side: SettingsSide) -> Met:
    """Fold every moment, each side by itself."""
    own = Arrangement(side.plan, WardRules(0, side.rules.clinical))
    lane, book = PatientLane(own.policy), AlertBook(side.rules.episodes, TAKES_ON)
    model, found, t_ms = shipped().version(1), Met(), 0
    for number, (t_ms, measured) in enumerate(moments):
        book.advance(t_ms)
        resting = book.resting(t_ms, side.rules.clinical.baseline_rest_ms)
        care = own.always or own.at(t_ms, paused=False)
        reading = admitted(RecordedMoment(t_ms, measured, DEVICE), number)
        outcome = lane.fold(reading, care, model, resting)
        for finding in outcome.findings:
            book.find(finding)
        if outcome.assessment is not None and outcome.assessment.low is not None:
            found.lows.append((t_ms, outcome.assessment.low))
    book.advance(t_ms + DAY_MS)
    found.alerts = book.alerts
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_two_sides_come_to_what_two_folds_come_to(change: str) -> None:
    now = SettingsSide(settings.ward_policy("standard", {}), StoredPlan())
    then = SettingsSide(settings.ward_policy("standard", CHANGES[change]), StoredPlan())
    for every_min, days in ((1, 0.3), (3, 1.8)):
        seed = 100 * every_min + len(change)
        one, other = met_under(columns_of(stream(seed, every_min, days)), (now, then), TAKES_ON)
        assert one == folded(stream(seed, every_min, days), now)
        assert other == folded(stream(seed, every_min, days), then)
        assert one.alerts, "nothing was compared"


def test_a_persons_own_plan_that_ends_and_one_that_is_tried_are_folded_alike() -> None:
    ends = {"spo2": {"low": 85.0, "until": "2026-01-02T06:00:00Z"}, "hr": {"high": 110.0}}
    rules = settings.ward_policy("home_stream", {})
    now = SettingsSide(rules, StoredPlan(revision=1, limits=ends))
    child = {"adult_from_ms": START + DAY_MS}
    for plan in (
        StoredPlan(revision=1, limits={"hr": {"high": 95.0}}),
        StoredPlan(revision=1, scale=2, profile="hospital"),
        StoredPlan(revision=1, scoring=child),
    ):
        then = SettingsSide(rules, plan)
        one, other = met_under(columns_of(stream(7, 3, 1.3)), (now, then), TAKES_ON)
        assert one == folded(stream(7, 3, 1.3), now)
        assert other == folded(stream(7, 3, 1.3), then)


def test_a_calm_day_is_hardly_folded_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = [(int(metric), float(value)) for metric, value in sorted(USUAL.items())][:3]
    moments = [
        (START + n * MINUTE, tuple((code, value + n % 3) for code, value in calm))
        for n in range(600)
    ]
    folds = []
    fold = PatientLane.fold
    monkeypatch.setattr(PatientLane, "fold", lambda *given: folds.append(given[1]) or fold(*given))
    sides = [
        SettingsSide(settings.ward_policy("standard", values), StoredPlan())
        for values in ({}, {"limits.spo2.low": 88.0})
    ]
    met_under(columns_of(iter(moments)), sides, TAKES_ON)
    assert 0 < len(folds) < 20, "both together, not each moment twice"
