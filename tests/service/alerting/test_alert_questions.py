"""A questionable reading that is bad is asked for again, of the device that can measure it."""

from datetime import datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import findings, measure_requests
from api.alerting.settings import AlertingSettings
from tests.support.ward import START, Patient, Ward, story

SETTINGS = AlertingSettings()
MINUTE = timedelta(minutes=1)


def take(ward: Ward, now: datetime) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            while await findings.take(conn, now, SETTINGS, EpisodePolicy()):
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


def scored(ward: Ward, patient: Patient, missing: list[str], **latest: dict[str, object]) -> None:
    assessment = {"news2": {"low": 0, "missing": missing}}
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, latest, assessment) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (patient_no) DO UPDATE SET latest = excluded.latest,"
        " assessment = excluded.assessment",
        (patient.no, START, Jsonb(latest), Jsonb(assessment)),
    )


def ask_for_missing(ward: Ward, now: datetime) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            await measure_requests.ask_for_missing(conn, now, SETTINGS)

    story(told())


def test_what_a_score_lacks_and_alone_could_score_3_is_asked_for(ward: Ward) -> None:
    patient = ward.patient()
    watch = ward.device(patient, {"hr": 60, "rr": 60})
    cuff = ward.device(patient, {"sbp": 3600})
    scored(ward, patient, ["rr", "sbp", "temp", "acvpu", "o2"])
    ask_for_missing(ward, START + 9 * MINUTE)
    assert asked(ward) == [], "it may still be on its way"
    ask_for_missing(ward, START + 11 * MINUTE)
    assert sorted(asked(ward), key=str) == [
        (watch["no"], "measure", {"metric": "rr"}),
        (cuff["no"], "measure", {"metric": "sbp"}),
    ]
    ward.sql.execute("UPDATE command SET state = 'done'")
    ask_for_missing(ward, START + 60 * MINUTE)
    assert len(asked(ward)) == 2, "not again so soon"
    ask_for_missing(ward, START + 60 * 5 * MINUTE)
    assert len(asked(ward)) == 4


def test_what_came_a_moment_ago_is_not_asked_for(ward: Ward) -> None:
    patient = ward.patient()
    ward.device(patient, {"rr": 60})
    now = START + 60 * MINUTE
    fresh = int(now.timestamp() * 1000) - 60_000
    scored(ward, patient, ["rr"], rr={"t": fresh, "g": fresh, "v": 15, "q": "ok", "device": "w"})
    ask_for_missing(ward, now)
    assert asked(ward) == []


@pytest.mark.parametrize("state", ["paused", "discharged"])
def test_what_the_score_of_somebody_unwatched_lacks_is_not_asked_for(
    ward: Ward, state: str
) -> None:
    patient = ward.patient(state=state)
    ward.device(patient, {"rr": 60})
    scored(ward, patient, ["rr"])
    ask_for_missing(ward, START + 60 * MINUTE)
    assert asked(ward) == []
