"""Samples: mapped, checked one by one, and given again the same by a replay."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.vitals import Metric, Quality
from gateway import wire
from gateway.admission.clock_offset import ClockMapping, ClockState
from gateway.admission.registry import Device
from gateway.admission.samples import SampleRules, newest_ms, offset_of, readings
from gateway.recovery.message_replay import replayed

NOW = 1_764_000_000_000
DAY = 86_400_000
RULES = SampleRules()


def bound(since: int | None, until: int | None) -> Device:
    return Device(1, "w-one", 1, revoked=False, bound_from_ms=since, bound_to_ms=until)


DEVICE = bound(NOW - 30 * DAY, None)


def vitals(*samples: wire.Sample) -> wire.Vitals:
    return wire.Vitals(device="w-one", boot=1, seq=1, samples=list(samples))


def made(message: wire.Vitals, offset: int = 0, device: Device = DEVICE) -> list[tuple[int, ...]]:
    found = readings(message, ClockState.STANDS, offset, NOW, device=device, rules=RULES)
    return [(one.metric, one.t_ms, one.quality) for one in found.accepted]


def test_times_are_mapped_and_qualities_kept() -> None:
    message = vitals(
        wire.Sample(t=NOW - 5_000, hr=70.0, q=wire.SampleQuality.MANUAL),
        wire.Sample(t=NOW - 4_000, spo2=97.0, q=wire.SampleQuality.POOR),
    )
    assert made(message, offset=1_000) == [
        (Metric.HR, NOW - 4_000, Quality.MANUAL),
        (Metric.SPO2, NOW - 3_000, Quality.POOR),
    ]


def test_the_implausible_is_kept_as_questionable() -> None:
    message = vitals(wire.Sample(t=NOW, hr=18.0, spo2=48.0, sbp=100.0, dbp=95.0))
    assert {quality for _, _, quality in made(message)} == {Quality.QUESTIONABLE}
    poor = vitals(wire.Sample(t=NOW, hr=18.0, q=wire.SampleQuality.POOR))
    assert made(poor) == [(Metric.HR, NOW, Quality.POOR)]


def test_what_contradicts_itself_in_one_moment_is_questionable() -> None:
    """Also where a device tells the two pressures, or two pulses, in samples of their own."""
    apart = vitals(wire.Sample(t=NOW, sbp=80.0), wire.Sample(t=NOW, dbp=120.0))
    assert {quality for _, _, quality in made(apart)} == {Quality.QUESTIONABLE}
    pulses = vitals(wire.Sample(t=NOW, hr=60.0), wire.Sample(t=NOW, hr=120.0, rr=16.0))
    assert [(metric, quality) for metric, _, quality in made(pulses)] == [
        (Metric.HR, Quality.QUESTIONABLE),
        (Metric.HR, Quality.QUESTIONABLE),
        (Metric.RR, Quality.OK),
    ]
    later = vitals(wire.Sample(t=NOW - 1, sbp=80.0), wire.Sample(t=NOW, dbp=75.0))
    assert {quality for _, _, quality in made(later)} == {Quality.OK}


def test_outside_its_binding_a_reading_is_refused() -> None:
    once = bound(NOW - 60_000, NOW - 30_000)
    message = vitals(*(wire.Sample(t=NOW - back, hr=70.0) for back in (90_000, 45_000, 10_000)))
    assert [t for _, t, _ in made(message, device=once)] == [NOW - 45_000]
    assert made(message, device=bound(None, None)) == []


def test_the_end_of_its_use_is_exact_and_the_beginning_bears_a_clocks_tolerance() -> None:
    once = bound(NOW - 60_000, NOW - 30_000)
    times = (NOW - 61_000, NOW - 30_001, NOW - 30_000, NOW - 29_000)
    message = vitals(*(wire.Sample(t=t, hr=70.0) for t in times))
    assert [t for _, t, _ in made(message, device=once)] == list(times[:2])


def test_an_uncertain_clock_counts_by_arrival() -> None:
    message = vitals(wire.Sample(t=5_000, hr=70.0), wire.Sample(t=9_000, hr=71.0))
    assert newest_ms(message) == 9_000
    assert offset_of(ClockMapping(ClockState.UNCERTAIN, None), 9_000, NOW) == NOW - 9_000
    assert offset_of(ClockMapping(ClockState.MAPPED, 7), 9_000, NOW) == 7
    assert newest_ms(vitals()) is None


def test_unsynchronised_readings_are_for_charts() -> None:
    message = vitals(wire.Sample(t=NOW, hr=70.0))
    found = readings(message, ClockState.UNSYNCHRONISED, None, NOW, device=DEVICE, rules=RULES)
    assert [one.quality for one in found.accepted] == [Quality.UNSYNCHRONISED]


def values(low: float, high: float) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(low, high, allow_nan=False)


sample = st.builds(
    wire.Sample,
    t=st.integers(NOW - 10 * DAY, NOW + DAY),
    hr=values(-10, 400),
    sbp=values(0, 400),
    dbp=values(0, 400),
    acvpu=st.sampled_from([None, 0.0, 0.5, 4.0, 9.0]),
    o2=st.sampled_from([None, 0.0, 1.0]),
    q=st.sampled_from(list(wire.SampleQuality)),
)


@given(
    samples=st.lists(sample, max_size=8),
    offset=st.sampled_from([0, 3_600_000, -3_600_000]),
    state=st.sampled_from(list(ClockState)),
)
def test_a_replay_gives_exactly_what_was_accepted(
    samples: list[wire.Sample], offset: int, state: ClockState
) -> None:
    message = vitals(*samples)
    found = readings(message, state, offset, NOW, device=DEVICE, rules=RULES)
    again = replayed(message, state, offset, found.refused)
    assert (again.accepted, again.refused) == (found.accepted, found.refused)
    assert again.telling() == found.telling()
    total = sum(len(one.readings()) for one in samples)
    assert len(found.accepted) + len(found.reasons) == total
    assert len(found.device_ms) == len(found.accepted)
