"""Law 5: a lane restored from its snapshot goes on bit for bit; and it stays small."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.domain.care import CarePlan, Limit, Scoring
from analytics.domain.vitals import METRIC_BY_NAME, Metric, Quality
from analytics.errors import SnapshotError
from analytics.lane.lane import Measurement, Outcome, PatientLane, Reading
from analytics.lane.state import decode
from analytics.readings import RefusedValue
from tests.support.bedside import HOUR, MINUTE, MODEL, T0, WELL, Bedside, reading

RANGES: dict[str, tuple[float, float]] = {
    "hr": (10, 200),
    "spo2": (40, 100),
    "rr": (2, 45),
    "temp": (33, 41),
    "sbp": (60, 240),
    "dbp": (30, 130),
    "glucose": (30, 400),
    "weight": (60, 90),
    "acvpu": (0, 4),
    "o2": (0, 1),
    "battery": (0, 100),
}
PLANS = (
    CarePlan(),
    CarePlan(spo2_scale=2, limits={Metric.HR: Limit(low=50, high=90)}, revision=2),
    CarePlan(paused=True, revision=3),
    CarePlan(revision=4, scoring=Scoring(adult_from_ms=T0 + 12 * HOUR)),
    CarePlan(revision=5, scoring=Scoring(adult_from_ms=0, pregnant_ms=(T0 + HOUR, T0 + 8 * HOUR))),
)
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A shared machine is slow at times; that is no finding."""


@st.composite
def readings(draw: st.DrawFn) -> list[tuple[Reading, CarePlan, bool]]:
    """A history with gaps, late and reordered frames, odd qualities and staff entries."""
    now, made = T0, []
    for frame_id in range(draw(st.integers(1, 40))):
        now += draw(st.sampled_from((1_000, 15_000, MINUTE, 10 * MINUTE, HOUR, 5 * HOUR)))
        delay = draw(st.sampled_from((0, 0, 300, 5 * MINUTE, 20 * MINUTE, 3 * HOUR)))
        names = draw(st.sets(st.sampled_from(sorted(RANGES)), max_size=8))
        quality = draw(st.sampled_from((0, 0, 0, 1, 2, 4)))
        samples = tuple(
            Measurement(
                int(METRIC_BY_NAME[name]),
                now - delay + draw(st.sampled_from((0, 0, -2_000))),
                draw(st.floats(*RANGES[name])),
                quality,
            )
            for name in sorted(names)
        )
        refused = tuple(
            RefusedValue(int(METRIC_BY_NAME[name]), now - delay, draw(st.floats(-10, 1e5)), why)
            for name in sorted(draw(st.sets(st.sampled_from(sorted(RANGES)), max_size=2)))
            for why in (draw(st.sampled_from(("out_of_range", "from_the_future"))),)
        )
        one = Reading(
            frame_id,
            now,
            draw(st.booleans()) and delay > 0,
            draw(st.integers(0, 9)) == 0,
            draw(st.integers(0, 5)) == 0,
            samples,
            draw(st.sampled_from(("", "w-one", "w-one", "w-two"))),
            refused if draw(st.integers(0, 3)) == 0 else (),
        )
        made.append((one, draw(st.sampled_from(PLANS)), draw(st.integers(0, 4)) == 0))
    return made


@settings(BUSY, max_examples=80)
@given(readings(), st.sets(st.integers(0, 39), max_size=5))
def test_restored_anywhere_it_goes_on_bit_for_bit(
    history: list[tuple[Reading, CarePlan, bool]], cuts: set[int]
) -> None:
    running, stopped = PatientLane(), PatientLane()
    for at, (one, plan, in_episode) in enumerate(history):
        if at in cuts:
            stopped = PatientLane.restore(stopped.snapshot())
        assert _told(running.fold(one, plan, MODEL, in_episode)) == _told(
            stopped.fold(one, plan, MODEL, in_episode)
        )
        assert running.snapshot() == stopped.snapshot()


@settings(BUSY, max_examples=40)
@given(readings())
def test_late_readings_never_touch_a_live_condition(
    history: list[tuple[Reading, CarePlan, bool]],
) -> None:
    lane = PatientLane()
    on: set[str] = set()
    for one, plan, in_episode in history:
        for found in lane.fold(one, plan, MODEL, in_episode).findings:
            if found.late or found.condition == "unconfirmed_deterioration":
                continue
            if found.change.value == "cleared":
                on.remove(found.condition)
            elif found.change.value == "started":
                assert found.condition not in on
                on.add(found.condition)
            else:
                assert found.condition in on


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x92\x63\x90"])
def test_a_damaged_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        PatientLane.restore(data)


def test_a_lane_stays_small() -> None:
    bed = Bedside()
    for at in range(2_000):
        values = {name: (low + high) / 2 + at % 7 for name, (low, high) in RANGES.items()}
        bed.take(reading(T0 + at * 30_000, values))
    assert len(bed.lane.snapshot()) < 20 * 1024
    assert len(decode(bed.lane.snapshot()).pending) <= 16


def test_quality_of_staff_entries_counts() -> None:
    outcome = Bedside().take(reading(T0, {"rr": 30}, quality=Quality.MANUAL, staff=True))
    assert outcome.assessment is not None
    assert outcome.assessment.low == 3


def test_a_lane_begun_anew_takes_nothing_of_before() -> None:
    bed = Bedside()
    for _ in range(60):
        bed.well(after_s=60)
    bed.lane.begin(bed.now)
    empty = bed.lane.snapshot()
    assert bed.take(reading(bed.now - MINUTE, {"hr": 190, "spo2": 80})).findings == []
    assert bed.lane.snapshot() == empty
    bed.well(after_s=60)
    fresh = Bedside()
    fresh.lane.begin(bed.now - MINUTE)
    fresh.take(reading(bed.now, WELL))
    assert bed.lane.snapshot() == fresh.lane.snapshot()


def _told(outcome: Outcome) -> tuple[object, ...]:
    told = (outcome.assessment, outcome.findings, outcome.examples, outcome.changed)
    return (*told, outcome.doubted)


@pytest.mark.parametrize("back", [1, 2, 3, 4, 5])
def test_a_snapshot_of_a_format_before_is_read(back: int) -> None:
    """It ends the records at what it knew; what came since begins empty."""
    bed = Bedside()
    bed.well()
    version, state = msgspec.msgpack.decode(bed.lane.snapshot())
    for track in filter(None, state[0]):
        del track[6][8:]
        if back > 3:
            del track[7:]
        if back > 4:
            del track[6][6:]
    old = msgspec.msgpack.encode(
        (version - back, state[: {1: 16, 2: 15, 3: 14, 4: 13}.get(back, 10)])
    )
    read = msgspec.msgpack.decode(PatientLane.restore(old).snapshot())
    known = slice(0, 15)
    assert read[0] == version
    assert read[1][known] == msgspec.msgpack.decode(bed.lane.snapshot())[1][known]
