"""One clinical alert a patient: its reasons in the database, on the API and in the feed."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due, findings
from api.alerting.settings import AlertingSettings
from tests.support.ward import START, Person, Ward, story

MINUTE = timedelta(minutes=1)
POLICY = EpisodePolicy()


def lead(ward: Ward, now: datetime) -> None:
    """Let the engine take what waits and do what is due."""

    async def told() -> None:
        async with ward.engine() as conn:
            while await findings.take(conn, now, AlertingSettings(), POLICY):
                pass
            await due.tick(conn, now, POLICY)

    story(told())


def calls(ward: Ward) -> list[str]:
    return [str(one["data"]["change"]) for one in ward.events() if one["data"]["call"]]


def say(ward: Ward, person: Person, alert: object, what: str, **body: object) -> int:
    answered: list[int] = []

    async def main() -> None:
        async with ward.api() as api:
            path = f"/alerts/{alert}/{what}"
            answered.append((await api.post(path, json=body, headers=person.headers)).status_code)

    story(main())
    return answered[0]


def test_conditions_of_a_patient_are_reasons_of_one_alert(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.on_shift(doctor, START)
    facts = {"priority": "medium", "value": 88.0}
    ward.finding(patient, "limit_spo2_low", START, **facts)  # type: ignore[arg-type]
    ward.finding(patient, "limit_spo2_low", START + MINUTE, change="persists", value=84.0)
    ward.finding(patient, "news2_emergency", START + MINUTE, value=8.0)
    ward.finding(patient, "critical_spo2", START + 2 * MINUTE, persist_s=120)
    lead(ward, START + 2 * MINUTE)
    [alert] = ward.episodes()
    assert (alert["condition"], alert["priority"]) == ("news2_emergency", "high")
    assert {one["condition"]: one["state"] for one in ward.reasons()} == {
        "limit_spo2_low": "open",
        "news2_emergency": "open",
        "critical_spo2": "pending",
    }
    told = ward.events()[-1]["data"]["reasons"]
    assert [one["condition"] for one in told] == ["limit_spo2_low", "news2_emergency"]
    low = told[0]
    assert (low["count"], low["worst"], low["newest"], low["state"]) == (2, 84.0, 84.0, "open")
    assert low["measured_at"] > low["started_at"]


def test_one_acknowledgement_answers_all_and_worse_calls_again(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.on_shift(doctor, START)
    ward.assign(patient, doctor)
    ward.finding(patient, "limit_hr_high", START, priority="medium")
    ward.finding(patient, "single_3", START, priority="medium")
    lead(ward, START)
    [alert] = ward.episodes()
    assert say(ward, doctor, alert["id"], "acknowledge") == 200
    later = START + 5 * MINUTE
    for condition in ("limit_hr_high", "single_3", "limit_rr_high"):
        ward.finding(patient, condition, later, change="persists", priority="medium", silent_ms=0)
    lead(ward, later)
    assert calls(ward) == ["raised"]
    ward.finding(patient, "news2_emergency", later + MINUTE, value=7.0)
    lead(ward, later + MINUTE)
    assert calls(ward) == ["raised", "worsened"]
    [alert] = ward.episodes()
    assert (alert["state"], alert["calls"]) == ("open", 2)


def test_what_waits_is_raised_by_its_stored_time_after_a_restart(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_spo2_low", START, persist_s=60)
    lead(ward, START)
    lead(ward, START + timedelta(seconds=59))
    assert ward.episodes() == []
    lead(ward, START + timedelta(seconds=60))
    assert [one["state"] for one in ward.episodes()] == ["open"]


def test_it_closes_by_itself_and_its_reasons_with_it(ward: Ward) -> None:
    patient = ward.patient()
    for condition in ("limit_hr_high", "limit_spo2_low"):
        ward.finding(patient, condition, START, priority="medium")
        ward.finding(patient, condition, START + MINUTE, change="cleared", priority="medium")
    lead(ward, START + MINUTE)
    lead(ward, START + (1 + POLICY.settled_min) * MINUTE)
    assert [one["state"] for one in ward.episodes()] == ["resolved"]
    assert {one["state"] for one in ward.reasons()} == {"resolved"}
    assert [one["event"] for one in ward.events()][-1] == "alert.closed"


def test_a_snooze_is_limited_recorded_and_over_by_its_time(ward: Ward) -> None:
    patient, nurse = ward.patient(), ward.doctor("N", kind="nurse")
    ward.on_shift(nurse)
    ward.care_team(patient, nurse)
    now = datetime.now(UTC)
    ward.finding(patient, "limit_hr_high", now, priority="medium")
    lead(ward, now)
    [alert] = ward.episodes()
    assert say(ward, nurse, alert["id"], "snooze", minutes=POLICY.snooze_medium_min + 1) == 422
    assert say(ward, nurse, alert["id"], "snooze") == 422
    assert say(ward, nurse, alert["id"], "snooze", minutes=10) == 200
    [alert] = ward.episodes()
    assert alert["snoozed_until"] is not None
    last = ward.one("SELECT * FROM audit ORDER BY id DESC LIMIT 1")
    assert (last["action"], last["detail"]["minutes"]) == ("alert.snooze", 10)
    lead(ward, alert["snoozed_until"])
    assert calls(ward) == ["raised", "snooze_over"]
    assert say(ward, nurse, alert["id"], "acknowledge") == 200
    assert say(ward, nurse, alert["id"], "snooze", minutes=1) == 409


def test_the_database_holds_one_clinical_alert_and_one_living_reason(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_hr_high", START)
    lead(ward, START)
    copy = (
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,"
        " measured_at, raised_at, message)"
        " SELECT patient_no, 'other', kind, priority, state, started_at, measured_at, raised_at, ''"
        " FROM episode"
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        ward.sql.execute(copy)
    again = (
        "INSERT INTO reason (patient_no, episode_id, condition, priority, state, started_at,"
        " measured_at, received_at, message)"
        " SELECT patient_no, episode_id, condition, priority, state, started_at, measured_at,"
        " received_at, '' FROM reason"
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        ward.sql.execute(again)


def test_a_pause_ends_what_waits_and_a_discharge_all(ward: Ward) -> None:
    away, gone = ward.patient(), ward.patient()
    for patient in (away, gone):
        ward.finding(patient, "limit_hr_high", START)
        ward.finding(patient, "limit_spo2_low", START, persist_s=60)
    lead(ward, START)
    ward.sql.execute("UPDATE patient SET state = 'paused' WHERE no = %s", (away.no,))
    ward.sql.execute("UPDATE patient SET state = 'discharged' WHERE no = %s", (gone.no,))

    async def told() -> None:
        async with ward.engine() as conn:
            await due.stop_watching(conn, START + MINUTE, POLICY)

    story(told())
    alerts = {one["patient_no"]: one["state"] for one in ward.episodes()}
    assert alerts == {away.no: "open", gone.no: "expired"}
    states = {(one["patient_no"], one["condition"]): one["state"] for one in ward.reasons()}
    assert states == {
        (away.no, "limit_hr_high"): "open",
        (away.no, "limit_spo2_low"): "expired",
        (gone.no, "limit_hr_high"): "expired",
        (gone.no, "limit_spo2_low"): "expired",
    }
