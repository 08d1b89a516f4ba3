"""A questionable reading that is bad is asked for again, of the device that can measure it."""

from datetime import datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from analytics.episodes import EpisodePolicy
from api.alerting import intake
from api.alerting.settings import AlertingSettings
from tests.support.ward import START, Patient, Ward, story

SETTINGS = AlertingSettings()
MINUTE = timedelta(minutes=1)


def take(ward: Ward, now: datetime) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            while await intake.take(conn, now, SETTINGS, EpisodePolicy()):
                pass

    story(told())


def question(ward: Ward, patient: Patient, at: datetime, **more: object) -> None:
    detail = {"metric": "sbp", "repeat": True, "trusted": False}
    ward.finding(patient, "critical_sbp", at, **{"persist_s": 120, "detail": detail, **more})


def asked(ward: Ward) -> list[tuple[int, str, dict[str, str]]]:
    rows = ward.all("SELECT device_no, command, args FROM command ORDER BY issued, device_no")
    return [(row["device_no"], row["command"], row["args"]) for row in rows]


def test_who_measures_it_is_asked_at_once_and_once(ward: Ward) -> None:
    patient = ward.patient()
    cuff = ward.device(patient, {"sbp": 3600, "dbp": 3600})
    ward.device(patient, {"hr": 60})
    question(ward, patient, START)
    take(ward, START)
    assert asked(ward) == [(cuff["no"], "measure", {"metric": "sbp"})]
    [row] = ward.all("SELECT expires, issued_by FROM command")
    assert (row["expires"], row["issued_by"]) == (START + 10 * MINUTE, None)
    question(ward, patient, START + MINUTE, change="persists")
    take(ward, START + MINUTE)
    assert len(asked(ward)) == 1, "it is asked already"


def test_a_new_question_is_asked_after_the_first_was_answered(ward: Ward) -> None:
    patient = ward.patient()
    ward.device(patient, {"sbp": 3600})
    question(ward, patient, START)
    take(ward, START)
    ward.sql.execute("UPDATE command SET state = 'done'")
    question(ward, patient, START + MINUTE)
    take(ward, START + MINUTE)
    assert len(asked(ward)) == 2


def test_a_device_without_a_schedule_is_asked_for_what_it_last_measured(ward: Ward) -> None:
    patient = ward.patient()
    cuff = ward.device(patient, {})
    latest = {"sbp": {"t": 1, "v": 78, "q": "questionable", "device": cuff["id"]}}
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, latest) VALUES (%s, %s, %s)",
        (patient.no, START, Jsonb(latest)),
    )
    question(ward, patient, START)
    take(ward, START)
    assert [no for no, _, _ in asked(ward)] == [cuff["no"]]


@pytest.mark.parametrize(
    "more",
    [
        {"change": "cleared"},
        {"late": True},
        {"detail": {"metric": "sbp", "repeat": False, "trusted": False}},
        {"detail": {"metric": "sbp", "repeat": True}},
    ],
)
def test_what_is_no_question_asks_nothing(ward: Ward, more: dict[str, object]) -> None:
    patient = ward.patient()
    ward.device(patient, {"sbp": 3600})
    question(ward, patient, START, **more)
    take(ward, START)
    assert asked(ward) == []


@pytest.mark.parametrize("state", ["paused", "discharged"])
def test_who_is_not_watched_is_not_asked(ward: Ward, state: str) -> None:
    patient = ward.patient(state=state)
    ward.device(patient, {"sbp": 3600})
    question(ward, patient, START)
    take(ward, START)
    assert asked(ward) == []
