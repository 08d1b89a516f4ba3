"""Civil time is the patient's: days, birthdays and "born today", over changes of the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.service.api.conftest import Ward
from tests.service.api.writing import iso, store

FIELDS = {"name": "Born Today", "sex": "male"}


def days(
    ward: Ward, patient: str, start: datetime, end: datetime, **more: object
) -> dict[str, Any]:
    asked = {"metric": "hr", "from": iso(start), "to": iso(end), "bucket": "1d", **more}
    told: dict[str, Any] = ward.get(
        "coordinator", f"/patients/{patient}/observations", params=asked
    ).json()
    return told


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata"])
def test_who_is_born_today_by_their_own_calendar_is_taken_in(staffed: Ward, zone: str) -> None:
    today = datetime.now(ZoneInfo(zone)).date()
    body = {**FIELDS, "birth_date": str(today), "time_zone": zone}
    made = staffed.post("coordinator", "/patients", body)
    assert made.status_code == 201
    assert made.json()["age"] == 0
    late = {**body, "birth_date": str(today + timedelta(days=1))}
    refused = staffed.post("coordinator", "/patients", late)
    assert (refused.status_code, "birth_date" in refused.text) == (422, True)
    moved = staffed.patch(
        "coordinator",
        f"/patients/{made.json()['id']}",
        {"birth_date": str(today + timedelta(days=1))},
    )
    assert moved.status_code == 422


def test_an_age_changes_at_the_persons_own_midnight(staffed: Ward) -> None:
    east, west = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 h apart: never the same day
    today = datetime.now(ZoneInfo(east)).date()
    born = str(today.replace(year=today.year - 30, day=min(today.day, 28)))
    ages = {}
    for zone in (east, west):
        patient = staffed.take_in(birth_date=born, time_zone=zone)
        ages[zone] = staffed.get("coordinator", f"/patients/{patient}").json()["age"]
    if today.day <= 28:
        assert ages == {east: 30, west: 29}


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC), 25),
        ("Asia/Kolkata", datetime(2026, 10, 24, 19, tzinfo=UTC), 24),
        ("America/St_Johns", datetime(2026, 6, 1, 3, tzinfo=UTC), 24),
    ],
)
def test_a_day_of_buckets_is_the_patients_own(
    staffed: Ward, zone: str, night: datetime, hours: int
) -> None:
    """One reading an hour: each civil day holds as many as it has hours."""
    patient = staffed.take_in(time_zone=zone)
    place = ZoneInfo(zone)
    first = datetime.combine(night.astimezone(place).date(), datetime.min.time(), place)
    start = first.astimezone(UTC) - timedelta(days=1)
    for hour in range(24 * 3):
        store(staffed, patient, "hr", [70.0], start=start + timedelta(hours=hour, minutes=5))
    told = days(staffed, patient, start - timedelta(days=1), start + timedelta(days=5))
    assert told["time_zone"] == zone
    by_day = {
        datetime.fromisoformat(one["time"]).astimezone(place).replace(tzinfo=None): one["count"]
        for one in told["items"]
    }
    midnight = datetime.combine(first.date(), datetime.min.time())
    assert by_day[midnight] == hours
    assert {at.time() for at in by_day} == {datetime.min.time()}
    assert sum(by_day.values()) == 72


def test_days_go_on_page_by_page_and_hours_are_equal(staffed: Ward) -> None:
    patient = staffed.take_in(time_zone="Europe/Berlin")
    start = datetime(2026, 10, 23, 22, tzinfo=UTC)
    for hour in range(24 * 4):
        store(staffed, patient, "hr", [70.0], start=start + timedelta(hours=hour))
    whole = days(staffed, patient, start, start + timedelta(days=5))["items"]
    seen: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = days(
            staffed, patient, start, start + timedelta(days=5), limit=1, cursor=cursor or None
        )
        seen += page["items"]
        cursor = page["next"]
    assert seen == whole
    assert [one["count"] for one in whole][:3] == [24, 25, 24]
    equal = days(staffed, patient, start, start + timedelta(days=5), bucket="24h")["items"]
    assert {one["count"] for one in equal} <= {22, 24, 2}
    scores = staffed.get(
        "coordinator", f"/patients/{patient}/assessments", params={"bucket": "1d"}
    ).json()
    assert scores["time_zone"] == "Europe/Berlin"


def test_the_zone_is_told_and_one_that_is_none_is_refused(staffed: Ward) -> None:
    patient = staffed.take_in()
    assert staffed.get("coordinator", f"/patients/{patient}").json()["time_zone"] == "UTC"
    (row,) = staffed.get("coordinator", "/panel").json()["items"]
    assert row["time_zone"] == "UTC"
    for zone in ("Moon/Base", "localtime", "Factory", "", "utc+1"):
        answer = staffed.patch("coordinator", f"/patients/{patient}", {"time_zone": zone})
        assert answer.status_code == 422, zone
        assert "time_zone" in answer.text
