"""A ward's coming hours: who is there, what is asked, and what is overfull when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.rota.demands import BookedCall, PatientSeen, RotaWorker, demand
from api.rota.expected import ExpectedMinutes, PatientOutlook
from api.rota.hour_question import HourGrid
from api.rota.outlook import WardHours, staff_hours
from api.rota.settings import RotaSettings

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SETTINGS = RotaSettings(outlook_hours=6)


def person(n: int, kind: str, start: float, hours: float, **more: object) -> RotaWorker:
    since = NOW.replace(minute=0) + timedelta(hours=start)
    return RotaWorker(
        id=UUID(int=n),
        kind=kind,
        ward="main",
        since=since,
        until=since + timedelta(hours=hours),
        **more,  # type: ignore[arg-type]
    )


def patient(n: int, **more: object) -> PatientSeen:
    return PatientSeen(no=n, id=UUID(int=n), ward="main", **more)  # type: ignore[arg-type]


def ward(patients: list[PatientSeen], people: list[RotaWorker]) -> WardHours:
    return WardHours(patients=patients, people=people, counted=None, now=NOW, settings=SETTINGS)


def test_hours_are_the_clocks_and_the_first_is_what_is_left_of_it() -> None:
    grid = HourGrid.of(NOW, 6)
    assert grid.edges[1] == NOW.replace(hour=9, minute=0)
    assert (grid.hours, grid.at(0), grid.at(29), grid.at(30), grid.at(9999)) == (6, 0, 0, 1, 5)


def test_breaks_shifts_to_come_and_ends_are_in_their_hours() -> None:
    grid = HourGrid.of(NOW, 6)
    long = staff_hours(person(1, "doctor", -2, 8), grid, SETTINGS)  # 6 to 14, its middle at 10
    assert list(long.whole) == [30, 60, 30, 60, 60, 60]
    later = staff_hours(person(2, "nurse", 3, 2), grid, SETTINGS)  # 11 to 13
    assert list(later.whole) == [0, 0, 0, 60, 60, 0]
    assert list(later.minutes) == [0, 0, 0, 48, 48, 0]


def test_an_hour_that_is_overfull_is_told_with_skill_hours_minutes_and_relief() -> None:
    """Fifteen people are due a doctor within the hour; the doctor has 72 min, then hours free."""
    doctors = [
        person(1, "doctor", 0, 6, cost_per_hour=90.0),
        person(2, "doctor", 3, 4, cost_per_hour=60.0),
    ]
    urgent = [patient(n, news2_low=5) for n in range(10, 25)]
    told = ward(urgent, doctors).told()
    [one] = told["overfull"]
    assert (one["skills"], one["urgent"]) == (["doctor"], True)
    assert (one["from"], one["to"]) == ("2026-03-02T08:30:00Z", "2026-03-02T10:00:00Z")
    assert one["minutes"] == 15 * 12 - 0.8 * 90
    assert one["sources"] == {"open": 108.0}
    assert one["relief"] == {"doctor": str(UUID(int=2)), "minutes": 90.0, "cost": 90.0}
    assert sum(hour["there"] for hour in told["hours"]) > 15 * 12


def test_what_is_expected_fills_hours_that_have_nothing_open() -> None:
    night = [person(1, "nurse", 0, 6)]
    busy = PatientOutlook(alerts=ExpectedMinutes(urgent=0.0, other=1440.0))
    told = ward([replace(patient(9), outlook=busy)], night).told()
    assert told["overfull"]
    assert "expected" in told["overfull"][0]["sources"]
    assert sum(hour["expected"] for hour in told["hours"]) > 200


def test_what_may_well_come_is_told_beside_what_is_expected() -> None:
    """A nurse has 48 min an hour: 30 are expected in each, up to 90 may be asked."""
    calm = PatientOutlook(
        alerts=ExpectedMinutes(urgent=0.0, other=30 * 24.0),
        at_most=ExpectedMinutes(urgent=0.0, other=90 * 24.0),
    )
    told = ward([replace(patient(9), outlook=calm)], [person(1, "nurse", 0, 6)]).told()
    assert told["overfull"] == []
    [one] = told["overfull_at_most"]
    assert one["minutes"] > 100
    assert [hour["arriving"] for hour in told["hours"]] == [15, 30, 30, 30, 30, 30]
    assert [hour["arriving_at_most"] for hour in told["hours"]] == [45, 90, 90, 90, 90, 90]


def test_what_is_overfull_anyway_is_not_told_twice() -> None:
    sure = ExpectedMinutes(urgent=0.0, other=1440.0)
    asks = PatientOutlook(alerts=sure, at_most=sure)
    told = ward([replace(patient(9), outlook=asks)], [person(1, "nurse", 0, 6)]).told()
    assert told["overfull"]
    assert told["overfull_at_most"] == []


def test_expected_minutes_take_time_of_whoever_has_the_patient_and_keep_the_deadline() -> None:
    busy = PatientOutlook(alerts=ExpectedMinutes(urgent=120.0, other=0.0))
    found = demand(patient(1, news2_low=5, outlook=busy), SETTINGS)
    assert (found.minutes, found.later_minutes, found.deadline_minutes) == (12.0, 20.0, 60.0)
    assert found.whole_minutes == 32.0


def test_nobody_there_is_short_of_everything_and_nobody_is_relief() -> None:
    told = ward([patient(1)], []).told()
    [one] = told["overfull"]
    assert (one["minutes"], one["relief"]) == (2.0, None)


def test_a_booked_call_is_a_doctors_work_in_its_own_hour() -> None:
    start = NOW + timedelta(hours=5, minutes=10)
    call = BookedCall(doctor=UUID(int=1), start=start, end=start + timedelta(minutes=20))
    day = [person(1, "doctor", 0, 12)]
    before = ward([patient(1)], day).question()
    after = ward([patient(1, booked=[call])], day).question()
    [new] = [one for one in after.work if one not in before.work]
    assert (new.minutes, new.skills) == (20, frozenset({"doctor"}))
    hour = after.grid.edges[new.first]
    assert new.first == new.last
    assert hour <= start < hour + timedelta(hours=1)
