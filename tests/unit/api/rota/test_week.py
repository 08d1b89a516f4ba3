"""The forecast of a week, and its shifts as a calendar."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from api.rota.forecast import DOCTOR, spans
from api.rota.icalendar import feed
from api.rota.settings import RotaSettings
from api.rota.week import forms

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 12, 7, tzinfo=UTC)


def test_the_forecast_puts_doctors_where_urgent_work_came() -> None:
    settings = RotaSettings()
    raised = [{"hour": 26, "priority": "high", "n": 8}, {"hour": 26, "priority": "low", "n": 4}]
    found = spans(start=MONDAY, days=7, raised=raised, weeks=4.0, patients=90, settings=settings)
    at = MONDAY + timedelta(hours=26)
    [doctors] = [one for one in found if one.skills == DOCTOR]
    assert doctors.start == at
    assert doctors.people == pytest.approx(2 * 30 / 60 / 0.8, abs=0.06)
    general = {one.start: one.people for one in found if not one.skills}
    assert len(general) == 7 * 24
    assert general[MONDAY + timedelta(hours=3)] == 1.0, "somebody is there at night"
    noon = 90 * 2 * settings.routine_looks / 12 / 60 / 0.8
    assert general[MONDAY + timedelta(hours=12)] == pytest.approx(max(1.0, noon), abs=0.06)


def test_shifts_begin_by_the_clock_on_the_wall_also_where_it_is_changed() -> None:
    """Clocks go back on 25 October: seven in the morning is an hour later by UTC from then on."""
    saturday = datetime(2026, 10, 24, tzinfo=UTC).astimezone(BERLIN)
    found = forms(saturday.replace(hour=0), 3, [7], 8.0)
    assert [start.hour for start, _ in found] == [5, 6, 6]
    assert {start.astimezone(BERLIN).hour for start, _ in found} == {7}
    assert {end - start for start, end in found} == {timedelta(hours=8)}


def test_a_feed_is_icalendar_with_folded_and_escaped_lines() -> None:
    shift = {
        "id": UUID(int=7),
        "start": MONDAY,
        "end": MONDAY + timedelta(hours=8),
        "kind": "nurse",
        "ward": "north; main, " + "ß" * 60,
    }
    told = feed([shift], MONDAY)
    lines = told.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261207T000000Z" in lines
    assert "DTEND:20261207T080000Z" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = told.replace("\r\n ", "")
    assert f"SUMMARY:Shift\\, nurse\\, ward north\\; main\\, {'ß' * 60}" in whole
