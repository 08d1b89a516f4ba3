"""FHIR as others read it: a validator and a client that nobody here wrote."""

from typing import Any

import pytest

from api.fhir.find.registry import TYPES
from tests.service.api.conftest import Ward
from tests.service.api.test_api_fhir import asked, entries
from tests.service.api.whole_record import know_everything
from tests.support import fhir_outsiders


@pytest.fixture
def full(watched: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch) -> tuple[Ward, str]:
    """A patient of whom everything is known that this server tells of."""
    ward, patient = watched
    monkeypatch.setattr(ward.app.state.notify, "webhook_hosts", "hooks.example.org")
    know_everything(ward, patient)
    return ward, patient


def everything(ward: Ward, patient: str) -> list[Any]:
    """One search of each type, as somebody who may ask for all of them."""
    found: list[Any] = [ward.client.get("/fhir/r4/metadata").json()]
    found[0]["id"] = "metadata"
    for kind, of_type in TYPES.items():
        if kind == "Provenance":
            continue
        parameters = {"patient": patient} if "patient" in of_type.parameters else {}
        matches = entries(asked(ward, "admin", kind, params=parameters))
        assert matches, kind
        found += matches
    readings = [
        one["id"]
        for one in found
        if one["resourceType"] == "Observation" and not one["id"].startswith("news2-")
    ]
    found += entries(asked(ward, "admin", "Provenance", params={"target": ",".join(readings[:20])}))
    return found


def test_every_resource_is_valid_by_a_validator_of_others(full: tuple[Ward, str]) -> None:
    ward, patient = full
    found = everything(ward, patient)
    assert {one["resourceType"] for one in found} == {*TYPES, "CapabilityStatement"}
    assert len(found) > 40
    assert fhir_outsiders.invalid(found) == []


def test_a_stay_is_a_valid_document_whose_references_it_holds(full: tuple[Ward, str]) -> None:
    ward, patient = full
    made = asked(ward, "doctor", f"Patient/{patient}/$document").json()
    whole = [one["resource"] for one in made["entry"]]
    assert (made["type"], whole[0]["resourceType"]) == ("document", "Composition")
    assert fhir_outsiders.invalid([made | {"id": "document"}, *whole]) == []
    held = {f"{one['resourceType']}/{one['id']}" for one in whole}
    named = {one["reference"] for part in whole[0]["section"] for one in part["entry"]}
    assert named <= held
    assert {"Encounter", "Flag", "DetectedIssue", "Observation"} <= {
        one.split("/")[0] for one in named
    }
    scores = [one for one in whole if one["id"].startswith("news2-")]
    assert len(scores) == 1
    assert asked(ward, "nurse", f"Patient/{patient}/$document").status_code == 404


def test_the_validator_sees_what_is_wrong(full: tuple[Ward, str]) -> None:
    ward, patient = full
    pulse = entries(asked(ward, "doctor", f"Observation?patient={patient}&code=8867-4"))[0]
    assert fhir_outsiders.invalid([pulse]) == []
    del pulse["subject"]
    assert fhir_outsiders.invalid([pulse])


def test_a_foreign_client_reads_and_pages(full: tuple[Ward, str]) -> None:
    ward, patient = full
    base = f"{str(ward.client.base_url).rstrip('/')}/fhir/r4"
    told = fhir_outsiders.session(base, ward.tokens["doctor"], patient)
    assert told == {
        "version": "4.0.1",
        "name": "Ada Byron",
        "values": [73, 72, 71, 70],
        "pages": 2,
        "refused": "OperationOutcome",
        "doctor": "Dr A",
        "slots": 6,
        "found": "Clear lungs.",
    }
