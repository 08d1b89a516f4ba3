"""Consents: given once, taken back by the person; without one, nothing more is taken in."""

# ruff: noqa: ANN401 - answers are JSON of any shape

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.api.conftest import Ward

MONITORING = {"scope": "monitoring", "version": "2026-1"}


@pytest.fixture
def own(watched: tuple[Ward, str]) -> tuple[Ward, str]:
    """A patient with an account of their own, and a device."""
    ward, patient = watched
    ward.add("own", "patient")
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'own'", ward.number(patient))
    ward.post("coordinator", f"/patients/{patient}/devices", {"kind": "watch"})
    return ward, patient


def given(ward: Ward, who: str, patient: str, **more: Any) -> Any:
    return ward.post(who, f"/patients/{patient}/consents", MONITORING | more)


def test_a_consent_is_in_force_once(own: tuple[Ward, str]) -> None:
    ward, patient = own
    assert given(ward, "own", patient).status_code == 201
    assert given(ward, "coordinator", patient).status_code == 409
    assert given(ward, "coordinator", patient, scope="research").status_code == 201
    items = ward.get("doctor", f"/patients/{patient}/consents").json()["items"]
    assert {(one["scope"], one["recorded_by"]) for one in items} == {
        ("monitoring", "own"),
        ("research", "coordinator"),
    }
    assert given(ward, "doctor", patient).status_code == 403
    assert given(ward, "own", patient, scope="everything").status_code == 422
    ward.add("stranger", "patient")
    assert given(ward, "stranger", patient).status_code == 404


@pytest.mark.parametrize("who", ["own", "coordinator"])
def test_without_consent_the_stay_ends(own: tuple[Ward, str], who: str) -> None:
    ward, patient = own
    consent = given(ward, "own", patient).json()["id"]
    path = f"/patients/{patient}/consents/{consent}/withdraw"
    assert ward.post("doctor", path).status_code == 403
    assert ward.post(who, path).status_code == 204
    assert ward.post(who, path).status_code == 204
    told = ward.get("coordinator", f"/patients/{patient}").json()
    assert (told["state"], told["care_team"]) == ("discharged", [])
    ((bound,),) = ward.sql("SELECT bound_to IS NOT NULL FROM device")
    assert bound
    (kept,) = ward.get("coordinator", f"/patients/{patient}/consents").json()["items"]
    assert kept["withdrawn_by"] == who
    assert given(ward, "own", patient).status_code == 201


def test_to_take_research_back_changes_no_care(own: tuple[Ward, str]) -> None:
    ward, patient = own
    consent = given(ward, "own", patient, scope="research").json()["id"]
    assert ward.post("own", f"/patients/{patient}/consents/{consent}/withdraw").status_code == 204
    assert ward.get("coordinator", f"/patients/{patient}").json()["state"] == "active"


@pytest.fixture
def erasing(own: tuple[Ward, str]) -> Iterator[tuple[Ward, str]]:
    """A site that erases whoever withdraws."""
    ward, patient = own
    settings = ward.app.state.services.settings
    settings.withdrawal_erases = True
    yield ward, patient
    settings.withdrawal_erases = False


def test_a_site_may_erase_whoever_withdraws(erasing: tuple[Ward, str]) -> None:
    ward, patient = erasing
    consent = given(ward, "own", patient).json()["id"]
    assert ward.post("own", f"/patients/{patient}/consents/{consent}/withdraw").status_code == 204
    assert ward.get("admin", f"/patients/{patient}").status_code == 404
    assert ward.get("own", "/me").status_code == 401
    ((left,),) = ward.sql("SELECT count(*) FROM consent")
    assert left == 0
