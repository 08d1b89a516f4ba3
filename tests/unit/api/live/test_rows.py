"""Which rows of a page have something new to say."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.live.rows import ShownRows
from api.store.row_marks import RowMark

NOW = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
MARGIN = timedelta(seconds=5)
ONE, TWO = UUID(int=1), UUID(int=2)


def mark(age_s: float, rev: int = 1, doctor: UUID | None = None) -> RowMark:
    at = NOW - timedelta(seconds=age_s)
    return RowMark(at, at, rev, doctor)


def test_what_came_after_the_rows_were_drawn_is_new_at_the_first_look() -> None:
    rows = ShownRows({1: ONE, 2: TWO}, NOW - timedelta(seconds=60))
    assert rows.changed({1: mark(90), 2: mark(30)}, MARGIN) == [TWO]
    assert rows.changed({1: mark(90), 2: mark(30)}, MARGIN) == []


def test_what_was_stored_late_is_not_missed() -> None:
    """Received just before the rows were drawn, committed just after."""
    rows = ShownRows({1: ONE}, NOW - timedelta(seconds=60))
    assert rows.changed({1: mark(63)}, MARGIN) == [ONE]


def test_a_record_or_an_owner_that_changes_is_new_and_a_stranger_is_nothing() -> None:
    rows = ShownRows({1: ONE}, NOW)
    assert rows.changed({1: mark(90), 9: mark(0)}, MARGIN) == []
    assert rows.changed({1: mark(90, rev=2)}, MARGIN) == [ONE]
    assert rows.changed({1: mark(90, rev=2, doctor=TWO)}, MARGIN) == [ONE]
    assert rows.changed({}, MARGIN) == []


def test_who_has_no_reading_yet_is_new_with_the_first() -> None:
    rows = ShownRows({1: ONE}, NOW)
    assert rows.changed({1: RowMark(None, None, 1, None)}, MARGIN) == []
    assert rows.changed({1: mark(0)}, MARGIN) == [ONE]
