"""Readings as CSV: unit and code of each, civil time with its offset, nothing that runs."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from analytics.domain.vitals import Metric, Quality
from api.patients import readings_csv

AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
PULSE = readings_csv.Measured(
    id="AAYf",
    patient="11111111-2222-3333-4444-555555555555",
    time=AT,
    received=AT,
    metric=Metric.HR,
    value=72.0,
    quality=Quality.OK,
    device="w-1",
)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(readings_csv.head() + text)))


def test_a_row_has_value_unit_code_and_civil_time() -> None:
    time = AT.astimezone(ZoneInfo("Europe/Berlin"))
    warm = replace(PULSE, metric=Metric.TEMP, value=37.2, time=time)
    (row,) = read(readings_csv.rows([warm], "Europe/Berlin"))
    assert row["value"] == "37.2"
    assert row["unit"] == "Cel"
    assert row["code"] == "8310-5"
    assert row["time"] == "2026-10-25T02:30:00.000+02:00"
    assert row["time_zone"] == "Europe/Berlin"
    (oxygen,) = read(readings_csv.rows([replace(PULSE, metric=Metric.O2, value=1.0)], "UTC"))
    assert (oxygen["code"], oxygen["code_system"], oxygen["value"]) == ("", "", "1")


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    twice = [replace(PULSE, time=AT.replace(hour=hour).astimezone(berlin)) for hour in (0, 1)]
    first, second = read(readings_csv.rows(twice, "Europe/Berlin"))
    assert first["time"] == "2026-10-25T02:30:00.000+02:00"
    assert second["time"] == "2026-10-25T02:30:00.000+01:00"


@pytest.mark.parametrize(
    "mark", ["=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20"]
)
def test_no_cell_is_a_formula(mark: str) -> None:
    named = replace(PULSE, device=None, entered_by=f'{mark}HYPERLINK("x")')
    (row,) = read(readings_csv.rows([named], "UTC"))
    assert row["entered_by"].startswith(f"'{mark}")
