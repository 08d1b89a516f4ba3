"""What no honest client sends: refused by the name of its field, and never a 500."""

from datetime import timedelta

import pytest

from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, iso, store

PERSON = {"name": "Ann", "birth_date": "1950-01-02", "sex": "female"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/doctors", {"name": "N\0", "skills": []}, "name"),
        ("/doctors", {"name": "N", "skills": ["a", "\0"]}, "skills.1"),
        ("/patients", PERSON | {"external_id": "\0"}, "external_id"),
        ("/patients", PERSON | {"ward": "\0"}, "ward"),
        ("/devices/w-one%00/token", None, "device_id"),
        ("/auth/register", {"username": "me\0", "password": "long enough for all"}, "username"),
    ],
)
def test_nul_is_refused_by_its_field(staffed: Ward, path: str, body: object, field: str) -> None:
    refused = staffed.post("coordinator", path, body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == field


def test_nul_is_refused_in_queries_forms_and_cursors(staffed: Ward) -> None:
    for query in ({"device": "\0"}, {"cursor": "WyJcdTAwMDAiXQ"}):
        assert staffed.get("coordinator", "/quarantine", params=query).status_code == 422
    assert staffed.get("coordinator", "/shifts?cursor=WyIyMDI2IiwiXHUwMDAwIl0").status_code == 422
    refused = staffed.log_in("me\0", "whatever it may be")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "username"


def test_half_a_character_is_refused_also_as_a_name(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    raw = b'{"kind": "hub", "expected": {"\\ud800": 1}}'
    kind = {"Content-Type": "application/json"}
    path = f"/patients/{patient}/devices"
    refused = ward.call("coordinator", "POST", path, content=raw, headers=kind)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "expected"


def test_a_form_may_come_in_parts_and_broken_parts_are_refused(staffed: Ward) -> None:
    parts = {"username": (None, "nobody"), "password": (None, "whatever it may be")}
    path = "/api/v1/auth/login"
    assert staffed.client.post(path, files=parts).status_code == 401
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert staffed.client.post(path, content=b"--x\r\n", headers=kind).status_code == 422


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_edge_of_the_calendar_are_refused(
    watched: tuple[Ward, str], moment: str
) -> None:
    ward, patient = watched
    for field in ("from", "to"):
        for path in (f"/patients/{patient}/observations", "/shifts"):
            refused = ward.get("coordinator", path, params={field: moment})
            assert refused.status_code == 422, (path, field)
            assert refused.json()["errors"][0]["field"] == field
    body = {"samples": [{"t": moment, "hr": 70}]}
    assert ward.post("doctor", f"/patients/{patient}/observations", body).status_code == 422
    change = {"state": "paused", "until": moment}
    assert ward.patch("coordinator", f"/patients/{patient}", change).status_code == 422


@pytest.mark.parametrize("number", [1_764_000_000, 1_764_000_000_000, "1764000000"])
def test_a_bare_number_is_no_time_of_day(watched: tuple[Ward, str], number: object) -> None:
    ward, patient = watched
    path = f"/patients/{patient}/observations"
    refused = ward.post("doctor", path, {"samples": [{"t": number, "rr": 16}]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "samples.0.t"
    assert ward.get("doctor", path, params={"from": number}).status_code == 422


def test_what_cannot_be_empty_is_not_emptied_in_silence(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    fields = ("name", "birth_date", "sex", "time_zone", "spo2_scale", "limits", "state", "ward")
    for field in fields:
        refused = ward.patch("coordinator", f"/patients/{patient}", {field: None})
        assert refused.status_code == 422, field
        assert refused.json()["errors"][0]["field"] == field
    emptied = ward.patch("coordinator", f"/patients/{patient}", {"phone": None})
    assert emptied.json()["phone"] is None
    account = ward.get("admin", "/users").json()["items"][0]["id"]
    for field in ("password", "role", "state", "display_name", "ward"):
        assert ward.patch("admin", f"/users/{account}", {field: None}).status_code == 422, field


@pytest.mark.parametrize("value", [True, "70", "NaN"])
def test_only_a_number_is_a_measurement(watched: tuple[Ward, str], value: object) -> None:
    ward, patient = watched
    body = {"samples": [{"t": iso(NOW), "hr": value}]}
    refused = ward.post("doctor", f"/patients/{patient}/observations", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "samples.0.hr"


@pytest.mark.parametrize("raw", [b"{bad", b"\xff\xfe", b"[" * 200_000])
def test_what_is_no_json_names_the_body(staffed: Ward, raw: bytes) -> None:
    kind = {"Content-Type": "application/json"}
    refused = staffed.call("coordinator", "POST", "/patients", content=raw, headers=kind)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"] == "body"


def test_without_from_nothing_is_left_out(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70], start=NOW - timedelta(days=5))
    page = ward.get("doctor", f"/patients/{patient}/observations").json()
    assert [one["value"] for one in page["items"]] == [70]
