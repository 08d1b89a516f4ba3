"""Readings as PostgreSQL packs them, read without a database."""

from struct import pack

import pytest

from api.replay.rows import columns

SECOND_US = 1_000_000


def row(time_us: int, metric: int, value: float) -> bytes:
    return pack(">qhd", time_us, metric, value)


def test_packed_rows_become_columns() -> None:
    rows = row(0, 1, 72.0) + row(61 * SECOND_US, 3, 36.6) + row(-1, 9, -0.5)
    times = [946_684_800_000, 946_684_861_000, 946_684_799_999]
    assert columns(rows) == (times, [1, 3, 9], [72.0, 36.6, -0.5])
    assert columns(b"") == ([], [], [])


def test_what_is_cut_is_refused() -> None:
    for wrong in (b"\0", row(0, 1, 72.0)[:-1], row(0, 1, 72.0) + b"\0"):
        with pytest.raises(ValueError, match="no packed rows"):
            columns(wrong)
