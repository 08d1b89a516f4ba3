"""A reading is taken back: the alerts that rest on it are false, the others go on."""

from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import findings
from api.alerting.settings import AlertingSettings
from tests.support.ward import START, Patient, Person, Ward, story

MINUTE = timedelta(minutes=1)


def take(ward: Ward, now: datetime) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            while await findings.take(conn, now, AlertingSettings(), EpisodePolicy()):
                pass

    story(told())


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def correct(
    ward: Ward,
    patient: Patient,
    by: Person,
    since: datetime,
    *retracted: str,
    historic: object = (),
) -> None:
    payload = {
        "by": str(by.user_id),
        "at_ms": millis(since),
        "since_ms": millis(since),
        "reading": {"frame": 7, "metric": 1, "t": millis(since)},
        "retracted": retracted,
        "historic": historic,
    }
    ward.sql.execute(
        """INSERT INTO outbox (patient_no, frame_id, kind, created_at, payload)
           VALUES (%s, 8, 'correction', %s, %s)""",
        (patient.no, since, Jsonb(payload)),
    )


def test_an_alert_that_rests_on_it_closes_as_false(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.on_shift(doctor, START)
    ward.finding(patient, "critical_hr", START)
    ward.finding(patient, "limit_spo2_low", START, priority="medium")
    take(ward, START)
    correct(ward, patient, doctor, START, "critical_hr")
    take(ward, START + MINUTE)
    closed, kept = ward.reasons()
    assert (closed["condition"], closed["state"]) == ("critical_hr", "resolved")
    assert closed["detail"]["closed_because"] == "entered_in_error"
    [alert] = ward.episodes()
    assert (kept["state"], alert["state"], alert["outcome"]) == ("open", "open", None)
    assert (alert["condition"], alert["priority"]) == ("limit_spo2_low", "medium")
    correct(ward, patient, doctor, START, "limit_spo2_low")
    take(ward, START + 2 * MINUTE)
    [alert] = ward.episodes()
    assert (alert["state"], alert["outcome"]) == ("resolved", "false")
    assert alert["closed_by"] == doctor.user_id
    assert "entered in error" in str(alert["comment"])
    assert alert["closed_at"] == START + 2 * MINUTE
    newest = ward.events()[-1]
    assert (newest["event"], newest["data"]["change"]) == ("alert.closed", "retracted")
    assert newest["data"]["notify"] is False


def test_what_waits_to_be_shown_never_is(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.finding(patient, "critical_hr", START, persist_s=120.0)
    correct(ward, patient, doctor, START, "critical_hr")
    take(ward, START)
    [reason] = ward.reasons()
    assert (reason["state"], reason["detail"]["closed_because"]) == ("expired", "entered_in_error")
    assert ward.events() == []


def test_an_alert_with_older_evidence_is_left_alone(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.finding(patient, "critical_hr", START)
    correct(ward, patient, doctor, START + MINUTE, "critical_hr")
    take(ward, START + MINUTE)
    [episode] = ward.episodes()
    assert (episode["state"], episode["outcome"]) == ("open", None)


def test_the_words_that_follow_are_those_of_the_readings_left(ward: Ward) -> None:
    """The correction and what it is followed by keep their order within one batch."""
    patient, doctor = ward.patient(), ward.doctor()
    ward.on_shift(doctor, START)
    ward.finding(patient, "news2_emergency", START)
    correct(ward, patient, doctor, START, "news2_emergency")
    ward.finding(patient, "news2_urgent", START, priority="medium")
    take(ward, START + MINUTE)
    states = {str(one["condition"]): one["state"] for one in ward.episodes()}
    assert states == {"news2_emergency": "resolved", "news2_urgent": "open"}


def test_what_back_fill_showed_is_marked_too(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.finding(patient, "critical_hr", START, late=True)
    take(ward, START + 30 * MINUTE)
    correct(ward, patient, doctor, START, historic=[("critical_hr", millis(START))])
    take(ward, START + 31 * MINUTE)
    [episode] = ward.episodes()
    assert (episode["historic"], episode["outcome"]) == (True, "false")


def test_a_person_who_closed_it_is_not_spoken_over(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.finding(patient, "critical_hr", START)
    take(ward, START)
    ward.sql.execute("UPDATE episode SET state = 'resolved', outcome = 'actionable', comment = 'x'")
    correct(ward, patient, doctor, START, "critical_hr")
    take(ward, START + MINUTE)
    [episode] = ward.episodes()
    assert (episode["outcome"], episode["comment"]) == ("actionable", "x")
