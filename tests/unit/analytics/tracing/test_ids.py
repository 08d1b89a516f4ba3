"""Both programs give a frame's trace one number, and follow the same frames."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.tracing.ids import ids_of

FRAMES = st.integers(min_value=1, max_value=2**63 - 1)


@given(FRAMES)
def test_a_frame_has_one_trace_and_another_site_another(frame: int) -> None:
    assert ids_of("ward", frame) == ids_of("ward", frame)
    assert ids_of("ward", frame) != ids_of("north", frame)
    assert ids_of("ward", frame) != ids_of("ward", frame + 1)


@given(FRAMES)
def test_the_numbers_are_what_a_collector_takes(frame: int) -> None:
    made = ids_of("ward", frame)
    assert 0 < made.trace < 2**128
    assert 0 < made.root < 2**64


@given(FRAMES)
def test_none_is_followed_of_a_share_of_nothing_and_all_of_everything(frame: int) -> None:
    assert not ids_of("ward", frame).within(0.0)
    assert ids_of("ward", frame).within(1.0)


def test_a_share_is_about_that_share() -> None:
    followed = sum(ids_of("ward", frame).within(0.1) for frame in range(10_000))
    assert 850 < followed < 1_150
