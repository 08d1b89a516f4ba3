"""Outbox rows become episodes, feed events and somebody's work, in one transaction each."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due as timekeeping
from api.alerting import findings
from api.alerting.commit import commit_changes, open_ledger
from api.alerting.settings import AlertingSettings
from api.store import alerts, episodes
from tests.support.ward import START, Ward, story

SETTINGS = AlertingSettings()
POLICY = EpisodePolicy()
MINUTE = timedelta(minutes=1)


def take(ward: Ward, now: datetime) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            while await findings.take(conn, now, SETTINGS, POLICY):
                pass

    story(told())


def tick(ward: Ward, now: datetime) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            await timekeeping.tick(conn, now, POLICY)

    story(told())


def test_a_finding_raises_an_alert_for_the_doctor_on_shift(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.on_shift(doctor, START)
    ward.finding(patient, "news2_emergency", START)
    take(ward, START)
    [episode] = ward.episodes()
    assert (episode["state"], episode["doctor_id"]) == ("open", doctor.doctor_id)
    assert episode["frame_id"] == 7
    assert episode["escalate_due"] > START
    [event] = ward.events()
    assert event["event"] == "alert.raised"
    assert event["holders"] == [doctor.user_id]
    assert event["data"]["patient"] == str(patient.id)
    assert event["data"]["notify"] is True
    assert ward.all("SELECT FROM outbox WHERE taken_at IS NULL") == []


def test_the_plans_doctor_comes_before_the_least_loaded(ward: Ward) -> None:
    patient, planned, other = ward.patient(), ward.doctor("A"), ward.doctor("B")
    for doctor in (planned, other):
        ward.on_shift(doctor, START)
    ward.assign(patient, planned)
    for condition in ("limit_hr_high", "limit_spo2_low", "news2_urgent"):
        ward.finding(patient, condition, START)
    take(ward, START)
    assert {e["doctor_id"] for e in ward.episodes()} == {planned.doctor_id}


def test_without_a_plan_the_work_is_shared(ward: Ward) -> None:
    doctors = [ward.doctor("A"), ward.doctor("B")]
    for doctor in doctors:
        ward.on_shift(doctor, START)
    for _ in range(4):
        ward.finding(ward.patient(), "news2_urgent", START)
    take(ward, START)
    held = [e["doctor_id"] for e in ward.episodes()]
    assert sorted(held.count(d.doctor_id) for d in doctors) == [2, 2]


def test_repeats_count_and_stay_silent(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "news2_urgent", START, priority="medium")
    for minute in range(1, 4):
        at = START + minute * MINUTE
        ward.finding(patient, "news2_urgent", at, change="persists", priority="medium")
    take(ward, START + 4 * MINUTE)
    [episode] = ward.episodes()
    assert episode["count"] == 4
    assert len(ward.events()) == 1


def test_what_must_persist_waits_and_is_raised_by_its_stored_time(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_spo2_low", START, persist_s=60)
    take(ward, START)
    assert (ward.reasons()[0]["state"], ward.episodes()) == ("pending", [])
    assert ward.events() == []
    tick(ward, START + timedelta(seconds=59))
    assert ward.events() == []
    tick(ward, START + timedelta(seconds=60))
    assert [e["event"] for e in ward.events()] == ["alert.raised"]


def test_what_ends_before_it_persisted_is_never_shown(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_spo2_low", START, persist_s=60)
    ward.finding(patient, "limit_spo2_low", START + timedelta(seconds=20), change="cleared")
    take(ward, START + timedelta(seconds=20))
    assert (ward.reasons()[0]["state"], ward.episodes()) == ("expired", [])
    assert ward.events() == []


def test_a_late_finding_never_pages(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "news2_emergency", START - timedelta(hours=1), late=True)
    take(ward, START)
    [episode] = ward.episodes()
    assert episode["historic"]
    assert episode["raised_at"] is None
    assert ward.events() == []


def test_bad_backfill_that_nothing_follows_goes_to_the_coordinator(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor()
    ward.on_shift(doctor, START)
    ward.finding(
        patient, "unconfirmed_deterioration", START, late=True, persist_s=600, priority="medium"
    )
    take(ward, START)
    tick(ward, START + 9 * MINUTE)
    assert ward.events() == []
    tick(ward, START + 10 * MINUTE)
    [event] = ward.events()
    assert (event["data"]["level"], event["data"]["doctor"]) == ("coordinator", None)


@pytest.mark.parametrize("state", ["paused", "discharged"])
def test_who_is_not_watched_raises_nothing(ward: Ward, state: str) -> None:
    ward.finding(ward.patient(state=state), "news2_emergency", START)
    take(ward, START)
    assert ward.episodes() == []
    assert ward.all("SELECT FROM outbox WHERE taken_at IS NULL") == []


def test_a_pause_is_over_by_its_time(ward: Ward) -> None:
    """The gateway watches again at once; the record is written anew some seconds later."""
    patient = ward.patient()
    ward.sql.execute(
        "UPDATE patient SET state = 'paused', paused_until = %s WHERE no = %s",
        (START, patient.no),
    )
    ward.finding(patient, "news2_emergency", START + MINUTE)
    take(ward, START + MINUTE)
    assert [e["condition"] for e in ward.episodes()] == ["news2_emergency"]


def test_a_row_that_cannot_be_read_is_set_aside_and_told_of(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "news2_urgent", START, priority="purple")
    ward.finding(patient, "single_3", START)
    take(ward, START)
    assert sorted(e["condition"] for e in ward.episodes()) == ["sensor", "single_3"]
    assert ward.all("SELECT FROM outbox WHERE taken_at IS NULL") == []


def test_a_finding_that_cannot_be_kept_is_told_of_and_blocks_nobody(ward: Ward) -> None:
    patient, other = ward.patient(), ward.patient()
    ward.finding(patient, "news2_emergency", START)
    ward.sql.execute("UPDATE outbox SET device_no = 424242")
    ward.finding(other, "news2_emergency", START)
    take(ward, START)
    told = {(e["patient_no"], e["condition"]) for e in ward.episodes()}
    assert (other.no, "news2_emergency") in told
    assert ward.all("SELECT FROM outbox WHERE taken_at IS NULL") == []
    assert (patient.no, "sensor") in told


def test_nobody_answers_second_then_coordinator_are_called(ward: Ward) -> None:
    first, second = ward.doctor("A"), ward.doctor("B")
    patient = ward.patient()
    for doctor in (first, second):
        ward.on_shift(doctor, START)
    ward.assign(patient, first)
    ward.finding(patient, "news2_emergency", START)
    take(ward, START)
    for expected, level in ((second, 1), (second, 2)):
        due = ward.episodes()[0]["escalate_due"]
        tick(ward, due)
        episode = ward.episodes()[0]
        assert (episode["escalation_level"], episode["doctor_id"]) == (level, expected.doctor_id)
    passed_on = ward.events()[1]
    assert set(passed_on["holders"]) == {first.user_id, second.user_id}


def test_one_living_episode_for_a_patient_and_condition(ward: Ward) -> None:
    patient = ward.patient()
    for _ in range(3):
        ward.finding(patient, "news2_urgent", START)
        take(ward, START)
    assert len(ward.episodes()) == 1


def test_a_new_start_soon_after_the_end_is_the_same_alert_later_another(ward: Ward) -> None:
    patient = ward.patient()
    for minute, change in enumerate(("started", "cleared", "started", "cleared")):
        at = START + minute * MINUTE
        ward.finding(patient, "news2_urgent", at, change=change, priority="medium")
        take(ward, at)
    [alert], [reason] = ward.episodes(), ward.reasons()
    assert (alert["state"], reason["state"], reason["count"]) == ("open", "resolved", 2)
    over = START + 3 * MINUTE + POLICY.settled_min * MINUTE
    tick(ward, over)
    ward.finding(patient, "news2_urgent", over + MINUTE, priority="medium")
    take(ward, over + MINUTE)
    assert [e["state"] for e in ward.episodes()] == ["resolved", "open"]
    calls = [e["event"] for e in ward.events() if e["data"]["call"]]
    assert calls == ["alert.raised", "alert.raised"]


def test_a_discharge_ends_alerts_and_a_pause_ends_by_itself(ward: Ward) -> None:
    gone, away = ward.patient(), ward.patient()
    for patient in (gone, away):
        ward.finding(patient, "news2_urgent", START)
    take(ward, START)
    ward.sql.execute("UPDATE patient SET state = 'discharged' WHERE no = %s", (gone.no,))
    ward.sql.execute(
        "UPDATE patient SET state = 'paused', paused_until = %s WHERE no = %s",
        (START + MINUTE, away.no),
    )

    async def told() -> None:
        async with ward.engine() as conn:
            await timekeeping.stop_watching(conn, START + 2 * MINUTE, POLICY)

    story(told())
    by_patient = {e["patient_no"]: e["state"] for e in ward.episodes()}
    assert by_patient == {gone.no: "expired", away.no: "open"}
    assert ward.one("SELECT state FROM patient WHERE no = %s", away.no)["state"] == "active"


def test_alerts_of_an_ended_shift_are_handed_over(ward: Ward) -> None:
    leaving, coming = ward.doctor("A"), ward.doctor("B")
    patient = ward.patient()
    ward.shift(leaving, START - timedelta(hours=8), START + MINUTE)
    ward.finding(patient, "news2_emergency", START)
    take(ward, START)
    ward.shift(coming, START + MINUTE, START + timedelta(hours=8))

    async def told() -> None:
        async with ward.engine() as conn:
            await timekeeping.hand_over(conn, START + 2 * MINUTE, POLICY)

    story(told())
    assert ward.episodes()[0]["doctor_id"] == coming.doctor_id
    event = ward.events()[-1]
    assert event["data"]["change"] == "handed_over"
    assert set(event["holders"]) == {leaving.user_id, coming.user_id}


def acknowledged(ward: Ward, at: datetime) -> None:
    """Say that somebody has taken on what is open."""
    person = ward.user("nurse")

    async def told() -> None:
        async with ward.engine() as conn, conn.transaction():
            records = await episodes.of_conditions(conn, ["limit_sbp_high"])
            ledger = await open_ledger(conn, at, POLICY)
            ledger.load(records)
            for record in records:
                ledger.acknowledge(record, person.user_id)
            await commit_changes(conn, ledger)

    story(told())


def read(ward: Ward, now: datetime) -> dict[str, Any]:
    """The only alert, as it is read at this ward time."""
    found: list[dict[str, Any]] = []

    async def told() -> None:
        async with ward.engine() as conn:
            rows = await alerts.many(conn, [ward.episodes()[0]["id"]])
            found.extend(alerts.alert_json(row, now) for row in rows.values())

    story(told())
    return found[0]


def test_one_reading_taken_on_calls_once_in_two_days_and_says_its_age(ward: Ward) -> None:
    patient = ward.patient()
    said = "Systolic pressure 186 mmHg, above 180"
    facts = {"priority": "medium", "message": said, "value": 186.0}
    ward.finding(patient, "limit_sbp_high", START, **facts)  # type: ignore[arg-type]
    take(ward, START)
    acknowledged(ward, START + MINUTE)
    assert read(ward, START + MINUTE)["message"] == said
    for hours in range(1, 20):
        tick(ward, START + timedelta(hours=hours))
    calls = [event for event in ward.events() if event["data"]["call"]]
    assert [event["data"]["change"] for event in calls] == ["raised"]
    later = read(ward, START + timedelta(hours=19))
    assert (later["state"], later["calls"]) == ("acknowledged", 1)
    assert later["message"].startswith("Not heard since 02 Mar 08:00 UTC, 19 h ago")
    ward.finding(patient, "limit_sbp_high", START + timedelta(hours=20), change="persists", **facts)  # type: ignore[arg-type]
    take(ward, START + timedelta(hours=20))
    [episode] = ward.episodes()
    assert (episode["state"], episode["calls"], episode["lapsed_at"]) == ("open", 2, None)
    assert ward.events()[-1]["data"]["call"] is True


def test_a_newer_number_is_told_beside_the_alerts(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_spo2_low", START, detail={"metric": "spo2"}, message="SpO2 84 %")
    take(ward, START)
    at = int((START + 5 * MINUTE).timestamp() * 1000)
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, latest) VALUES (%s, now(), %s)",
        (patient.no, Jsonb({"spo2": {"t": at, "v": 95.0, "q": "ok", "g": at}})),
    )
    said = read(ward, START + 6 * MINUTE)["message"]
    assert said.startswith("SpO2 84 %, measured 08:00")
    assert "newest: 95 at 08:05" in said


def test_a_night_that_came_late_is_one_piece_of_history(ward: Ward) -> None:
    patient = ward.patient()
    for batch in range(2):
        for minute in range(0, 60, 10):
            at = START - timedelta(hours=8) + (60 * batch + minute) * MINUTE
            ward.finding(patient, "news2_urgent", at, late=True, priority="medium")
        take(ward, START)
    [stretch] = ward.episodes()
    assert (stretch["count"], stretch["historic"], stretch["calls"]) == (12, True, 0)
    assert stretch["measured_at"] - stretch["started_at"] == 110 * MINUTE
    assert ward.events() == []


@pytest.mark.parametrize("own", [None, {"low": 80, "high": None}])
def test_an_alert_that_ends_by_a_changed_limit_says_by_whom(
    ward: Ward, own: dict[str, int | None] | None
) -> None:
    patient, doctor = ward.patient(), ward.user("doctor")
    limits = [{"spo2": {"low": 91, "high": None}}, {"spo2": own} if own else {}]
    for revision, limit in enumerate(limits, 1):
        ward.sql.execute(
            "INSERT INTO care_plan (patient_no, revision, limits, set_by, set_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            (patient.no, revision, Jsonb(limit), doctor.user_id, START + (revision - 1) * MINUTE),
        )
    facts = {"detail": {"metric": "spo2", "limit": 91}, "priority": "medium", "value": 86.0}
    ward.finding(patient, "limit_spo2_low", START, **facts)  # type: ignore[arg-type]
    ward.finding(patient, "limit_spo2_low", START + MINUTE, change="cleared", value=86.0)
    take(ward, START + MINUTE)
    because = read(ward, START + MINUTE)["closed_because"]
    name = ward.one("SELECT username FROM app_user WHERE id = %s", doctor.user_id)["username"]
    now = "80" if own else "the ward's"
    assert because == f"limit changed from 91 to {now} by {name}"
    [closed] = [one for one in ward.events() if one["event"] == "alert.closed"]
    assert closed["data"]["closed_because"] == because


def test_a_limit_of_the_ward_has_an_author_too(ward: Ward) -> None:
    """And whoever changed the patient's own long before is not blamed for it."""
    patient, before, author = ward.patient(), ward.user("doctor"), ward.user("coordinator")
    ward.sql.execute(
        "INSERT INTO care_plan (patient_no, revision, limits, set_by, set_at)"
        " VALUES (%s, 1, %s, %s, %s)",
        (patient.no, Jsonb({"spo2": {"low": None}}), before.user_id, START - 60 * MINUTE),
    )
    facts = {"detail": {"metric": "spo2", "limit": 91}, "priority": "medium", "value": 86.0}
    ward.finding(patient, "limit_spo2_low", START, **facts)  # type: ignore[arg-type]
    ward.finding(patient, "limit_spo2_low", START + MINUTE, change="cleared", value=86.0)
    ward.sql.execute(
        "INSERT INTO ward_settings (ward, revision, settings, reason, set_by, set_at)"
        " VALUES ('main', 1, %s, 'copd ward', %s, %s)",
        (Jsonb({"limits.spo2.low": 85}), author.user_id, START),
    )
    take(ward, START + MINUTE)
    name = ward.one("SELECT username FROM app_user WHERE id = %s", author.user_id)["username"]
    because = read(ward, START + MINUTE)["closed_because"]
    assert because == f"limit changed from 91 to 85 by {name}"


def test_an_alert_that_ends_by_its_value_blames_nobody(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_spo2_low", START, detail={"metric": "spo2", "limit": 91})
    ward.finding(patient, "limit_spo2_low", START + MINUTE, change="cleared", value=95.0)
    take(ward, START + MINUTE)
    assert read(ward, START + MINUTE)["closed_because"] is None


def test_what_a_graver_alert_leaves_is_shown_and_calls_nobody(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "news2_urgent", START, priority="medium")
    ward.finding(patient, "news2_emergency", START + MINUTE)
    gone = {"superseded_by": "news2_emergency"}
    ward.finding(patient, "news2_urgent", START + MINUTE, change="cleared", detail=gone)
    take(ward, START + MINUTE)
    states = {one["condition"]: one["state"] for one in ward.reasons()}
    assert states == {"news2_urgent": "resolved", "news2_emergency": "open"}
    eased = {"eased_from": "news2_emergency"}
    ward.finding(patient, "news2_urgent", START + 9 * MINUTE, priority="medium", detail=eased)
    take(ward, START + 9 * MINUTE)
    last = ward.events()[-1]
    assert (last["event"], last["data"]["call"]) == ("alert.changed", False)
    tick(ward, START + 20 * MINUTE)
    assert ward.events()[-1]["data"]["call"] is True


def test_the_age_from_which_words_carry_it_is_the_wards(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_spo2_low", START, message="SpO2 84 %")
    take(ward, START)
    assert read(ward, START + 10 * MINUTE)["message"] == "SpO2 84 %"
    ward.sql.execute(
        "INSERT INTO ward_settings (ward, revision, settings, reason, set_at)"
        " VALUES ('main', 1, %s, 'shorter', %s)",
        (Jsonb({"ladder.gap": 5}), START),
    )
    assert "10 min ago" in read(ward, START + 10 * MINUTE)["message"]
