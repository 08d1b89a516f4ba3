"""Whom NEWS2 is for, over HTTP: birth date, zone and pregnancy decide, and the answer says why."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from api.jobs.scoring import answer_some
from tests.service.api.conftest import Ward
from tests.service.api.writing import assess

TODAY = datetime.now(UTC).date()
CHILD = str(TODAY - timedelta(days=800))


def plan(ward: Ward, patient: str) -> dict[str, Any]:
    ((scoring,),) = ward.sql(
        "SELECT c.scoring FROM patient p JOIN care_plan c ON c.patient_no = p.no"
        " AND c.revision = p.plan_revision WHERE p.id = %s",
        patient,
    )
    assert isinstance(scoring, dict)
    return scoring


def news2(ward: Ward, patient: str) -> list[dict[str, Any]]:
    """What is said of the score wherever it is told."""
    (row,) = [
        one
        for one in ward.get("coordinator", "/panel").json()["items"]
        if one["patient"] == patient
    ]
    told = ward.get("coordinator", f"/patients/{patient}/assessment").json()
    return [row["news2"], told["news2"]]


def test_a_child_is_told_without_a_score_and_with_the_reason(staffed: Ward) -> None:
    patient = staffed.take_in(birth_date=CHILD)
    assess(staffed, patient, low=9, risk=0.4)  # of before the birth date was corrected
    for told in news2(staffed, patient):
        assert (told["score"], told["low"], told["high"], told["band"]) == (None,) * 4
        assert told["reason"] == "under_16"
    assert staffed.get("coordinator", f"/patients/{patient}").json()["not_scored"] == "under_16"
    assert plan(staffed, patient)["adult_from_ms"] > datetime.now(UTC).timestamp() * 1000


def test_of_an_adult_no_date_stands_in_the_clear(staffed: Ward) -> None:
    patient = staffed.take_in(birth_date="1950-12-10")
    assert plan(staffed, patient) == {
        "adult_from_ms": 0, "pregnant_ms": None, "pregnant": None, "zone": "UTC",
    }  # fmt: skip
    assert news2(staffed, patient)[0]["reason"] is None


def test_who_has_no_birth_date_is_taken_for_an_adult_and_it_is_said(staffed: Ward) -> None:
    patient = staffed.take_in(birth_date=None)
    shown = staffed.get("coordinator", f"/patients/{patient}").json()
    assert (shown["birth_date"], shown["not_scored"]) == (None, None)
    assess(staffed, patient, low=2, risk=0.1)
    for told in news2(staffed, patient):
        assert (told["score"], "adult" in told["assumed"]) == (2, True)
    staffed.patch("coordinator", f"/patients/{patient}", {"birth_date": CHILD})
    assert news2(staffed, patient)[0]["reason"] == "under_16"
    body = {"name": "A", "sex": "female"}
    assert staffed.post("coordinator", "/patients", body).status_code == 422


def test_a_pregnancy_begins_and_ends_by_the_patients_own_midnight(staffed: Ward) -> None:
    patient = staffed.take_in(time_zone="Asia/Tokyo")
    body = {"pregnant": {"from": "2026-03-01", "until": "2026-11-30"}}
    changed = staffed.patch("coordinator", f"/patients/{patient}", body)
    assert changed.json()["pregnant"] == body["pregnant"]
    start, end = plan(staffed, patient)["pregnant_ms"]
    assert datetime.fromtimestamp(start / 1000, UTC) == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert datetime.fromtimestamp(end / 1000, UTC) == datetime(2026, 11, 30, 15, tzinfo=UTC)
    staffed.patch("coordinator", f"/patients/{patient}", {"time_zone": "Europe/Lisbon"})
    moved, _ = plan(staffed, patient)["pregnant_ms"]
    assert datetime.fromtimestamp(moved / 1000, UTC) == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_doctor_says_that_a_patient_is_pregnant_and_is_not(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    body = {"pregnant": {"from": str(TODAY - timedelta(days=9)), "until": None}}
    assert ward.patch("doctor", f"/patients/{patient}", body).json()["not_scored"] == "pregnant"
    assert ward.patch("doctor", f"/patients/{patient}", {"spo2_scale": 2}).status_code == 200
    shown = ward.get("doctor", f"/patients/{patient}").json()
    assert (shown["not_scored"], shown["spo2_scale"]) == ("pregnant", 2)
    cleared = ward.patch("doctor", f"/patients/{patient}", {"pregnant": None}).json()
    assert (cleared["pregnant"], cleared["not_scored"]) == (None, None)


def test_a_doctor_says_who_has_no_diabetes_and_what_is_low_for_them(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    before = ward.get("doctor", f"/patients/{patient}").json()
    assert before["diabetes"] is None
    told = ward.patch("doctor", f"/patients/{patient}", {"diabetes": False}).json()
    low = told["limits_in_force"]["glucose"]
    assert (told["diabetes"], low["low"], low["origin"]["low"]) == (False, 54, "no_diabetes")
    assert plan(ward, patient)["diabetes"] is False
    kept = ward.patch("doctor", f"/patients/{patient}", {"pregnant": None}).json()
    assert kept["diabetes"] is False
    again = ward.patch("doctor", f"/patients/{patient}", {"diabetes": None}).json()
    usual = again["limits_in_force"]["glucose"]
    assert (again["diabetes"], usual["low"], usual["origin"]["low"]) == (None, 70, "ward")
    assert ward.patch("doctor", f"/patients/{patient}", {"diabetes": "no"}).status_code == 422


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"from": "2026-05-01", "until": "2026-04-30"}, "pregnant"),
        ({"from": "soon"}, "pregnant.from"),
        ({"until": "2026-05-01"}, "pregnant.from"),
        ({"from": "2026-05-01", "weeks": 3}, "pregnant.weeks"),
    ],
)
def test_a_period_that_cannot_be_is_refused_by_name(
    staffed: Ward, period: dict[str, str], field: str
) -> None:
    patient = staffed.take_in()
    answer = staffed.patch("coordinator", f"/patients/{patient}", {"pregnant": period})
    assert answer.status_code == 422
    assert field in answer.text


def test_patients_of_before_are_answered_for_once(staffed: Ward) -> None:
    """A migration cannot open a birth date: the program does, and a plan of its own says so."""
    child, adult = staffed.take_in(birth_date=CHILD), staffed.take_in()
    staffed.sql("UPDATE care_plan SET scoring = NULL")
    assert news2(staffed, child)[0]["reason"] is None
    services = staffed.app.state.services

    async def once() -> int:
        async with await open_as_api(staffed) as conn, conn.transaction():
            return await answer_some(conn, services.vault, services.now())

    assert asyncio.run(once()) == 2
    assert asyncio.run(once()) == 0
    assert news2(staffed, child)[0]["reason"] == "under_16"
    assert plan(staffed, adult)["adult_from_ms"] == 0
    assert staffed.get("coordinator", f"/patients/{child}").json()["plan_revision"] == 2


def test_plans_of_before_get_the_zone_and_keep_what_was_said(staffed: Ward) -> None:
    """Whose nights are whose stands in a further plan, so that a replay is as it was."""
    patient = staffed.take_in(birth_date=CHILD, time_zone="Asia/Tokyo")
    body = {"pregnant": {"from": "2026-03-01", "until": "2026-11-30"}, "diabetes": True}
    staffed.patch("coordinator", f"/patients/{patient}", body)
    said = plan(staffed, patient)
    assert said["zone"] == "Asia/Tokyo"
    staffed.sql("UPDATE care_plan SET scoring = scoring - 'zone'")
    services = staffed.app.state.services

    async def once() -> int:
        async with await open_as_api(staffed) as conn, conn.transaction():
            return await answer_some(conn, services.vault, services.now())

    assert asyncio.run(once()) == 1
    assert asyncio.run(once()) == 0
    assert plan(staffed, patient) == said
    moved = staffed.patch("coordinator", f"/patients/{patient}", {"time_zone": "Europe/Paris"})
    assert moved.status_code == 200
    assert plan(staffed, patient)["zone"] == "Europe/Paris"


async def open_as_api(ward: Ward) -> Any:  # noqa: ANN401 - psycopg's own
    return await AsyncConnection.connect(ward.database.api, row_factory=dict_row)
