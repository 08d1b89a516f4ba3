"""Readings as PostgreSQL copies them, read without a database."""

from struct import pack

import pytest

from api.replay.rows import columns

HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
SECOND_US = 1_000_000


def row(time_us: int, metric: int, value: float) -> bytes:
    return pack(">hiqihid", 3, 8, time_us, 2, metric, 8, value)


def test_copied_rows_become_columns() -> None:
    rows = HEAD + row(0, 1, 72.0) + row(61 * SECOND_US, 3, 36.6) + b"\xff\xff"
    assert columns(rows) == ([946_684_800_000, 946_684_861_000], [1, 3], [72.0, 36.6])
    assert columns(HEAD + b"\xff\xff") == ([], [], [])


def test_what_is_cut_or_something_else_is_refused() -> None:
    for wrong in (b"", HEAD + row(0, 1, 72.0), HEAD + row(0, 1, 72.0)[:-1] + b"\xff\xff"):
        with pytest.raises(ValueError, match="no copied rows"):
            columns(wrong)
