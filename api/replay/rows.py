"""Readings as PostgreSQL packs them, for a process that knows no database.

Ten thousand rows a day of a stream are neither read nor written one by one on their way there.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from analytics.evaluation.what_if import Stretch
from analytics.settings.in_force import StoredPlan

_ROW = np.dtype([("time_us", ">i8"), ("metric", ">i2"), ("value", ">f8")])
"""Microseconds since 2000, metric, value, one after the other without gaps."""
_EPOCH_MS = 946_684_800_000


class StretchRows(msgspec.Struct, frozen=True):
    """One person's stretch with its readings as packed rows; see :class:`Stretch`."""

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
    """Return packed rows as columns.

    Raises:
        ValueError: they are no rows of time, metric and value.
    """
    if len(rows) % _ROW.itemsize:
        raise ValueError("these are no packed rows")
    read = np.frombuffer(rows, _ROW)
    times = read["time_us"] // 1000 + _EPOCH_MS
    return Columns(times.tolist(), read["metric"].tolist(), read["value"].tolist())
