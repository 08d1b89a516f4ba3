"""The list is in the order of danger, and what late data showed can be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import findings
from api.alerting.settings import AlertingSettings
from gateway import migrations
from tests.support.databases import Database
from tests.support.ward import Patient, Person, Ward, story

MINUTE = timedelta(minutes=1)


def alert(
    ward: Ward, patient: Patient | None, condition: str, minutes: int, **more: object
) -> None:
    """An open alert that has waited for so long."""
    facts = {
        "patient_no": patient.no if patient else None,
        "ward": "main",
        "condition": condition,
        "kind": "clinical",
        "priority": "medium",
        "state": "open",
        "raised_at": datetime.now(UTC) - minutes * MINUTE,
        "message": condition,
    } | more
    facts |= {"started_at": facts["raised_at"], "measured_at": facts["raised_at"]}
    names = ", ".join(facts)
    ward.sql.execute(
        f"INSERT INTO episode ({names}) VALUES ({', '.join(['%s'] * len(facts))})",  # type: ignore[arg-type] # noqa: S608
        list(facts.values()),
    )


def scores(ward: Ward, patient: Patient, low: int, minutes: int = 1) -> None:
    at = datetime.now(UTC) - minutes * MINUTE
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, measured, news2_low)"
        " VALUES (%s, %s, %s, %s)",
        (patient.no, at, at, low),
    )


def listed(ward: Ward, person: Person, **ask: object) -> list[dict[str, Any]]:
    """The whole list, asked for in pages of two."""
    found: list[dict[str, Any]] = []

    async def main() -> None:
        async with ward.api() as api:
            params: dict[str, Any] = {"limit": 2, **ask}
            while True:
                answer = await api.get("/alerts", params=params, headers=person.headers)
                assert answer.status_code == 200, answer.text
                found.extend(answer.json()["items"])
                if answer.json()["next"] is None:
                    break
                params["cursor"] = answer.json()["next"]

    story(main())
    return found


def test_the_most_endangered_lead_and_what_is_over_sinks(ward: Ward) -> None:
    twelve, eight, critical, five, well, fever = (ward.patient() for _ in range(6))
    patients = (twelve, 12), (eight, 8), (critical, 3), (five, 5), (well, 0), (fever, 0)
    for patient, low in patients:
        scores(ward, patient, low)
    over = {"priority": "high", "cleared_at": datetime.now(UTC)}
    technical = {"kind": "technical", "priority": "high"}
    alert(ward, None, "nobody_on_shift", 30 * 60, **technical)
    alert(ward, well, "silent", 29 * 60, **technical)
    alert(ward, well, "critical_spo2", 28 * 60, **over)
    alert(ward, five, "limit_hr_high", 90)
    alert(ward, fever, "limit_temp_high", 80)
    alert(ward, eight, "news2_emergency", 20, priority="high")
    alert(ward, critical, "critical_hr", 5, priority="high")
    alert(ward, twelve, "news2_emergency", 1, priority="high", state="acknowledged")
    alert(ward, well, "limit_rr_high", 1, state="resolved", closed_at=datetime.now(UTC))
    found = listed(ward, ward.user("coordinator"))
    assert [one["condition"] for one in found] == [
        "news2_emergency",
        "critical_hr",
        "news2_emergency",
        "limit_hr_high",
        "limit_temp_high",
        "critical_spo2",
        "silent",
        "nobody_on_shift",
        "limit_rr_high",
    ]
    assert [one["danger"] for one in found[:4]] == [12, 10, 8, 5]


def test_an_old_score_says_nothing_of_now_but_its_alert_does(ward: Ward) -> None:
    old, fresh = ward.patient(), ward.patient()
    scores(ward, old, 18, minutes=30 * 60)
    scores(ward, fresh, 9)
    alert(ward, old, "news2_emergency", 30 * 60, priority="high")
    alert(ward, fresh, "news2_emergency", 1, priority="high")
    assert [one["danger"] for one in listed(ward, ward.user("coordinator"))] == [9, 7]


def test_equal_danger_goes_by_the_time_of_waiting(ward: Ward) -> None:
    for minutes in (5, 50, 20):
        alert(ward, ward.patient(), f"limit_{minutes}", minutes)
    found = [one["condition"] for one in listed(ward, ward.user("coordinator"))]
    assert found == ["limit_50", "limit_20", "limit_5"]


def test_technical_alerts_are_for_whose_job_they_are(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.care_team(patient, doctor)
    technical = {"kind": "technical", "priority": "high"}
    alert(ward, None, "nobody_on_shift", 30 * 60, **technical)
    alert(ward, patient, "silent", 60, **technical)
    alert(ward, patient, "battery", 60, **technical, acknowledged_by=doctor.user_id)
    alert(ward, patient, "limit_hr_high", 1)
    asked = (
        ({}, ["limit_hr_high", "battery"]),
        ({"kind": "technical"}, ["silent", "battery", "nobody_on_shift"]),
        ({"patient": str(patient.id)}, ["limit_hr_high", "silent", "battery"]),
    )
    for ask, wanted in asked:
        found = [one["condition"] for one in listed(ward, doctor, **ask)]
        assert sorted(found) == sorted(wanted)
    assert len(listed(ward, ward.user("coordinator"))) == 4


def test_what_late_data_showed_is_listed_with_when_it_was_and_when_it_came(ward: Ward) -> None:
    patient, other = ward.patient(), ward.patient()
    doctor = ward.doctor()
    ward.care_team(patient, doctor)
    now = datetime.now(UTC).replace(microsecond=0)
    for one in (patient, other):
        for minutes in (300, 290, 60):
            at = now - minutes * MINUTE
            received = int(now.timestamp() * 1000)
            ward.finding(one, "news2_emergency", at, late=True, received_ms=received)

    async def told() -> None:
        async with ward.engine() as conn:
            await findings.take(conn, now, AlertingSettings(), EpisodePolicy())

    story(told())
    assert listed(ward, doctor) == []
    found = listed(ward, doctor, state="historic")
    assert {one["patient"] for one in found} == {str(patient.id)}
    stretches = sorted((one["started_at"], one["measured_at"], one["count"]) for one in found)
    z = [(now - m * MINUTE).isoformat().replace("+00:00", "Z") for m in (300, 290, 60)]
    assert stretches == [(z[0], z[1], 2), (z[2], z[2], 1)]
    came = now.isoformat().replace("+00:00", "Z")
    assert {(one["historic"], one["calls"], one["received_at"]) for one in found} == {
        (True, 0, came)
    }
    assert len(listed(ward, ward.user("coordinator"), state=["historic", "open"])) == 4

    async def handed() -> None:
        async with ward.api() as api:
            one = await api.get(f"/alerts/{found[0]['id']}", headers=doctor.headers)
            assert one.json()["id"] == found[0]["id"]
            answered = await api.post(
                f"/alerts/{found[0]['id']}/acknowledge", headers=doctor.headers
            )
            assert answered.status_code == 404
            page = await api.get("http://ward/ui/handover", headers=doctor.headers)
            [line] = page.json()["items"]
            assert [one["historic"] for one in line["alerts"]] == [True, True]

    story(handed())


def test_the_handover_is_not_led_by_the_ward_itself(ward: Ward) -> None:
    patient = ward.patient()
    alert(ward, None, "nobody_on_shift", 30 * 60, kind="technical", priority="high")
    alert(ward, patient, "limit_hr_high", 1, detail=Jsonb({}))
    person = ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            page = await api.get("http://ward/ui/handover", headers=person.headers)
            assert [one["patient"] for one in page.json()["items"]] == [str(patient.id), None]

    story(main())


def test_alerts_of_a_ward_that_exists_have_called_once(empty_database: Database) -> None:
    """The step that counts calls finds alerts raised before it."""
    migrations.upgrade(empty_database.owner, "0011")
    with psycopg.connect(empty_database.owner, autocommit=True) as conn:
        for raised in ("now()", "NULL"):
            conn.execute(
                f"""INSERT INTO episode (condition, kind, priority, state, started_at, measured_at,
                                         raised_at, message)
                    VALUES ('limit_{raised}', 'clinical', 'low', 'expired', now(), now(),
                            {raised}, '')"""  # type: ignore[arg-type] # noqa: S608
            )
        migrations.upgrade(empty_database.owner)
        rows = conn.execute("SELECT calls, planned, lapsed_at FROM episode ORDER BY calls")
        assert rows.fetchall() == [(0, False, None), (1, False, None)]
