"""Readings as PostgreSQL copies them in binary, for a process that knows no database.

Ten thousand rows a day of a stream are neither read nor written one by one on their way there.
"""

from struct import Struct, error
from typing import NamedTuple

import msgspec

from analytics.evaluation.what_if import Stretch
from analytics.settings.in_force import StoredPlan

_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TAIL = b"\xff\xff"
_ROW = Struct(">hiqihid")
"""Number of fields; of each its length and value: microseconds since 2000, metric, value."""
_EPOCH_MS = 946_684_800_000


class StretchRows(msgspec.Struct, frozen=True):
    """One person's stretch with its readings as copied rows; see :class:`Stretch`."""

    person: str
    rows: bytes
    outcomes: list[int]
    plan: StoredPlan
    tried: StoredPlan | None = None

    def stretch(self) -> Stretch:
        """Return the readings as columns."""
        read = columns(self.rows)
        return Stretch(self.person, *read, self.outcomes, self.plan, self.tried)


class Columns(NamedTuple):
    """Event times in milliseconds, metrics and values, in the order of the rows."""

    times: list[int]
    metrics: list[int]
    values: list[float]


def columns(rows: bytes) -> Columns:
    """Return copied rows as columns.

    Raises:
        ValueError: they are no rows of time, metric and value.
    """
    body = rows[len(_HEAD) : -len(_TAIL)]
    if not rows.startswith(_HEAD[:11]) or not rows.endswith(_TAIL):
        raise ValueError("these are no copied rows")
    read = Columns([], [], [])
    try:
        for _, _, time_us, _, metric, _, value in _ROW.iter_unpack(body):
            read.times.append(time_us // 1000 + _EPOCH_MS)
            read.metrics.append(metric)
            read.values.append(value)
    except error as wrong:
        raise ValueError("these are no copied rows") from wrong
    return read
