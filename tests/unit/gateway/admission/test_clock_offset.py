"""Clocks: intervals, jumps, and what is never taken for delay."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.admission.clock_offset import (
    UNKNOWN,
    ClockRules,
    ClockState,
    Echo,
    OffsetBounds,
    heard,
    lags,
    mapping,
    told,
)

T0 = 1_764_000_000_000
HOUR = 3_600_000
RULES = ClockRules()


def synced(offset: int, delay: int = 100) -> OffsetBounds:
    """An interval learnt from an echo; ``offset`` is ward minus device."""
    now = T0 - offset
    return told(UNKNOWN, now, Echo(T0 - 2 * delay, now - delay), T0 + delay, RULES)


def test_nothing_is_known_before_an_echo() -> None:
    after = told(UNKNOWN, T0, None, T0 + 50, RULES)
    assert (after.low, after.high) == (None, 50)
    assert mapping(after, RULES, current=True).state is ClockState.UNCERTAIN
    assert mapping(after, RULES, current=False).state is ClockState.UNSYNCHRONISED


def test_a_good_clock_stands() -> None:
    assert mapping(synced(0), RULES, current=True) == (ClockState.STANDS, 0)
    assert mapping(synced(1_500), RULES, current=True).state is ClockState.STANDS


def test_a_clock_an_hour_off_is_mapped_by_the_middle() -> None:
    for offset in (HOUR, -HOUR):
        state, by = mapping(synced(offset), RULES, current=True)
        assert state is ClockState.MAPPED
        assert by is not None
        assert abs(by - offset) <= 200


def test_clocks_of_1970_and_2106_are_mapped() -> None:
    for device_now in (12_345, 4_294_967_295_000):
        offset = T0 - device_now
        assert mapping(synced(offset), RULES, current=True).offset is not None


def test_delay_alone_changes_nothing() -> None:
    known = synced(0)
    later = heard(known, T0 + 60_000, T0 + 60_000 + HOUR, RULES)
    assert mapping(later, RULES, current=True).state is ClockState.STANDS
    assert later.jumps == 0


def test_a_step_back_is_no_delay() -> None:
    known = heard(synced(0), T0 + 60_000, T0 + 60_100, RULES)
    back = heard(known, T0 + 61_000 - HOUR, T0 + 61_100, RULES)
    assert back.jumps == 1
    assert mapping(back, RULES, current=True).state is ClockState.UNCERTAIN


def test_a_step_ahead_contradicts() -> None:
    ahead = heard(synced(0), T0 + HOUR, T0 + 1_000, RULES)
    assert ahead.jumps == 1
    assert mapping(ahead, RULES, current=True).state is ClockState.UNCERTAIN


def test_the_echo_of_before_a_step_is_not_believed() -> None:
    known = heard(synced(0), T0 + 60_000, T0 + 60_100, RULES)
    stale = Echo(T0, T0 - 100)
    stepped = told(known, T0 + 61_000 - HOUR, stale, T0 + 61_100, RULES)
    assert mapping(stepped, RULES, current=True).state is ClockState.UNCERTAIN
    fresh = Echo(T0 + 62_000, T0 + 62_100 - HOUR)
    again = told(stepped, T0 + 62_200 - HOUR, fresh, T0 + 62_300, RULES)
    state, offset = mapping(again, RULES, current=True)
    assert state is ClockState.MAPPED
    assert offset is not None
    assert abs(offset - HOUR) < 1_000


def test_an_echo_of_later_than_now_proves_a_step_back() -> None:
    """Set back by 20 min after 25 min of silence: its newest message is still the older one."""
    known = heard(synced(0), T0 + 100, T0 + 200, RULES)
    ward, step = T0 + 25 * 60_000, 20 * 60_000
    stale = Echo(ward - 30_000, ward - 30_000)
    stepped = told(known, ward - step, stale, ward + 50, RULES)
    assert stepped.jumps == 1
    assert mapping(stepped, RULES, current=True).state is ClockState.UNCERTAIN
    fresh = Echo(ward + 100, ward + 150 - step)
    pinned = told(stepped, ward + 200 - step, fresh, ward + 250, RULES)
    assert mapping(pinned, RULES, current=True).state is ClockState.MAPPED
    assert pinned.jumps == 1


def test_a_clock_that_seems_long_under_way_lags() -> None:
    known = synced(0)
    assert lags(known, T0, T0 + 20 * 60_000, RULES)
    assert not lags(known, T0, T0 + RULES.uncertain_ms, RULES)
    assert not lags(UNKNOWN, T0, T0 + HOUR, RULES)


def test_slow_drift_is_followed_without_a_jump() -> None:
    interval = synced(0, delay=0)
    drift = 0
    for step in range(1, 200):
        drift += 90
        ward = T0 + step * HOUR
        device = ward - drift
        interval = told(interval, device, Echo(ward - 20, device - 10), ward + 10, RULES)
    assert interval.jumps == 0
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low <= drift <= interval.high + 100


@given(
    offset=st.integers(-10 * HOUR, 10 * HOUR),
    steps=st.lists(
        st.tuples(st.integers(1, HOUR), st.integers(0, 20_000), st.booleans()), max_size=30
    ),
)
def test_the_true_offset_is_never_outside(offset: int, steps: list[tuple[int, int, bool]]) -> None:
    interval, ward, echo = UNKNOWN, T0, None
    for passed, delay, answered in steps:
        ward += passed
        interval = told(interval, ward - offset, echo, ward + delay, RULES)
        interval = heard(interval, ward - offset, ward + delay, RULES)
        if answered:
            echo = Echo(ward, ward - offset)
        assert interval.jumps == 0
        assert interval.high is not None
        assert interval.high >= offset
        assert interval.low is None or interval.low <= offset


times = st.integers(0, 253_402_300_799_999)


@given(first=times, second=times, now=times, echo=st.builds(Echo, times, times), received=times)
def test_no_times_whatever_break_it(
    first: int, second: int, now: int, echo: Echo, received: int
) -> None:
    interval = heard(UNKNOWN, first, received, RULES)
    interval = told(interval, now, echo, received, RULES)
    interval = heard(interval, second, received, RULES)
    assert interval.high is not None
    assert interval.low is None or interval.low <= interval.high
    mapping(interval, RULES, current=True)


def test_tolerances_grow_with_the_ward_clock() -> None:
    fast = ClockRules.at_rate(600)
    assert fast.stands_ms == 1_200_000
    assert ClockRules.at_rate(0.5) == RULES
