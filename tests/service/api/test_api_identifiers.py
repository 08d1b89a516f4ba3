"""Two people of one name: every answer that speaks of a patient tells them apart."""

from typing import Any

import pytest

from tests.service.api.conftest import Ward

FIRST = {"name": "Maria Santos", "birth_date": "1941-03-02", "external_id": "R-1"}
SECOND = {"name": "Maria Santos", "birth_date": "1967-11-19", "external_id": None}
ALERT = """
    INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, measured_at,
                         raised_at, message)
    VALUES (%s, 'news2_emergency', 'clinical', 'high', 'open', now(), now(), now(), 'm')
    RETURNING id::text
"""


@pytest.fixture
def two(staffed: Ward) -> tuple[Ward, str, str]:
    return staffed, staffed.take_in(**FIRST), staffed.take_in(**SECOND)


def told(item: dict[str, Any]) -> tuple[str, str]:
    return item["name"], item["identifier"]


EXPECTED = [("Maria Santos", "1941-03-02 · R-1"), ("Maria Santos", "1967-11-19")]


def test_panel_and_list_tell_a_second_identifier(two: tuple[Ward, str, str]) -> None:
    ward, *_ = two
    for path in ("/panel", "/patients"):
        rows = ward.get("coordinator", path).json()["items"]
        assert sorted(told(row) for row in rows) == EXPECTED, path


def test_alerts_tell_whom_they_mean_in_every_answer(two: tuple[Ward, str, str]) -> None:
    ward, first, second = two
    (((one,),), ((other,),)) = (ward.sql(ALERT, ward.number(who)) for who in (first, second))
    rows = [one for one in ward.get("coordinator", "/alerts").json()["items"] if one["patient"]]
    assert sorted(told(row) for row in rows) == EXPECTED
    assert {row["birth_date"] for row in rows} == {"1941-03-02", "1967-11-19"}
    assert told(ward.get("coordinator", f"/alerts/{one}").json()) == EXPECTED[0]
    evidence = ward.get("coordinator", f"/alerts/{other}/evidence").json()
    assert told(evidence["alert"]) == EXPECTED[1]
    done = ward.post("coordinator", f"/alerts/{one}/acknowledge").json()
    assert (done["state"], *told(done)) == ("acknowledged", *EXPECTED[0])


def test_devices_are_listed_with_whose_they_are(two: tuple[Ward, str, str]) -> None:
    ward, first, second = two
    for who in (first, second):
        ward.post("coordinator", f"/patients/{who}/devices", {"kind": "watch"})
    assert [told(row) for row in ward.get("coordinator", "/devices").json()["items"]] == EXPECTED


def test_the_record_of_accesses_names_whose_they_were(two: tuple[Ward, str, str]) -> None:
    ward, first, _ = two
    ward.get("coordinator", f"/patients/{first}")
    rows = ward.get("admin", "/audit", params={"patient": first}).json()["items"]
    assert rows
    assert {told(row) for row in rows} == {EXPECTED[0]}


def test_the_handover_tells_them_apart(two: tuple[Ward, str, str]) -> None:
    ward, *_ = two
    rows = ward.client.get(
        "/ui/handover", headers={"Authorization": f"Bearer {ward.tokens['coordinator']}"}
    ).json()["items"]
    assert sorted(told(row) for row in rows if row["patient"]) == EXPECTED


def test_who_was_erased_has_neither_name_nor_identifier(two: tuple[Ward, str, str]) -> None:
    ward, first, _ = two
    ward.sql(ALERT, ward.number(first))
    ward.patch("coordinator", f"/patients/{first}", {"state": "discharged"})
    assert ward.post("admin", f"/patients/{first}/erase").status_code == 204
    rows = ward.get("admin", "/alerts", params={"patient": first}).json()["items"]
    assert all((row["name"], row["identifier"], row["birth_date"]) == (None,) * 3 for row in rows)


def test_a_record_that_does_not_open_takes_no_alert_away(two: tuple[Ward, str, str]) -> None:
    ward, first, second = two
    for who in (first, second):
        ward.sql(ALERT, ward.number(who))
    ward.sql("UPDATE patient SET sealed = 'damaged' WHERE id = %s", first)
    rows = [one for one in ward.get("coordinator", "/alerts").json()["items"] if one["patient"]]
    assert {row["identifier"] for row in rows} == {None, "1967-11-19"}
