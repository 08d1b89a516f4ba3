"""An auditor reads the log and nothing else, and the log tells them nothing clinical."""

import re
from uuid import uuid4

from tests.service.api.conftest import Ward
from tests.service.api.test_api_matrix import addresses
from tests.service.api.writing import store


def test_an_auditor_reads_the_log_without_names_or_values(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    ward.add("auditor", "auditor")
    store(ward, patient, "hr", [70.0])
    ward.get("doctor", f"/patients/{patient}")
    change = {"limits": {"hr": {"low": 41, "high": 133.5}}, "reason": "agreed on the round"}
    assert ward.patch("doctor", f"/patients/{patient}", change).status_code == 200
    answer = ward.get("auditor", "/audit")
    assert answer.status_code == 200
    assert answer.json()["verification"]["ok"]
    items = answer.json()["items"]
    read = next(one for one in items if one["action"] == "patient.read")
    assert (read["username"], read["detail"]["why"]) == ("doctor", "care team")
    assert read["patient_number"] == ward.number(patient)
    assert (read["name"], read["identifier"], read["patient"]) == (None, None, None)
    limits = next(one for one in items if one["action"] == "patient.limits")
    assert set(limits["detail"]) == {"from", "why"}
    assert "133.5" not in answer.text
    assert "Ada Byron" not in answer.text
    whole = ward.get("admin", "/audit").json()["items"]
    assert "133.5" in str([one for one in whole if one["action"] == "patient.limits"])


def test_the_log_is_asked_by_patient_person_and_action(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    ward.add("auditor", "auditor")
    ward.get("doctor", f"/patients/{patient}")
    ward.get("coordinator", f"/patients/{patient}")

    def told(**asked: object) -> list[tuple[str, str]]:
        items = ward.get("auditor", "/audit", params=asked).json()["items"]
        return [(one["username"], one["action"]) for one in items]

    number = ward.number(patient)
    of_patient = told(patient_number=number, action="patient.read")
    assert of_patient == [("coordinator", "patient.read"), ("doctor", "patient.read")]
    assert {who for who, _ in told(actor=ward.ids["doctor"])} == {"doctor"}
    assert told(action="no.such") == []
    assert told(patient_number=number + 1_000) == []
    assert ward.get("auditor", "/audit", params={"patient": patient}).status_code == 404
    assert ward.get("auditor", "/audit", params={"patient": str(uuid4())}).status_code == 404


def test_an_auditor_reaches_nothing_else(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    ward.add("auditor", "auditor")
    document = ward.client.get("/openapi.json").json()
    opened = []
    for path, methods in document["paths"].items():
        if "get" in methods and "{" not in path and path.startswith(("/api/v1", "/fhir")):
            opened += [path] if _asked(ward, path) != 403 else []
    own = {"/me", "/me/passkeys", "/me/sessions", "/audit"}
    assert {path.removeprefix("/api/v1") for path in opened} - {"/fhir/r4/metadata"} == own
    for method, path in addresses(ward):
        if path.startswith("/patients/{patient_id}"):
            filled = re.sub(r"{\w+}", str(uuid4()), path.replace("{patient_id}", patient))
            assert ward.call("auditor", method, filled).status_code == 403, (method, path)
    cookie = {"Cookie": f"homeward={ward.tokens['auditor']}"}
    for page in ("/", "/panel", f"/patients/{patient}", "/people", "/keys"):
        answer = ward.client.get(page, headers=cookie)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/log"), page
    assert ward.client.get("/log", headers=cookie).status_code == 200


def _asked(ward: Ward, path: str) -> int:
    headers = {"Authorization": f"Bearer {ward.tokens['auditor']}"}
    with ward.client.stream("GET", path, headers=headers) as answer:
        return answer.status_code
