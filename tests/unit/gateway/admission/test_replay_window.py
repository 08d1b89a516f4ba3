"""Replay windows against a set of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import wire
from gateway.admission.replay_window import WINDOW, ReplayWindow, SeqStatus

numbers = st.lists(st.integers(1, 120), max_size=200)


@given(numbers)
def test_a_window_is_a_set(seqs: list[int]) -> None:
    window, handled = ReplayWindow(1), set[int]()
    for seq in seqs:
        assert (window.status(seq) is SeqStatus.FRESH) == (seq not in handled)
        window.mark_handled(seq)
        handled.add(seq)
    upto, also = wire.upto_and_ranges(0, handled)
    assert window.upto == upto
    assert [tuple(pair) for pair in window.ranges[:32]] == also
    assert window.highest == max(handled, default=0)


@given(numbers)
def test_a_window_made_of_runs_is_the_window_that_grew(seqs: list[int]) -> None:
    grown, made = ReplayWindow(1), ReplayWindow(1)
    for seq in seqs:
        grown.mark_handled(seq)
    for first, last in wire.ranges_of(seqs):
        made.handle_run(first, last)
    assert (made.upto, made.highest, made.ranges) == (grown.upto, grown.highest, grown.ranges)


@given(numbers)
def test_acks_cover_only_what_is_handled(seqs: list[int]) -> None:
    window = ReplayWindow(1)
    for seq in seqs:
        window.mark_handled(seq)
    said = window.acks()
    covered = {seq for seq in range(1, 130) if wire.covers(said, seq)}
    assert covered <= set(seqs)


@given(st.sets(st.integers(1, 400), min_size=80))
def test_what_is_new_is_told_first_when_ranges_abound(seqs: set[int]) -> None:
    window = ReplayWindow(1)
    for seq in sorted(seqs):
        window.mark_handled(seq)
    window.news.clear()
    asked = min(seqs)
    window.note_news(asked)
    said = window.acks()
    assert len(said.also) <= wire.MAX_ALSO_RANGES
    assert wire.covers(said, asked)
    assert said.also == sorted(said.also)


def test_far_below_the_highest_nothing_is_accepted() -> None:
    window = ReplayWindow(1)
    window.mark_handled(1)
    window.mark_handled(10_000)
    assert window.status(10_000 - WINDOW) is SeqStatus.BELOW
    assert window.status(10_001 - WINDOW) is SeqStatus.FRESH
    assert window.status(1) is SeqStatus.HANDLED


def test_a_refused_number_is_handled_and_said() -> None:
    window = ReplayWindow(1)
    window.mark_handled(1)
    window.refuse(2, "malformed")
    assert window.upto == 2
    window.refuse(2, "malformed")
    assert window.acks().refused == [(2, "malformed")]
    for seq in range(3, 103):
        window.refuse(seq, "replayed")
    assert len(window.refused) == 32


@pytest.mark.parametrize("count", [1, 5_000])
def test_ranges_are_bounded(count: int) -> None:
    window = ReplayWindow(1)
    for seq in range(2, 2 + 2 * count, 2):
        window.mark_handled(seq)
    assert len(window.ranges) <= WINDOW // 2
