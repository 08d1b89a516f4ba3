"""Whoever is shown a patient is in the patient's list of accesses, once an hour and purpose."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.service.api.conftest import Ward
from tests.service.api.test_api_fhir import asked as fhir_asked
from tests.service.api.test_api_fhir_matrix import EXPECTED, OF_THE_PATIENT
from tests.service.api.whole_record import know_everything


def test_whoever_searches_by_fhir_is_in_the_record(
    watched: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ward, patient = watched
    monkeypatch.setattr(ward.app.state.notify, "webhook_hosts", "hooks.example.org")
    know_everything(ward, patient)
    for kind, (_, whose) in EXPECTED.items():
        if whose != OF_THE_PATIENT:
            continue
        ward.sql("DELETE FROM audit")
        query = f"?patient={patient}"
        if kind == "Provenance":
            pulse = fhir_asked(ward, "admin", f"Observation?patient={patient}&code=8867-4").json()
            query = f"?target={pulse['entry'][0]['resource']['id']}"
        if kind == "Patient":
            query = ""
        answer = fhir_asked(ward, "coordinator", f"{kind}{query}")
        assert answer.json()["entry"], kind
        rows = ward.sql("SELECT actor FROM audit WHERE patient_no = %s", ward.number(patient))
        assert (ward.ids["coordinator"],) in rows, kind


def test_a_list_that_is_drawn_again_adds_nothing_within_the_hour(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    other = ward.take_in(name="Somebody Else")
    for _ in range(3):
        assert ward.get("coordinator", "/panel").status_code == 200
        assert ward.get("doctor", "/panel").status_code == 200
    rows = ward.sql(
        "SELECT u.username, a.patient_no, a.detail ->> 'why' FROM audit a "
        "JOIN app_user u ON u.id::text = a.actor WHERE a.action = 'panel.read'"
    )
    mine, others = ward.number(patient), ward.number(other)
    assert sorted(rows) == [
        ("coordinator", mine, "ward"),
        ("coordinator", others, "ward"),
        ("doctor", mine, "care team"),
    ]
    assert ward.get("admin", "/audit").json()["verification"]["ok"]


def test_the_next_hour_the_next_purpose_and_the_next_caller_are_rows_of_their_own(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    no, noon = ward.number(patient), datetime(2026, 11, 30, 12, 5, tzinfo=UTC)

    def seen(at: datetime, who: str, action: str, numbers: list[int]) -> int:
        with psycopg.connect(ward.database.api) as connection:
            found = connection.execute(
                "SELECT append_seen(%s, %s, %s, %s::integer[], '{}')", (at, who, action, numbers)
            ).fetchone()
        assert found is not None
        return int(found[0])

    assert seen(noon, "a", "panel.read", [no, no + 1]) == 2
    assert seen(noon + timedelta(minutes=54), "a", "panel.read", [no, no + 1, no + 2]) == 1
    assert seen(noon + timedelta(minutes=55), "a", "panel.read", [no, no + 1]) == 2
    assert seen(noon, "a", "alerts.list", [no]) == 1
    assert seen(noon, "b", "panel.read", [no, no]) == 1
    assert seen(noon, "b", "panel.read", []) == 0
    assert ward.get("admin", "/audit").json()["verification"]["ok"]


def test_a_list_of_nobody_is_noted_too(staffed: Ward) -> None:
    assert staffed.get("doctor", "/panel").json()["items"] == []
    ((count,),) = staffed.sql("SELECT count(*) FROM audit WHERE action = 'panel.read'")
    assert count == 1


def test_a_patient_reads_which_lists_they_were_in_and_by_what_right(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    ward.add("own", "patient")
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'own'", ward.number(patient))
    for path in ("/panel", "/patients", "/alerts", "/call-requests"):
        assert ward.get("coordinator", path).status_code == 200
    items = ward.get("own", "/audit/me").json()["items"]
    said = [(one["what"], one["why"]) for one in items if one["who"] == "coordinator"]
    assert ("saw you in the list of patients", "ward") in said
