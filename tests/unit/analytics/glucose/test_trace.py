"""The last hour of glucose that a lane remembers: short, evenly spaced, with what is usual."""

from analytics.glucose import forecast
from analytics.glucose.trace import GlucoseTrace

MINUTE = 60_000


def traced(every_min: int, count: int) -> GlucoseTrace:
    trace = GlucoseTrace()
    for at in range(count):
        trace.note(at * every_min * MINUTE, 100.0 + at)
    return trace


def test_it_keeps_an_hour_however_often_the_sensor_speaks() -> None:
    for every in (1, 5):
        trace = traced(every, 600)
        assert trace.times_ms[-1] - trace.times_ms[0] <= 63 * MINUTE
        assert len(trace.times_ms) <= 17
        assert trace.note(trace.times_ms[-1] + 5 * MINUTE, 90.0) is not None


def test_it_looks_at_what_the_training_looks_at() -> None:
    times = [at * 5 * MINUTE for at in range(13)]
    values = [140.0 - 3 * at for at in range(13)]
    trace = GlucoseTrace()
    row = None
    for t_ms, value in zip(times, values, strict=True):
        row = trace.note(t_ms, value)
    assert row == forecast.features(times, values, forecast.usual(values))


def test_a_gap_leaves_nothing_to_look_at() -> None:
    trace = traced(5, 13)
    assert trace.note(trace.times_ms[-1] + 45 * MINUTE, 80.0) is None
    assert trace.times_ms[-1] - trace.times_ms[0] <= 63 * MINUTE
