"""Machine accounts: what a key opens, how it ends, and that the record names it."""

# ruff: noqa: ANN401 - answers are JSON of any shape

from typing import Any

import pytest

from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, iso, store


def key_of(ward: Ward, *scopes: str, of_ward: str = "main") -> dict[str, Any]:
    body = {"name": "warehouse", "ward": of_ward, "scopes": list(scopes)}
    made = ward.post("admin", "/api-keys", body)
    assert made.status_code == 201, made.text
    ward.tokens[made.json()["id"]] = made.json()["key"]
    answer: dict[str, Any] = made.json()
    return answer


def fhir(ward: Ward, key: dict[str, Any], path: str) -> Any:
    return ward.client.get(f"/fhir/r4/{path}", headers={"Authorization": f"Bearer {key['key']}"})


def test_a_key_opens_its_scopes_in_its_ward(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70.0])
    key = key_of(ward, "system/Patient.rs", "system/Observation.rs")
    assert len(fhir(ward, key, f"Observation?patient={patient}").json()["entry"]) == 1
    assert fhir(ward, key, f"Patient/{patient}").status_code == 200
    assert fhir(ward, key, f"Encounter?patient={patient}").status_code == 403
    assert ward.get(key["id"], "/patients").status_code == 403
    assert ward.get(key["id"], "/me").status_code == 403
    panel = ward.client.get("/panel", headers={"Authorization": f"Bearer {key['key']}"})
    assert panel.status_code == 403
    ward.add("elsewhere", "doctor", ward="b")
    other = key_of(ward, "system/*.rs", of_ward="b")
    assert fhir(ward, other, f"Patient/{patient}").status_code == 404


def test_a_machine_enters_in_its_own_name(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    key = key_of(ward, "api/patients.read", "api/patients.write")
    body = {"samples": [{"t": iso(NOW), "hr": 71}]}
    made = ward.post(key["id"], f"/patients/{patient}/observations", body)
    assert made.status_code == 201, made.text
    assert ward.post(key["id"], f"/patients/{patient}/erase", {}).status_code == 403
    items = ward.get("admin", "/audit", params={"patient": patient}).json()["items"]
    entered = next(one for one in items if one["action"] == "observations.enter")
    assert entered["username"].startswith("machine-")


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_key_that_has_ended_opens_nothing(watched: tuple[Ward, str], end: str) -> None:
    ward, patient = watched
    key = key_of(ward, "system/*.rs")
    assert fhir(ward, key, f"Patient/{patient}").status_code == 200
    if end == "revoked":
        assert ward.call("admin", "DELETE", f"/api-keys/{key['id']}").status_code == 204
        assert ward.call("admin", "DELETE", f"/api-keys/{key['id']}").status_code == 204
    else:
        ward.sql("UPDATE session_token SET expires_at = now() WHERE kind = 'key'")
    assert fhir(ward, key, f"Patient/{patient}").status_code == 401


def test_keys_are_listed_without_their_secret(ward: Ward) -> None:
    key = key_of(ward, "system/*.rs")
    assert fhir(ward, key, "Patient").status_code == 200
    ward.sql("UPDATE session_token SET used_at = now() + interval '1 s' WHERE kind = 'key'")
    (told,) = ward.get("admin", "/api-keys").json()["items"]
    assert "key" not in told
    assert (told["name"], told["ward"], told["created_by"]) == ("warehouse", "main", "admin")
    assert told["last_used"]
    ((kept,),) = ward.sql(
        "SELECT count(*) FROM session_token WHERE token_hash = %s", key["key"].encode()
    )
    assert kept == 0


def test_a_machine_is_nobody_who_signs_in_or_is_called(ward: Ward) -> None:
    key_of(ward, "system/*.rs")
    ((name,),) = ward.sql("SELECT username FROM app_user WHERE role = 'machine'")
    assert ward.log_in(name, "").status_code in {401, 422}
    assert ward.log_in(name).status_code == 401
    told = [one["username"] for one in ward.get("admin", "/users").json()["items"]]
    assert name not in told


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["system/Observation.d"]},
        {"scopes": ["api/users.read"]},
        {"ward": "nowhere"},
        {"days": 0},
        {"days": 4_000},
        {"name": ""},
    ],
)
def test_what_is_no_key_is_refused(ward: Ward, wrong: dict[str, Any]) -> None:
    body = {"name": "x", "ward": "main", "scopes": ["system/*.rs"], **wrong}
    assert ward.post("admin", "/api-keys", body).status_code == 422
