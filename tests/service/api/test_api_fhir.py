"""FHIR R4 from outside: reading, searching, paging, errors, and who may see what."""

# ruff: noqa: ANN401 - resources are JSON of any shape

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest

from api.fhir.find.registry import TYPES
from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, assess, iso, store

ROLES = ("patient", "doctor", "nurse", "coordinator", "admin")


def asked(ward: Ward, who: str, path: str, **more: Any) -> Any:
    token = ward.tokens.get(who)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return ward.client.get(f"/fhir/r4/{path}", headers=headers | more.pop("headers", {}), **more)


def entries(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [one["resource"] for one in answer.json().get("entry", [])]


def paged(ward: Ward, who: str, query: str) -> list[dict[str, Any]]:
    """Follow a search to its last page; all that was found, in order."""
    found: list[dict[str, Any]] = []
    url: str | None = f"/fhir/r4/{query}"
    while url:
        headers = {"Authorization": f"Bearer {ward.tokens[who]}"}
        answer = ward.client.get(url, headers=headers)
        found += entries(answer)
        url = {one["relation"]: one["url"] for one in answer.json()["link"]}.get("next")
    return found


@pytest.fixture
def measured(watched: tuple[Ward, str]) -> tuple[Ward, str]:
    """A patient of the doctor's with a pulse, a pressure and a score."""
    ward, patient = watched
    store(ward, patient, "hr", [70.0, 71.0, 72.0])
    store(ward, patient, "sbp", [120.0, 121.0], frame_id=200)
    store(ward, patient, "dbp", [80.0, 81.0], frame_id=200)
    ward.sql(
        "INSERT INTO assessment (time, received, frame_id, patient_no, model_version, "
        "plan_revision, score, low, high, band, single_3, missing, assumed, late, in_episode) "
        "SELECT time, received, frame_id, patient_no, 0, 1, NULL, 2, 5, 0, 0, 1 << 10, 0, false, "
        "false FROM observation WHERE patient_no = %s AND metric = 1 ORDER BY time LIMIT 1",
        ward.number(patient),
    )
    return ward, patient


def test_metadata_is_open_and_names_what_there_is(ward: Ward) -> None:
    answer = ward.client.get("/fhir/r4/metadata")
    assert answer.headers["content-type"].startswith("application/fhir+json")
    told = answer.json()
    assert told["fhirVersion"] == "4.0.1"
    assert {one["type"] for one in told["rest"][0]["resource"]} == set(TYPES)


def test_observations_bear_codes_units_and_a_pressure_is_a_panel(
    measured: tuple[Ward, str],
) -> None:
    ward, patient = measured
    found = entries(asked(ward, "doctor", "Observation", params={"patient": patient}))
    assert len(found) == 6
    panels = [one for one in found if one["code"]["coding"][0]["code"] == "85354-9"]
    assert [one["component"][1]["valueQuantity"]["value"] for one in panels] == [81, 80]
    parts = [one["code"]["coding"][0]["code"] for one in panels[0]["component"]]
    assert parts == ["8480-6", "8462-4"]
    pulse = next(one for one in found if one["code"]["coding"][0]["code"] == "8867-4")
    assert pulse["valueQuantity"] == {
        "value": 72,
        "unit": "/min",
        "system": "http://unitsofmeasure.org",
        "code": "/min",
    }
    score = next(one for one in found if "dataAbsentReason" in one)
    assert score["note"][0]["text"] == "Incomplete: without Consciousness."
    for one in found:
        again = asked(ward, "doctor", f"Observation/{one['id']}")
        assert again.json() == one, one["id"]


def test_a_search_is_paged_without_a_gap_in_both_orders(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    for order in ("date", "-date"):
        whole = entries(
            asked(ward, "doctor", "Observation", params={"patient": patient, "_sort": order})
        )
        seen = paged(ward, "doctor", f"Observation?patient={patient}&_sort={order}&_count=1")
        assert [one["id"] for one in seen] == [one["id"] for one in whole]
        times = [one["effectiveDateTime"] for one in seen]
        assert times == sorted(times, reverse=order == "-date")


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"code": "http://loinc.org|8867-4"}, 3),
        ({"code": "8867-4,85354-9"}, 5),
        ({"code": "8480-6"}, 2),
        ({"code": "urn:homeward:codes|news2-total"}, 1),
        ({"code": "http://snomed.info/sct|8867-4"}, 0),
        ({"category": "vital-signs"}, 5),
        ({"category": "survey"}, 1),
        ({"date": "gt" + iso(NOW)}, 0),
        ({"date": "le" + iso(NOW)}, 6),
        ({"date": ["ge" + iso(NOW - timedelta(minutes=59)), "lt" + iso(NOW)]}, 3),
        ({"_lastUpdated": "gt" + iso(NOW)}, 0),
    ],
)
def test_a_search_is_narrowed(
    measured: tuple[Ward, str], parameters: dict[str, Any], count: int
) -> None:
    ward, patient = measured
    found = entries(asked(ward, "doctor", "Observation", params={"patient": patient, **parameters}))
    assert len(found) == count


def test_what_a_score_came_from_is_brought_along(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    parameters = {"patient": patient, "code": "news2-total"}
    answer = asked(
        ward,
        "doctor",
        "Observation",
        params=parameters | {"_include": "Observation:derived-from"},
    )
    modes = [one["search"]["mode"] for one in answer.json()["entry"]]
    assert modes == ["match", "include"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Observation?patient=x", 400),
        ("Observation", 400),
        ("Observation?colour=red", 400),
        ("Observation?patient={patient}&date=soon", 400),
        ("Observation?patient={patient}&date=ge2026-13", 400),
        ("Observation?patient={patient}&_sort=value", 400),
        ("Observation?patient={patient}&_count=some", 400),
        ("Observation?patient={patient}&_cursor=AAAA", 400),
        ("Observation?patient={patient}&_format=xml", 406),
        ("Patient/nobody", 400),
        ("Observation/nothing", 404),
        ("Substance", 404),
    ],
)
def test_what_is_wrong_is_told_as_an_outcome(
    watched: tuple[Ward, str], path: str, status: int
) -> None:
    ward, patient = watched
    answer = asked(ward, "doctor", path.format(patient=patient))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    told = answer.json()
    assert told["resourceType"] == "OperationOutcome"
    assert told["issue"][0]["diagnostics"]


def test_what_is_not_known_is_ignored_on_request(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    headers = {"Prefer": "handling=lenient"}
    answer = asked(ward, "doctor", f"Observation?patient={patient}&colour=red", headers=headers)
    assert len(entries(answer)) == 6


def test_every_type_is_open_to_whom_it_should_be(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    needed = {"Provenance": f"target=Observation/{uuid4()}"}
    for kind, of_type in TYPES.items():
        parameter = needed.get(
            kind, f"patient={patient}" if "patient" in of_type.parameters else ""
        )
        for who in ("nobody", *ROLES):
            answer = asked(ward, who, f"{kind}?{parameter}")
            expected = 200 if who in {one.value for one in of_type.roles} else 403
            assert answer.status_code == (401 if who == "nobody" else expected), (kind, who)


def test_what_is_not_yours_is_as_if_it_were_not_there(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    ward.add("elsewhere", "coordinator", ward="b")
    assess(ward, patient, low=3, risk=0.2)
    device = ward.post("coordinator", f"/patients/{patient}/devices", {"kind": "watch"}).json()
    ward.sql(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, message) VALUES (%s, 'limit_hr_high', 'clinical', 'medium', "
        "'open', now(), now(), now(), 'Pulse high')",
        ward.number(patient),
    )
    seen = 0
    for kind, of_type in TYPES.items():
        if kind in (
            "AuditEvent",
            "Practitioner",
            "PractitionerRole",
            "Provenance",
            "Questionnaire",
            "Subscription",
        ):
            continue
        parameter = f"?patient={patient}" if "patient" in of_type.parameters else ""
        inside = entries(asked(ward, "coordinator", f"{kind}{parameter}"))
        seen += len(inside)
        assert entries(asked(ward, "elsewhere", f"{kind}{parameter}")) == [], kind
        assert (
            entries(
                asked(ward, "patient", f"{kind}{parameter}")
                if "patient" in {one.value for one in of_type.roles}
                else asked(ward, "elsewhere", kind)
            )
            == []
        ), kind
        for one in inside:
            assert asked(ward, "elsewhere", f"{kind}/{one['id']}").status_code == 404, kind
    assert seen >= 10
    assert device["device"]


def test_accesses_are_in_the_record(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    asked(ward, "doctor", f"Patient/{patient}")
    found = entries(asked(ward, "admin", f"AuditEvent?patient={patient}"))
    read = [one for one in found if one["subtype"][0]["code"] == "patient.read"]
    assert read[0]["agent"][0]["who"]["display"] == "doctor"


def test_a_patient_bears_the_revision_as_etag(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    answer = asked(ward, "doctor", f"Patient/{patient}")
    assert answer.headers["etag"] == f'W/"{answer.json()["meta"]["versionId"]}"'
    assert answer.json()["name"][0]["text"] == "Ada Byron"


UCUM = "http://unitsofmeasure.org"


def pulse(patient: str, value: float = 71, unit: str = "/min", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": iso(NOW),
        "valueQuantity": {"value": value, "system": UCUM, "code": unit},
        **more,
    }


def sent(ward: Ward, who: str, path: str, body: object, **headers: str) -> Any:
    token = ward.tokens[who]
    kind = {"Content-Type": "application/fhir+json", "Authorization": f"Bearer {token}"}
    return ward.client.post(f"/fhir/r4{path}", json=body, headers=kind | headers)


@contextmanager
def gateway(ward: Ward) -> Iterator[None]:
    """Fold what is entered, as the gateway would: a pulse as one reading."""
    ended = Event()

    def fold() -> None:
        while not ended.wait(0.02):
            ward.sql(
                "WITH folded AS (UPDATE lane_input SET folded_as = id + 900 "
                "WHERE folded_as IS NULL AND kind = 'observations' RETURNING *) "
                "INSERT INTO observation (time, received, device_time, frame_id, patient_no, "
                "device_no, metric, quality, value, entered_by) "
                "SELECT to_timestamp((s ->> 't')::float / 1000), entered_at, NULL, folded_as, "
                "patient_no, NULL, 1, 1, (s ->> 'hr')::float, entered_by "
                "FROM folded, jsonb_array_elements(payload -> 'samples') s"
            )

    lane = Thread(target=fold)
    lane.start()
    try:
        yield
    finally:
        ended.set()
        lane.join()


def test_an_observation_is_entered_in_the_senders_name(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    with gateway(ward):
        made = sent(ward, "doctor", "/Observation", pulse(patient))
    assert made.status_code == 201, made.text
    assert made.headers["location"].endswith(f"/Observation/{made.json()['id']}")
    told = asked(ward, "doctor", f"Observation/{made.json()['id']}").json()
    assert told == made.json()
    assert told["valueQuantity"]["value"] == 71
    assert told["performer"][0]["reference"] == f"Practitioner/{ward.ids['doctor']}"
    assert sent(ward, "nurse", "/Observation", pulse(patient)).status_code == 404
    wrong = sent(ward, "doctor", "/Observation", pulse(patient, 71, "Hz"))
    assert wrong.status_code == 422
    assert wrong.json()["issue"][0]["expression"] == ["Observation.valueQuantity.code"]
    high = sent(ward, "doctor", "/Observation", pulse(patient, 900))
    assert high.status_code == 422


def test_what_is_sent_again_is_the_observation_that_it_was(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    body = pulse(patient, identifier=[{"system": "urn:clinic", "value": "Zebedee-17"}])
    named = {"If-None-Exist": "identifier=urn:clinic|Zebedee-17"}
    with gateway(ward):
        first = sent(ward, "doctor", "/Observation", body, **named)
        again = sent(ward, "doctor", "/Observation", body, **named)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    ((kept,),) = ward.sql("SELECT count(*) FROM observation")
    assert kept == 1
    ((source,),) = ward.sql("SELECT source FROM lane_input WHERE kind = 'observations'")
    assert "Zebedee" not in source
    bad = sent(ward, "doctor", "/Observation", body, **{"If-None-Exist": "code=8867-4"})
    assert bad.status_code == 422


def test_a_transaction_is_taken_whole_or_not_at_all(watched: tuple[Ward, str]) -> None:
    ward, patient = watched

    def bundle(*values: float) -> dict[str, Any]:
        entries = [
            {
                "resource": pulse(patient, value),
                "request": {"method": "POST", "url": "Observation"},
            }
            for value in values
        ]
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    refused = sent(ward, "doctor", "", bundle(70, 900))
    assert refused.status_code == 422
    assert refused.json()["issue"][0]["expression"][0].startswith("entry[1].")
    ((kept,),) = ward.sql("SELECT count(*) FROM lane_input WHERE kind = 'observations'")
    assert kept == 0
    with gateway(ward):
        taken = sent(ward, "doctor", "", bundle(70, 71, 72))
    assert taken.status_code == 200
    assert [one["response"]["status"] for one in taken.json()["entry"]] == ["201"] * 3
    for wrong in ({}, bundle(), bundle(70) | {"type": "batch"}, bundle(*range(60, 280))):
        assert sent(ward, "doctor", "", wrong).status_code == 422


def test_the_newest_of_each_code(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    found = entries(asked(ward, "doctor", "Observation/$lastn", params={"patient": patient}))
    assert sorted(one["code"]["coding"][0]["code"] for one in found) == ["85354-9", "8867-4"]
    both = asked(ward, "doctor", f"Observation/$lastn?patient={patient}&max=2&code=8867-4")
    assert [one["valueQuantity"]["value"] for one in entries(both)] == [72, 71]


def test_a_whole_record_comes_in_pages(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    seen = paged(ward, "doctor", f"Patient/{patient}/$everything?_count=2")
    kinds = [one["resourceType"] for one in seen]
    assert (kinds.count("Patient"), kinds.count("Observation")) == (1, 6)
    assert len({(one["resourceType"], one["id"]) for one in seen}) == len(seen)
    assert asked(ward, "nurse", f"Patient/{patient}/$everything").status_code == 404


def test_a_ward_is_taken_along_line_by_line(measured: tuple[Ward, str]) -> None:
    ward, patient = measured
    other = ward.take_in(name="Second Person")
    assert asked(ward, "doctor", "$export").status_code == 403
    assert asked(ward, "coordinator", "$export").status_code == 400
    waits = {"Prefer": "respond-async"}
    begun = asked(ward, "coordinator", "$export?_type=Patient,Observation", headers=waits)
    assert begun.status_code == 202, begun.text
    where = begun.headers["content-location"].partition("/fhir/r4/")[2]
    outputs = asked(ward, "coordinator", where).json()["output"]
    assert [one["type"] for one in outputs] == ["Patient", "Observation"]
    got = {}
    for one in outputs:
        answer = asked(ward, "coordinator", one["url"].partition("/fhir/r4/")[2])
        assert answer.headers["content-type"].startswith("application/fhir+ndjson")
        got[one["type"]] = [json.loads(line) for line in answer.text.splitlines()]
    assert {one["id"] for one in got["Patient"]} == {patient, other}
    assert len(got["Observation"]) == 6
    bad = asked(ward, "coordinator", "$export?_type=Substance", headers=waits)
    assert bad.status_code == 400
