"""Refusals judged again: those that the gateway makes are believed, others are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import wire
from gateway.admission.clock_offset import ClockState
from gateway.admission.registry import Device
from gateway.admission.samples import DAY_MS, SampleRules, readings
from gateway.store.evidence import EvidenceFrame
from gateway.verify.refused_samples import unfounded

NOW = 1_764_000_000_000
DAYS = st.integers(-20 * DAY_MS, 20 * DAY_MS)
SAMPLES = st.lists(
    st.builds(
        wire.Sample,
        t=DAYS.map(lambda away: NOW + away),
        hr=st.none() | st.floats(-50, 900),
        spo2=st.none() | st.floats(0, 200),
        acvpu=st.none() | st.floats(-1, 6),
    ),
    max_size=5,
)

RULES = st.builds(
    SampleRules,
    too_old_ms=st.integers(3 * DAY_MS, 30 * DAY_MS),
    future_ms=st.integers(0, DAY_MS),
    binding_slack_ms=st.integers(0, 120_000),
)


def stored(
    refused: list[int],
    *,
    offset: int | None = 0,
    bound: tuple[int | None, int | None] = (NOW - 30 * DAY_MS, None),
) -> EvidenceFrame:
    start, end = (None if at is None else at * 1000 for at in bound)
    return EvidenceFrame(
        **dict.fromkeys(EvidenceFrame._fields)  # type: ignore[arg-type]
        | {"time_us": NOW * 1000, "offset_ms": offset, "refused": refused}
        | {"bound_from_us": start, "bound_to_us": end}
    )


def vitals(*samples: wire.Sample) -> wire.Vitals:
    return wire.Vitals(device="w", boot=1, seq=1, samples=list(samples))


@given(
    samples=SAMPLES,
    offset=st.none() | DAYS,
    bound=st.tuples(st.none() | DAYS.map(lambda away: NOW + away), st.none() | DAYS),
    rules=RULES,
)
def test_what_the_gateway_refused_under_any_settings_is_founded(
    samples: list[wire.Sample],
    offset: int | None,
    bound: tuple[int | None, int | None],
    rules: SampleRules,
) -> None:
    start, length = bound
    end = None if start is None or length is None else start + abs(length)
    device = Device(1, "w", 1, revoked=False, bound_from_ms=start, bound_to_ms=end)
    message = vitals(*samples)
    made = readings(message, ClockState.MAPPED, offset, NOW, device=device, rules=rules)
    frame = stored(made.refused, offset=offset, bound=(start, end))
    assert list(unfounded(frame, message, 3 * DAY_MS)) == []


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5])
def test_a_good_reading_was_never_refused(code: int) -> None:
    message = vitals(wire.Sample(t=NOW - 5_000, hr=70.0))
    (why,) = unfounded(stored([0, code]), message, 7 * DAY_MS)
    assert "reading 0 was refused" in why


def test_a_reading_is_too_old_from_the_age_that_the_ward_names() -> None:
    message = vitals(wire.Sample(t=NOW - 5 * DAY_MS, hr=70.0))
    assert list(unfounded(stored([0, 2]), message, 4 * DAY_MS)) == []
    assert list(unfounded(stored([0, 2]), message, 7 * DAY_MS)) != []


@pytest.mark.parametrize("noted", [[0], [0, 1, 0, 1]])
def test_a_note_in_no_pairs_is_named(noted: list[int]) -> None:
    message = vitals(wire.Sample(t=NOW, hr=900.0))
    (why,) = unfounded(stored(noted), message, 7 * DAY_MS)
    assert "not in pairs, or names one twice" in why


def test_a_message_without_readings_has_none_refused() -> None:
    message = wire.Clock(device="w", boot=1, seq=1, now=NOW)
    assert list(unfounded(stored([0, 1]), message, DAY_MS)) != []
