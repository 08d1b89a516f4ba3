"""An open alert is always for somebody who is at work, through changes of shift and of plan."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due as timekeeping
from api.alerting import findings
from api.alerting.settings import AlertingSettings
from api.rota.planner import plan
from api.rota.settings import RotaSettings
from tests.support.ward import START, Patient, Person, Ward, story

SETTINGS = AlertingSettings()
POLICY = EpisodePolicy()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SEVEN = START - HOUR
OPEN = "SELECT * FROM episode WHERE kind = 'clinical' AND state IN ('open', 'acknowledged')"


def engine(ward: Ward, now: datetime) -> None:
    """What the engine does when it is woken."""

    async def told() -> None:
        async with ward.engine() as conn:
            while await findings.take(conn, now, SETTINGS, POLICY):
                pass
            while await timekeeping.tick(conn, now, POLICY):
                pass
            await timekeeping.hand_over(conn, now, POLICY)

    story(told())


def replan(ward: Ward, now: datetime) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            await plan(conn, now, "test", RotaSettings(time_limit_s=1.0))

    story(told())


def night_and_day(ward: Ward) -> tuple[list[Person], list[Person]]:
    """Two people at night and two by day; shifts change at 07:00."""
    night = [ward.doctor("Night doctor"), ward.doctor("Night nurse", kind="nurse")]
    day = [ward.doctor("Day doctor"), ward.doctor("Day nurse", kind="nurse")]
    for person in night:
        ward.shift(person, SEVEN - 12 * HOUR, SEVEN)
    for person in day:
        ward.shift(person, SEVEN, SEVEN + 12 * HOUR)
    return night, day


CONDITIONS = ("news2_emergency", "news2_urgent", "limit_hr_high", "critical_spo2", "risk")


def test_after_the_change_of_shift_every_alert_is_for_somebody_who_is_there(ward: Ward) -> None:
    """60 patients, every level, open and acknowledged: nobody who has gone home holds one."""
    night, day = night_and_day(ward)
    patients = [ward.patient() for _ in range(60)]
    evening = SEVEN - 2 * HOUR
    replan(ward, evening)
    for wave in range(12):  # the first reach the coordinator, the last are new
        at = evening + wave * 10 * MINUTE
        for n, patient in enumerate(patients[wave * 5 : wave * 5 + 5]):
            ward.finding(patient, CONDITIONS[n], at, priority="medium")
        engine(ward, at)
    ward.sql.execute(
        """UPDATE episode SET state = 'acknowledged', acknowledged_until = %s, escalate_due = NULL,
                  acknowledged_by = %s WHERE patient_no %% 7 = 0 AND state = 'open'""",
        (SEVEN + HOUR, night[0].user_id),
    )
    assert {row["escalation_level"] for row in ward.all(OPEN)} >= {0, 2}
    at_night = {one.doctor_id for one in night}
    assert {row["doctor_id"] for row in ward.all(OPEN)} <= at_night
    engine(ward, SEVEN)
    by_day = {one.doctor_id for one in day}
    assert {row["doctor_id"] for row in ward.all(OPEN)} <= by_day
    told = len(ward.events())
    replan(ward, SEVEN)
    engine(ward, SEVEN + MINUTE)
    moved = [e for e in ward.events()[told:] if e["data"]["change"] == "handed_over"]
    assert moved == [], "nobody is called twice by one change of shift"
    held = ward.all(OPEN)
    assert len(held) == 60
    assert {row["doctor_id"] for row in held} <= by_day
    planned = {a["patient_no"]: a["doctor_id"] for a in ward.all("SELECT * FROM assignment")}
    for row in held:
        if not POLICY.is_emergency(row["condition"]):
            assert row["doctor_id"] == planned.get(row["patient_no"], row["doctor_id"])


def raised(ward: Ward, patient: Patient, condition: str, now: datetime = START) -> dict[str, Any]:
    ward.finding(patient, condition, now)
    engine(ward, now)
    return ward.episodes(condition)[-1]


def test_with_nobody_on_shift_an_alert_is_the_coordinators_at_once(ward: Ward) -> None:
    episode = raised(ward, ward.patient(), "critical_hr")
    assert (episode["escalation_level"], episode["doctor_id"]) == (2, None)
    [event] = ward.events()
    assert event["event"] == "alert.raised"
    assert event["data"]["level"] == "coordinator"
    assert event["data"]["skipped"] == "nobody_on_shift"


def test_without_a_second_the_coordinator_is_called_at_once(ward: Ward) -> None:
    only = ward.doctor()
    ward.on_shift(only, START)
    due = raised(ward, ward.patient(), "critical_hr")["escalate_due"]
    engine(ward, due)
    [episode] = ward.episodes()
    assert (episode["escalation_level"], episode["doctor_id"]) == (2, only.doctor_id)
    assert ward.events()[-1]["data"]["skipped"] == "nobody_on_shift"


def test_what_is_left_by_the_last_person_is_the_coordinators_until_somebody_comes(
    ward: Ward,
) -> None:
    last, next_one = ward.doctor("A"), ward.doctor("B")
    ward.shift(last, START - HOUR, START + MINUTE)
    raised(ward, ward.patient(), "news2_urgent")
    engine(ward, START + MINUTE)
    [episode] = ward.episodes()
    assert (episode["escalation_level"], episode["doctor_id"]) == (2, None)
    [*_, event] = ward.events()
    assert (event["data"]["change"], event["data"]["notify"]) == ("nobody_on_shift", True)
    assert last.user_id in event["holders"]
    told = len(ward.events())
    engine(ward, START + 2 * MINUTE)
    assert len(ward.events()) == told
    ward.shift(next_one, START + 5 * MINUTE, START + 8 * HOUR)
    engine(ward, START + 5 * MINUTE)
    assert ward.episodes()[0]["doctor_id"] == next_one.doctor_id
    handed = [e for e in ward.events() if e["data"]["change"] == "handed_over"]
    assert [e["holders"] for e in handed] == [[next_one.user_id]]


@pytest.mark.parametrize("condition", ["news2_emergency", "critical_spo2"])
def test_an_emergency_goes_to_a_doctor_though_the_plan_says_a_nurse(
    ward: Ward, condition: str
) -> None:
    nurse, doctor, patient = ward.doctor(kind="nurse"), ward.doctor(), ward.patient()
    for person in (nurse, doctor):
        ward.on_shift(person, START)
    ward.assign(patient, nurse)
    assert raised(ward, patient, "limit_hr_high")["doctor_id"] == nurse.doctor_id
    assert raised(ward, patient, condition)["doctor_id"] == doctor.doctor_id
    before = len(ward.events())
    engine(ward, START + MINUTE)
    assert len(ward.events()) == before, "looked at again, it stays where it is"


def test_an_emergency_waits_with_the_nurse_until_a_doctor_comes(ward: Ward) -> None:
    nurse, doctor, patient = ward.doctor(kind="nurse"), ward.doctor(), ward.patient()
    ward.on_shift(nurse, START)
    assert raised(ward, patient, "news2_emergency")["doctor_id"] == nurse.doctor_id
    ward.shift(doctor, START + MINUTE, START + HOUR)
    engine(ward, START + MINUTE)
    assert ward.episodes()[0]["doctor_id"] == doctor.doctor_id
    assert set(ward.events()[-1]["holders"]) == {nurse.user_id, doctor.user_id}


def test_an_open_alert_follows_the_plan_and_both_are_told(ward: Ward) -> None:
    first, other, patient = ward.doctor("A"), ward.doctor("B"), ward.patient()
    for person in (first, other):
        ward.on_shift(person, START)
    ward.assign(patient, first)
    assert raised(ward, patient, "news2_urgent")["doctor_id"] == first.doctor_id
    ward.assign(patient, other)
    engine(ward, START + MINUTE)
    assert ward.episodes()[0]["doctor_id"] == other.doctor_id
    [*_, event] = ward.events()
    assert (event["data"]["change"], event["data"]["notify"]) == ("handed_over", True)
    assert set(event["holders"]) == {first.user_id, other.user_id}


def test_the_plan_that_stands_does_not_take_an_alert_from_the_second(ward: Ward) -> None:
    first, second, patient = ward.doctor("A"), ward.doctor("B"), ward.patient()
    for person in (first, second):
        ward.on_shift(person, START)
    ward.assign(patient, first)
    due = raised(ward, patient, "news2_urgent")["escalate_due"]
    for minutes in (0, 1, 2):
        engine(ward, due + minutes * MINUTE)
    [episode] = ward.episodes()
    assert (episode["escalation_level"], episode["doctor_id"]) == (1, second.doctor_id)


def answer(ward: Ward, episode: dict[str, Any], person: Person, verb: str) -> dict[str, Any]:
    told: dict[str, Any] = {}

    async def main() -> None:
        async with ward.api() as api:
            got = await api.post(f"/alerts/{episode['id']}/{verb}", headers=person.headers)
            told.update(got.json(), status=got.status_code)

    story(main())
    return told


def test_who_acknowledges_owns_it_until_they_go_home(ward: Ward) -> None:
    now = datetime.now(UTC)
    planned, other, patient = ward.doctor("A"), ward.doctor("B"), ward.patient()
    ward.on_shift(planned, now)
    ward.shift(other, now - HOUR, now + HOUR)
    ward.assign(patient, planned)
    ward.care_team(patient, other)
    episode = raised(ward, patient, "news2_urgent", now)
    assert answer(ward, episode, other, "acknowledge")["doctor"] == str(other.doctor_id)
    third = ward.doctor("C")
    ward.on_shift(third, now)
    ward.assign(patient, third)
    engine(ward, now + MINUTE)
    assert ward.episodes()[0]["doctor_id"] == other.doctor_id, "the plan does not take it away"
    ward.sql.execute("UPDATE episode SET acknowledged_until = %s", (now + 2 * HOUR,))
    engine(ward, now + HOUR)
    [after] = ward.episodes()
    assert (after["state"], after["doctor_id"]) == ("acknowledged", third.doctor_id)
    assert set(ward.events()[-1]["holders"]) >= {other.user_id, third.user_id}


def test_a_coordinator_who_acknowledges_leaves_it_with_who_is_there(ward: Ward) -> None:
    now = datetime.now(UTC)
    doctor, person, patient = ward.doctor(), ward.user("coordinator"), ward.patient()
    ward.on_shift(doctor, now)
    episode = raised(ward, patient, "news2_urgent", now)
    assert answer(ward, episode, person, "acknowledge")["doctor"] == str(doctor.doctor_id)


def test_escalating_says_before_whom_it_calls_and_refuses_where_nobody_is_left(
    ward: Ward,
) -> None:
    now = datetime.now(UTC)
    first, nurse = ward.doctor("Dr First"), ward.doctor("Nurse Second", kind="nurse")
    carla, dana = ward.user("coordinator"), ward.user("coordinator")
    names = {
        person.user_id: ward.one("SELECT username FROM app_user WHERE id = %s", person.user_id)
        for person in (carla, dana)
    }
    patient = ward.patient()
    for person in (first, nurse):
        ward.on_shift(person, now)
    ward.assign(patient, first)
    episode = raised(ward, patient, "news2_emergency", now)

    async def read(person: Person) -> dict[str, Any]:
        async with ward.api() as api:
            one = (await api.get(f"/alerts/{episode['id']}", headers=person.headers)).json()
            [listed] = (await api.get("/alerts", headers=person.headers)).json()["items"]
            assert listed["escalates_to"] == one["escalates_to"]
            return dict(one)

    async def main() -> None:
        seen = await read(carla)
        assert seen["escalates_to"] == {"level": "second", "name": "Nurse Second"}
        assert seen["escalates_not"] is None

    story(main())
    told = answer(ward, episode, carla, "escalate")
    assert (told["level"], told["doctor"]) == ("second", str(nurse.doctor_id))
    both = ", ".join(sorted(one["username"] for one in names.values()))
    assert told["escalates_to"] == {"level": "coordinator", "name": both}
    top = answer(ward, episode, nurse, "escalate")
    assert top["level"] == "coordinator"
    again = answer(ward, episode, carla, "escalate")
    assert again["status"] == 200
    assert again["escalates_to"]["name"] == names[dana.user_id]["username"]
    ward.sql.execute("UPDATE app_user SET state = 'disabled' WHERE id = %s", (dana.user_id,))
    told = {}

    async def alone() -> None:
        told.update(await read(carla))

    story(alone())
    assert told["escalates_to"] is None
    assert "last to be called" in told["escalates_not"]
    answer(ward, episode, nurse, "escalate")
    assert answer(ward, episode, carla, "escalate")["status"] == 409


def test_whose_account_is_closed_is_called_after_those_who_can_be(ward: Ward) -> None:
    gone, there = ward.doctor("A"), ward.doctor("B")
    for person in (gone, there):
        ward.on_shift(person, START)
    ward.sql.execute("UPDATE app_user SET state = 'disabled' WHERE id = %s", (gone.user_id,))
    held = {raised(ward, ward.patient(), "news2_urgent")["doctor_id"] for _ in range(3)}
    assert held == {there.doctor_id}


def test_an_alert_follows_its_patient_to_another_ward_and_both_are_told(ward: Ward) -> None:
    here, there, patient = ward.doctor("A"), ward.doctor("B", ward="far"), ward.patient()
    for person in (here, there):
        ward.on_shift(person, START)
    ward.assign(patient, here)
    assert raised(ward, patient, "news2_emergency")["doctor_id"] == here.doctor_id
    ward.sql.execute("UPDATE patient SET ward = 'far' WHERE no = %s", (patient.no,))
    engine(ward, START + MINUTE)
    [episode] = ward.episodes()
    assert (episode["ward"], episode["doctor_id"]) == ("far", there.doctor_id)
    [*_, event] = ward.events()
    assert (event["data"]["change"], event["data"]["call"]) == ("handed_over", True)
    assert set(event["holders"]) == {here.user_id, there.user_id}
    told = len(ward.events())
    engine(ward, START + 2 * MINUTE)
    assert len(ward.events()) == told


def test_an_alert_that_follows_its_patient_to_nobody_is_the_coordinators_there(ward: Ward) -> None:
    here, patient = ward.doctor(), ward.patient()
    ward.on_shift(here, START)
    raised(ward, patient, "critical_hr")
    ward.sql.execute("UPDATE patient SET ward = 'far' WHERE no = %s", (patient.no,))
    engine(ward, START + MINUTE)
    [episode] = ward.episodes()
    assert (episode["ward"], episode["escalation_level"], episode["doctor_id"]) == ("far", 2, None)
    [*_, event] = ward.events()
    assert (event["data"]["change"], event["data"]["call"]) == ("nobody_on_shift", True)


@pytest.mark.parametrize(
    "change",
    [
        b"UPDATE app_user SET state = 'disabled' WHERE id = %s",
        b"UPDATE app_user SET role = 'patient' WHERE id = %s",
    ],
)
def test_what_is_held_by_a_closed_account_goes_to_somebody_who_can_be_called(
    ward: Ward, change: bytes
) -> None:
    gone, there, patient = ward.doctor("A"), ward.doctor("B"), ward.patient()
    for person in (gone, there):
        ward.on_shift(person, START)
    ward.assign(patient, gone)
    assert raised(ward, patient, "news2_emergency")["doctor_id"] == gone.doctor_id
    ward.sql.execute(change, (gone.user_id,))
    engine(ward, START + MINUTE)
    assert ward.episodes()[0]["doctor_id"] == there.doctor_id
    other = ward.patient()
    ward.assign(other, gone)
    assert raised(ward, other, "critical_hr")["doctor_id"] == there.doctor_id
