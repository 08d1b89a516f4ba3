"""What a group of patients asks a day, with how sure that is: for planning people's time.

The interval draws patients, since the alerts of one resemble each other. Where nobody has had an
alert there is nothing to draw from: the upper end is then three alerts in all the days that were
watched (the rule of three, Hanley 1983).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

DRAWS, SEED = 400, 11
NONE_SEEN = 3.0


class PatientAsked(NamedTuple):
    """What one patient has asked: alerts, minutes that they mean, and days watched."""

    alerts: float
    minutes: float
    days: float


class GroupDemand(NamedTuple):
    """Alerts and minutes a patient and day, each with its 95 % interval."""

    alerts: float
    alerts_ci95: tuple[float, float]
    minutes: float
    minutes_ci95: tuple[float, float]


def demand(patients: Sequence[PatientAsked], minutes_each: float) -> GroupDemand | None:
    """Return what a group asks; None: nobody has been watched for any time.

    Args:
        patients: of the group.
        minutes_each: what an alert means where none was seen.
    """
    table = np.array(patients, dtype=float).reshape(-1, len(PatientAsked._fields))
    days = float(table[:, 2].sum()) if len(table) else 0.0
    if days <= 0:
        return None
    chance = np.random.default_rng(SEED)
    drawn = table[chance.integers(0, len(table), (DRAWS, len(table)))].sum(axis=1)
    drawn = drawn[drawn[:, 2] > 0]
    alerts, minutes = table[:, 0].sum() / days, table[:, 1].sum() / days
    most = NONE_SEEN / days if not table[:, 0].sum() else 0.0
    return GroupDemand(
        alerts=round(float(alerts), 3),
        alerts_ci95=_span(drawn[:, 0] / drawn[:, 2], most),
        minutes=round(float(minutes), 2),
        minutes_ci95=_span(drawn[:, 1] / drawn[:, 2], most * minutes_each),
    )


def _span(drawn: np.ndarray, most: float) -> tuple[float, float]:
    low, high = np.percentile(drawn, (2.5, 97.5))
    return round(float(low), 3), round(float(max(high, most)), 3)
