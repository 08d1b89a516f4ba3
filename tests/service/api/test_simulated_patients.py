"""A simulated patient is marked wherever it is named, is in no figure, and leaves nothing."""

from typing import Any

from api.store.simulations import SIMULATOR
from tests.service.api.conftest import Ward
from tests.support.servers import wait_until

NOTICE = (
    "INSERT INTO notice (patient_no, ward, user_id, kind, priority, change, called_at) "
    "SELECT no, 'main', %s, 'email', 'high', 'raised', now() FROM patient WHERE id = %s"
)
EXAMPLE = (
    "INSERT INTO risk_example (patient_no, at, example) "
    "SELECT no, now(), '' FROM patient WHERE id = %s"
)
TEST_DATA = "http://terminology.hl7.org/CodeSystem/v3-ActReason"


def begun(ward: Ward) -> str:
    made = ward.post("coordinator", "/simulated-patients")
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def fhir(ward: Ward, path: str) -> Any:  # noqa: ANN401 - JSON
    headers = {"Authorization": f"Bearer {ward.tokens['coordinator']}"}
    return ward.client.get(f"/fhir/r4/{path}", headers=headers).json()


def entered(ward: Ward, patient: str) -> list[tuple[Any, ...]]:
    asked = "SELECT entered_by, payload FROM lane_input WHERE patient_no = %s AND kind = %s"
    return ward.sql(asked, ward.number(patient), "observations")


def test_it_is_marked_wherever_it_is_named(staffed: Ward) -> None:
    patient, person = begun(staffed), staffed.take_in()
    assert staffed.post("coordinator", "/simulated-patients").status_code == 409
    found = {one["id"]: one for one in staffed.get("coordinator", "/patients").json()["items"]}
    assert found[patient]["simulated"]
    assert found[patient]["identifier"] == "SIMULATED · 1948-05-14"
    assert not found[person]["simulated"]
    panel = {one["patient"]: one for one in staffed.get("coordinator", "/panel").json()["items"]}
    assert (panel[patient]["simulated"], panel[person]["simulated"]) == (True, False)
    assert panel[patient]["identifier"].startswith("SIMULATED")
    changed = staffed.patch("coordinator", f"/patients/{patient}", {"name": "Max Mustermann"})
    assert changed.json()["identifier"] == "SIMULATED · 1948-05-14", "no form takes the mark away"
    staffed.sql(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, message) SELECT no, 'limit_hr_high', 'clinical', 'medium', "
        "'open', now(), now(), now(), '' FROM patient"
    )
    alerts = staffed.get("coordinator", "/alerts", params={"kind": "clinical"}).json()["items"]
    assert {one["patient"] for one in alerts} == {patient, person}
    for alert in alerts:
        assert alert["simulated"] == (alert["patient"] == patient)
        assert ("SIMULATED" in alert["identifier"]) == alert["simulated"]
    [security] = fhir(staffed, f"Patient/{patient}")["meta"]["security"]
    assert (security["system"], security["code"]) == (TEST_DATA, "HTEST")
    assert "security" not in fhir(staffed, f"Patient/{person}")["meta"]
    for entry in fhir(staffed, "Patient")["entry"]:
        resource = entry["resource"]
        assert ("security" in resource["meta"]) == (resource["id"] == patient)


def test_its_readings_come_by_themselves_in_nobodys_name(staffed: Ward) -> None:
    patient = begun(staffed)
    wait_until(lambda: bool(entered(staffed, patient)), 20.0)
    [(who, payload), *_] = entered(staffed, patient)
    assert who == SIMULATOR
    [sample, *_] = payload["samples"]
    assert {"hr", "spo2", "rr", "temp", "sbp", "acvpu", "o2"} < set(sample)
    assert staffed.log_in("the simulation", "").status_code in {401, 422}


def test_it_calls_nobody_away_from_the_page_and_teaches_no_model(staffed: Ward) -> None:
    patient, person = begun(staffed), staffed.take_in()
    for whose in (patient, person):
        staffed.sql(NOTICE, staffed.ids["doctor"], whose)
        staffed.sql(EXAMPLE, whose)
    number = staffed.number(person)
    assert staffed.sql("SELECT patient_no FROM notice") == [(number,)]
    assert staffed.sql("SELECT patient_no FROM risk_example") == [(number,)]


def test_it_is_removed_with_all_that_is_its_and_nobody_else_is(staffed: Ward) -> None:
    patient, person = begun(staffed), staffed.take_in()
    number = staffed.number(patient)
    wait_until(lambda: bool(entered(staffed, patient)), 20.0)
    staffed.add("coordinator of b", "coordinator", ward="b")  # type: ignore[arg-type]
    gone = f"/simulated-patients/{patient}"
    assert staffed.call("coordinator of b", "DELETE", gone).status_code == 404
    assert staffed.call("doctor", "DELETE", gone).status_code == 403
    refused = staffed.call("coordinator", "DELETE", f"/simulated-patients/{person}")
    assert refused.status_code == 409
    assert staffed.get("coordinator", f"/patients/{person}").status_code == 200
    assert staffed.call("coordinator", "DELETE", gone).status_code == 204
    assert staffed.call("coordinator", "DELETE", gone).status_code == 404
    assert staffed.get("coordinator", f"/patients/{patient}").status_code == 404
    tables = staffed.sql(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE a.attname = 'patient_no' AND c.relkind = 'r' AND c.relname <> 'audit' "
        "AND c.relnamespace = 'public'::regnamespace"
    )
    left = [
        name
        for (name,) in tables
        if staffed.sql(f"SELECT 1 FROM {name} WHERE patient_no = %s", number)  # noqa: S608
    ]
    assert left == []
    assert begun(staffed) != patient, "and another can come"
