"""Readings as CSV: a row for each, with its unit and code, in the civil time of whom it is about.

A cell that a spreadsheet would take for a formula is led by an apostrophe: what a device or a
person is called is not ours to trust.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analytics.domain.vitals import FACTS, Metric, Quality

COLUMNS: Final = (
    "patient",
    "time",
    "time_zone",
    "metric",
    "label",
    "code_system",
    "code",
    "value",
    "unit",
    "quality",
    "device",
    "entered_by",
    "received",
    "id",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""As OWASP lists them (CSV Injection), with the full-width forms that some spreadsheets take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One reading, as a row tells it.

    Attributes:
        id: the reading's own id (``api.evidence.observation_ids``).
        patient: the outside id of whose it is.
        time: when it was measured, in the zone in which it is to be written.
        received: when the ward had it.
        metric: what was measured.
        value: in the metric's own unit.
        quality: how far it may be trusted.
        device: the device's id; None where a person entered it.
        entered_by: what the account of that person is called.
    """

    id: str
    patient: str
    time: datetime
    received: datetime
    metric: Metric
    value: float
    quality: Quality
    device: str | None = None
    entered_by: str | None = None


def head() -> str:
    """Return the line that names the columns."""
    return _lines([COLUMNS])


def rows(readings: Iterable[Measured], zone: str) -> str:
    """Return the lines of some readings.

    Args:
        readings: their times in the zone in which they are to be written.
        zone: its name.
    """
    return _lines(_row(one, zone) for one in readings)


def _row(one: Measured, zone: str) -> tuple[str, ...]:
    facts = FACTS[one.metric]
    return (
        one.patient,
        one.time.isoformat(timespec="milliseconds"),
        zone,
        one.metric.wire_name,
        facts.label,
        facts.code_system or "",
        facts.loinc or "",
        f"{one.value:g}" if one.value == round(one.value, 3) else repr(one.value),
        facts.unit,
        one.quality.name.lower(),
        without_formula(one.device or ""),
        without_formula(one.entered_by or ""),
        one.received.isoformat(timespec="milliseconds"),
        one.id,
    )


def without_formula(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(told: Iterable[Iterable[str]]) -> str:
    page = io.StringIO()
    csv.writer(page, lineterminator="\r\n").writerows(told)
    return page.getvalue()
