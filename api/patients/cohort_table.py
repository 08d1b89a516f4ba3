"""What patients are grouped by: score, newest readings and how often they alert, as a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.store.types import Row

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("NEWS2", "news2_low"),
    ("pulse", "hr"),
    ("breathing rate", "rr"),
    ("SpO2", "spo2"),
    ("systolic pressure", "sbp"),
    ("glucose", "glucose"),
    ("weight", "weight"),
    ("alerts a day", "alerts_a_day"),
)
COLUMNS = tuple(name for name, _ in _COLUMNS)


def table_of(rows: Sequence[Row], days: float) -> NDArray[np.float64]:
    """Return one row a patient, NaN where nothing is known.

    Args:
        rows: of :func:`api.store.cohorts.patients`.
        days: over how many their alerts were counted.
    """
    numbers = [_numbers(row, days) for row in rows]
    return np.array(numbers, dtype=float).reshape(-1, len(_COLUMNS))


def _numbers(row: Row, days: float) -> list[float]:
    latest = row["latest"] or {}
    told: dict[str, Any] = {"news2_low": row["low"], "alerts_a_day": row["alerts"] / days}
    return [
        float("nan") if value is None else float(value)
        for value in (
            told[key] if key in told else (latest.get(key) or {}).get("v") for _, key in _COLUMNS
        )
    ]
