"""What a chart adds to the readings: notes, statements, advice, and what is taken along."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, iso, store


@pytest.fixture
def nursed(watched: tuple[Ward, str]) -> tuple[Ward, str]:
    """A patient with doctor and nurse, and an enrolled device."""
    ward, patient = watched
    team = {"clinicians": [ward.ids["doctor"], ward.ids["nurse"]]}
    ward.put("coordinator", f"/patients/{patient}/care-team", team)
    ward.sql(
        "INSERT INTO device (id, patient_no, kind, state, registered_at, bound_from)"
        " VALUES ('w-chart', %s, 'watch', 'enrolled', now(), now())",
        ward.number(patient),
    )
    return ward, patient


def test_a_note_is_read_by_who_cares_and_sealed_where_it_lies(nursed: tuple[Ward, str]) -> None:
    ward, patient = nursed
    path = f"/patients/{patient}/notes"
    made = ward.post("nurse", path, {"text": "  Slept badly, asks for the priest.  "})
    assert made.status_code == 201, made.text
    assert made.json()["text"] == "Slept badly, asks for the priest."
    assert made.json()["written_by"] == ward.ids["nurse"]
    assert [one["text"] for one in ward.get("doctor", path).json()["items"]] == [
        "Slept badly, asks for the priest."
    ]
    ((stored,),) = ward.sql("SELECT text FROM patient_note")
    assert stored.startswith("sealed.")
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'patient'", ward.number(patient))
    assert ward.get("patient", path).status_code == 403
    assert ward.post("nurse", path, {"text": " "}).status_code == 422
    assert ward.post("nurse", path, {"text": "x", "kind": "diagnosis"}).status_code == 422


def test_notes_come_in_pages_newest_first(nursed: tuple[Ward, str]) -> None:
    ward, patient = nursed
    path = f"/patients/{patient}/notes"
    for text in ("one", "two", "three"):
        ward.post("doctor", path, {"text": text})
    first = ward.get("doctor", path, params={"limit": 2}).json()
    assert [one["text"] for one in first["items"]] == ["three", "two"]
    rest = ward.get("doctor", path, params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["text"] for one in rest["items"]] == ["one"]
    assert rest["next"] is None


def test_the_newest_statement_holds_and_what_was_said_before_stays(
    nursed: tuple[Ward, str],
) -> None:
    ward, patient = nursed
    path = f"/patients/{patient}/notes"
    assert ward.get("doctor", f"/patients/{patient}").json()["statements"] == {}
    for text in ("penicillin", "penicillin, latex"):
        ward.post("nurse", path, {"kind": "allergies", "text": text})
    said = ward.get("doctor", f"/patients/{patient}").json()["statements"]
    assert said["allergies"]["text"] == "penicillin, latex"
    assert said["allergies"]["by_name"] == "nurse"
    assert set(said) == {"allergies"}, "what nobody said is not known"
    told = ward.get("doctor", path, params={"kind": "allergies"}).json()["items"]
    assert [one["text"] for one in told] == ["penicillin, latex", "penicillin"]


@pytest.mark.parametrize("who", ["doctor", "nurse"])
def test_who_cares_asks_and_advises_and_does_no_more_to_a_device(
    nursed: tuple[Ward, str], who: str
) -> None:
    ward, _ = nursed
    path = "/devices/w-chart/commands"
    ask = {"command": "measure", "args": {"metric": "spo2"}}
    assert ward.post(who, path, ask).status_code == 201
    advice = {"command": "message", "args": {"text": "Please rest."}}
    assert ward.post(who, path, advice).status_code == 201
    slower = {"command": "interval", "args": {"metric": "hr", "seconds": 9}}
    for more in (slower, {"command": "rotate_key"}, {"command": "clock"}):
        assert ward.post(who, path, more).status_code == 403, more
    sent = ward.get(who, path).json()["items"]
    assert {one["command"] for one in sent} == {"measure", "message"}


def export(ward: Ward, patient: str, **asked: object) -> Any:  # noqa: ANN401 - an answer
    return ward.get("doctor", f"/patients/{patient}/observations.csv", params=asked)


def test_csv_is_the_window_with_unit_code_and_civil_time(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    ward.patch("coordinator", f"/patients/{patient}", {"time_zone": "Asia/Kolkata"})
    store(ward, patient, "hr", [70, 71, 72])
    store(ward, patient, "temp", [37.2])
    start = NOW - timedelta(minutes=60)
    answer = export(
        ward,
        patient,
        metric="hr",
        **{"from": iso(start), "to": iso(start + timedelta(minutes=2))},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["value"] for row in rows] == ["70", "71"]
    assert {row["unit"] for row in rows} == {"/min"}
    assert {row["code"] for row in rows} == {"8867-4"}
    assert rows[0]["time"].endswith("+05:30")
    assert export(ward, patient, metric="mood").status_code == 422
    assert export(ward, patient, **{"from": iso(NOW), "to": iso(start)}).status_code == 422


def test_csv_of_more_than_a_page_is_whole(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    no = ward.number(patient)
    ward.sql(
        "INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value)"
        " SELECT at, at, row_number() OVER (), %s, 1, 0, 70 FROM generate_series("
        " now() - interval '10 hours', now(), interval '6 seconds') AS at",
        no,
    )
    lines = export(ward, patient).text.splitlines()
    assert len(lines) == 1 + 6001
    assert len(set(lines)) == len(lines)


def test_what_is_taken_along_is_recorded_and_only_of_ones_own(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70])
    assert ward.get("nurse", f"/patients/{patient}/observations.csv").status_code == 404
    assert export(ward, patient).status_code == 200
    told = ward.sql("SELECT count(*) FROM audit WHERE action = 'observations.export'")
    assert told == [(1,)]


def test_the_time_line_holds_alerts_notes_advice_and_devices(nursed: tuple[Ward, str]) -> None:
    ward, patient = nursed
    ward.post("nurse", f"/patients/{patient}/notes", {"text": "dizzy when standing"})
    advice = {"command": "message", "args": {"text": "Please sit down."}}
    ward.post("doctor", "/devices/w-chart/commands", advice)
    ward.sql(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,"
        " measured_at, raised_at, message) VALUES (%s, 'limit_hr_high', 'clinical', 'medium',"
        " 'open', now() - interval '3 days', now(), now() - interval '3 days', 'HR 140')",
        ward.number(patient),
    )
    asked = {"from": iso(NOW - timedelta(hours=1)), "to": iso(NOW + timedelta(hours=1))}
    path = f"{ward.client.base_url}/ui/patients/{patient}/events"
    headers = {"Authorization": f"Bearer {ward.tokens['doctor']}"}
    items = ward.client.get(path, params=asked, headers=headers).raise_for_status().json()["items"]
    told = {(one["kind"], one["what"]): one["text"] for one in items}
    assert told["alert", "limit_hr_high"] == "HR 140", "it is open still"
    assert told["note", "note"] == "dizzy when standing"
    assert told["advice", "message"] == "Please sit down."
    assert told["device", "enrolled"] == "watch"
