"""FHIR's Schedule, Slot and Appointment: when a doctor of the ward can be met, and who may know."""

from datetime import timedelta
from typing import Any

import pytest

from tests.service.api.conftest import Ward
from tests.service.api.test_api_fhir import asked, entries, paged
from tests.service.api.writing import NOW, iso

MORNING = (NOW + timedelta(days=1)).replace(hour=8, minute=0, second=0)


@pytest.fixture
def rota(watched: tuple[Ward, str]) -> tuple[Ward, str, str]:
    """The doctor works from eight to ten tomorrow, somebody of another ward as well."""
    ward, patient = watched
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'patient'", ward.number(patient))
    ward.add("doctor elsewhere", "doctor", ward="b")
    ward.add("coordinator of b", "coordinator", ward="b")
    doctors = []
    for who, account in (("coordinator", "doctor"), ("coordinator of b", "doctor elsewhere")):
        body = {"name": f"Dr {account}", "user_id": ward.ids[account]}
        made = ward.post(who, "/doctors", body)
        assert made.status_code == 201, made.text
        doctors.append(made.json()["id"])
        works = {"start": iso(MORNING), "end": iso(MORNING + timedelta(hours=2))}
        shift = ward.post(who, "/shifts", works | {"doctor_id": doctors[-1]})
        assert shift.status_code == 201, shift.text
    return ward, patient, doctors[0]


def slots(ward: Ward, who: str, query: str = "") -> list[dict[str, Any]]:
    return entries(asked(ward, who, f"Slot?{query}"))


def test_a_shift_is_cut_into_slots_and_a_booked_one_is_busy(rota: tuple[Ward, str, str]) -> None:
    ward, patient, doctor = rota
    found = slots(ward, "patient")
    assert [one["start"] for one in found] == [
        iso(MORNING + n * timedelta(minutes=20)) for n in range(6)
    ]
    assert {one["status"] for one in found} == {"free"}
    start = MORNING + timedelta(minutes=40)
    body = {"doctor": doctor, "start": iso(start), "wish": "video"}
    booked = ward.post("patient", f"/patients/{patient}/consultations", body)
    assert booked.status_code == 201, booked.text
    (busy,) = slots(ward, "nurse", "status=busy")
    assert busy["start"] == iso(start)
    assert patient not in str(busy)
    (appointment,) = entries(asked(ward, "doctor", f"Appointment?patient={patient}"))
    assert appointment["slot"] == [{"reference": f"Slot/{busy['id']}"}]
    assert asked(ward, "doctor", f"Slot/{busy['id']}").json() == busy
    assert len(slots(ward, "doctor", "status=free")) == 5
    assert len(slots(ward, "doctor", f"start=ge{iso(start)}")) == 4
    assert len(slots(ward, "doctor", f"start=lt{iso(start)}&status=free,busy")) == 2


def test_schedules_and_slots_are_of_ones_own_ward(rota: tuple[Ward, str, str]) -> None:
    ward, _, doctor = rota
    ward.add("unlinked", "patient")
    for who, seen in (
        ("patient", 1),
        ("nurse", 1),
        ("coordinator", 1),
        ("admin", 2),
        ("unlinked", 0),
    ):
        schedules = entries(asked(ward, who, "Schedule"))
        assert len(schedules) == seen, who
        assert len(slots(ward, who)) == 6 * seen, who
    key = slots(ward, "doctor")[0]["id"]
    for who in ("doctor elsewhere", "coordinator of b", "unlinked"):
        assert asked(ward, who, f"Schedule/{doctor}").status_code == 404, who
        assert asked(ward, who, f"Slot/{key}").status_code == 404, who
        assert slots(ward, who, f"schedule=Schedule/{doctor}") == [], who
    (own,) = entries(asked(ward, "nurse", f"Schedule?actor=Practitioner/{ward.ids['doctor']}"))
    assert own["planningHorizon"] == {
        "start": iso(MORNING),
        "end": iso(MORNING + timedelta(hours=2)),
    }


def test_slots_come_in_pages_without_a_gap(rota: tuple[Ward, str, str]) -> None:
    ward, _, _ = rota
    seen = [one["id"] for one in paged(ward, "admin", "Slot?_count=5")]
    assert seen == [one["id"] for one in slots(ward, "admin")]
    assert len(set(seen)) == 12
    for wrong in ("status=perhaps", "schedule=x", "start=soon"):
        assert asked(ward, "admin", f"Slot?{wrong}").status_code == 400, wrong


def test_who_is_away_cannot_be_met(rota: tuple[Ward, str, str]) -> None:
    ward, _, _ = rota
    (shift,) = ward.get("coordinator", "/shifts").json()["items"]
    away = ward.post("coordinator", f"/shifts/{shift['id']}/absence", {"reason": "sick"})
    assert away.status_code in {200, 201}, away.text
    assert slots(ward, "nurse") == []
