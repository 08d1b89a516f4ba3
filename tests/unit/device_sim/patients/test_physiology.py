"""Made-up bodies, scripted scenarios and their ground truth, against the real NEWS2 table."""

import random
from itertools import pairwise

import pytest

from analytics.news2.score import score
from device_sim.patients.physiology import (
    DAY_MS,
    Physiology,
    as_measured,
    make_person,
    smooth_noise,
)
from device_sim.patients.scenarios import COURSES, Kind, ScenarioEvent, choose_events, expectation
from device_sim.patients.sources import BodySource

START = 1_764_000_000_000
MINUTE = 60_000
PEOPLE = [make_person(random.Random(seed), seed) for seed in range(60)]
EMERGENCIES: list[Kind] = [k for k, c in COURSES.items() if c.raises == ("news2_emergency",)]


def source(seed: int = 1, event: ScenarioEvent | None = None) -> BodySource:
    return BodySource(Physiology(person=PEOPLE[seed]), event, start_ms=START, interval_ms=MINUTE)


def lower_bound(values: dict[str, float], scale: int, *, pressure: bool) -> int:
    sbp = values.get("sbp") if pressure else None
    return score(
        (values["rr"], sbp, values["hr"], values["temp"], None, values["spo2"], None), scale
    ).low


def all_values(seed: int, event: ScenarioEvent | None, at_ms: int) -> dict[str, float]:
    measured: dict[str, float] = {}
    for metric in ("hr", "spo2", "rr", "temp", "sbp"):
        reading = source(seed, event).measure(metric, at_ms)
        assert reading is not None
        measured.update(reading.values)
    return measured


def test_the_same_seed_is_the_same_person_and_course() -> None:
    assert make_person(random.Random(7), 1) == make_person(random.Random(7), 1)
    assert source().take(START + 60 * MINUTE) == source().take(START + 60 * MINUTE)


def test_asking_often_or_seldom_gives_the_same_readings() -> None:
    often, seldom = source(), source()
    steps = [r for n in range(61) for r in often.take(START + n * MINUTE)]
    assert steps == seldom.take(START + 60 * MINUTE)


@pytest.mark.parametrize("seed", range(60))
def test_the_undisturbed_stay_far_from_an_emergency(seed: int) -> None:
    scale = PEOPLE[seed].condition.spo2_scale
    scores = [
        lower_bound(all_values(seed, None, START + n * 17 * MINUTE), scale, pressure=True)
        for n in range(0, 84, 4)
    ]
    assert max(scores) < 7
    assert sum(scores) / len(scores) < 3


@pytest.mark.parametrize("kind", EMERGENCIES)
@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_a_full_deterioration_is_an_emergency_on_either_scale(kind: Kind, seed: int) -> None:
    event = ScenarioEvent(kind=kind, onset_ms=START)
    values = all_values(seed, event, START + COURSES[kind].ramp_ms)
    for scale in (1, 2):
        assert lower_bound(values, scale, pressure=True) >= 7
        assert lower_bound(values, scale, pressure=False) >= 7


def test_hypoglycaemia_ends_below_level_two() -> None:
    event = ScenarioEvent(kind="hypoglycaemia", onset_ms=START)
    reading = source(2, event).measure("glucose", START + 60 * MINUTE)
    assert reading is not None
    assert reading.values["glucose"] < 54


def test_a_dying_battery_ends_below_five_percent() -> None:
    reading = source(2, ScenarioEvent(kind="battery", onset_ms=START)).measure(
        "battery", START + DAY_MS
    )
    assert reading is not None
    assert reading.values["battery"] < 5


def test_nothing_changes_before_the_onset() -> None:
    event = ScenarioEvent(kind="sepsis", onset_ms=START + 30 * MINUTE)
    assert source(1, event).take(START + 30 * MINUTE) == source(1).take(START + 30 * MINUTE)


def test_body_has_a_day_and_a_night() -> None:
    body = Physiology(person=PEOPLE[3])
    midnight = START - START % DAY_MS
    night = sum(body.value("hr", midnight + 4 * 3_600_000 + n * DAY_MS) for n in range(40))
    day = sum(body.value("hr", midnight + 16 * 3_600_000 + n * DAY_MS) for n in range(40))
    assert day > night + 40 * 5


def test_noise_is_smooth_and_bounded() -> None:
    values = [smooth_noise(5, START + n * 100, 60_000) for n in range(5_000)]
    assert max(map(abs, values)) <= 1
    assert max(abs(a - b) for a, b in pairwise(values)) < 0.01


def test_measured_values_are_within_what_a_device_reads() -> None:
    assert as_measured("spo2", 104.2) == 100
    assert as_measured("temp", 36.749) == 36.7
    assert as_measured("hr", 71.6) == 72


def test_interval_by_command() -> None:
    body = source()
    body.take(START)
    assert body.interval("hr", 10)
    assert not body.interval("hr", 0)
    assert not body.interval("etco2", 10)
    assert body.measure("etco2", START) is None
    readings = body.take(START + 5 * MINUTE)
    assert sum("hr" in r.values for r in readings) > 20


def test_events_are_on_distinct_patients_and_the_fast_come_first() -> None:
    events = choose_events(
        random.Random(1), 50, count=9, start_ms=START, first_onset_ms=1000, spread_ms=10**6
    )
    onsets = [event.onset_ms for event in events.values()]
    assert len(events) == 9
    assert min(onsets) == START + 1000
    assert next(iter(events.values())).kind == "cardiac"
    assert {event.kind for event in events.values()} == set(COURSES)
    few = choose_events(random.Random(1), 2, count=9, start_ms=START, first_onset_ms=0, spread_ms=0)
    assert len(few) == 2


def test_ground_truth_leaves_time_for_persistence_and_for_the_software() -> None:
    event = ScenarioEvent(kind="cardiac", onset_ms=START)
    truth = expectation(event, patient="p", device="d", interval_ms=MINUTE, clock_rate=60)
    assert truth.any_of == ("news2_emergency",)
    assert truth.by_ms == START + (5 + 2 + 5 + 10) * MINUTE
    silent = expectation(
        ScenarioEvent(kind="falls_offline", onset_ms=START),
        patient="p",
        device="d",
        interval_ms=MINUTE,
        clock_rate=1,
    )
    assert silent.any_of == ("silent",)
    assert silent.by_ms == START + 30 * MINUTE + 5 * MINUTE + 10_000
