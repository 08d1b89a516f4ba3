"""A person's report of their week: made once, sealed, told, and missing weeks named as missing."""

# ruff: noqa: ANN401 - bodies are JSON of any shape

from datetime import UTC, date, datetime, timedelta
from typing import Any

from analytics.domain.vitals import Metric
from api.app import create_app
from api.contact.settings import ContactSettings
from api.contact.weekly import WeeklyDesk
from api.vault.personal_data import Personal
from tests.support.ward import Patient, Person, Ward, story

MONDAY = date(2026, 10, 19)
NINE = datetime(2026, 10, 26, 8, 30, tzinfo=UTC)
"""Half past nine in Berlin, on the Monday after."""
SETTINGS = ContactSettings()
WEEK = timedelta(weeks=1)


class Stopped:
    """A clock that shows one moment."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def at(self, _: float) -> datetime:
        return self._at


def look(ward: Ward, at: datetime) -> int:
    """Let the job look once; how many weeks it accounted for."""
    services = create_app(ward.settings).state.services
    object.__setattr__(services, "clock", Stopped(at))
    found = []

    async def main() -> None:
        async with services.pool, ward.engine() as conn:
            desk = WeeklyDesk(services=services, settings=SETTINGS)
            found.append(await desk.make(conn))
            await desk.tell(conn)

    story(main())
    return found[0]


def people(ward: Ward) -> tuple[Patient, Person, Person]:
    """A patient in Berlin, in the ward since the Monday, and the doctor who has them."""
    patient, doctor = ward.patient(), ward.doctor("Ann")
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.care_team(patient, doctor)
    ward.sql.execute("UPDATE patient SET time_zone = 'Europe/Berlin' WHERE no = %s", (patient.no,))
    ward.sql.execute("DELETE FROM encounter WHERE patient_no = %s", (patient.no,))
    ward.sql.execute(
        "INSERT INTO encounter (patient_no, period_start) VALUES (%s, %s)",
        (patient.no, datetime(2026, 10, 12, tzinfo=UTC)),
    )
    return patient, ward.user("patient", patient=patient), doctor


def measured(ward: Ward, patient: Patient, at: datetime, value: float, quality: int = 0) -> None:
    ward.sql.execute(
        """INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value)
           VALUES (%s, %s, 1, %s, %s, %s, %s)""",
        (at, at, patient.no, int(Metric.HR), quality, value),
    )


def asked_for(ward: Ward, patient: Patient, by: Person, states: list[str]) -> None:
    """Measurements of a plan that fell due on the days of the week."""
    plan = ward.one(
        """INSERT INTO home_plan (patient_no, condition, content, review_on, begun_at, begun_by)
           VALUES (%s, 'own', '', '2026-10-28', %s, %s) RETURNING id""",
        patient.no,
        NINE - 2 * WEEK,
        by.user_id,
    )
    task = ward.one(
        """INSERT INTO home_task (plan_id, patient_no, position, kind, subject, words, times, days)
           VALUES (%s, %s, 0, 'measure', 'hr', '', '{08:00}', '{1}') RETURNING id""",
        plan["id"],
        patient.no,
    )
    for day, state in enumerate(states):
        ward.sql.execute(
            """INSERT INTO home_task_due (task_id, due_at, patient_no, state)
               VALUES (%s, %s, %s, %s)""",
            (task["id"], datetime(2026, 10, 19 + day, 6, tzinfo=UTC), patient.no, state),
        )


def read(ward: Ward, who: Person, patient: Patient, status: int = 200) -> Any:
    found = []

    async def main() -> None:
        async with ward.api() as api:
            path = f"/patients/{patient.id}/weekly-reports"
            answer = await api.get(path, headers=who.headers)
            assert answer.status_code == status, answer.text
            found.append(answer.json())

    story(main())
    return found[0].get("items")


def test_a_week_is_told_once_sealed_and_as_it_was_to_both_sides(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    for day in range(4):
        at = datetime(2026, 10, 19 + day, 10, tzinfo=UTC)
        measured(ward, patient, at, 70.0 + day)
        measured(ward, patient, at - WEEK, 60.0 + day)
    measured(ward, patient, datetime(2026, 10, 18, 22, 30, tzinfo=UTC), 90.0)  # Monday in Berlin
    measured(ward, patient, datetime(2026, 10, 20, 10, tzinfo=UTC), 18.0, quality=4)
    asked_for(ward, patient, doctor, ["done", "done", "missed", "skipped"])
    ward.sql.execute(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at)
           VALUES (%s, 'push', '', 1, now())""",
        (own.user_id,),
    )
    assert look(ward, NINE - timedelta(minutes=45)) == 1  # the week before, already late by then
    assert look(ward, NINE) == 1
    assert look(ward, NINE + timedelta(hours=5)) == 0
    newest, missing = read(ward, own, patient)
    assert (newest["week"], newest["until"]) == ("2026-10-19", "2026-10-25")
    assert (missing["week"], missing["missing"], missing["report"]) == ("2026-10-12", "late", None)
    told = newest["report"]
    [pulse] = told["vitals"]
    assert (pulse["low"], pulse["high"], pulse["count"], pulse["days"]) == (70.0, 90.0, 5, 4)
    assert pulse["trend"] in {"higher", "same"}
    assert told["measurements"] == {"asked": 4, "done": 2, "left_out": 1}
    assert told["measured_days"] == 4
    assert told["coming"] == [{"what": "review", "at": None, "day": "2026-10-28"}]
    assert newest["told_by"] == ["push"]
    assert read(ward, doctor, patient)[0] == newest
    read(ward, ward.doctor("Bob"), patient, status=404)
    measured(ward, patient, datetime(2026, 10, 23, 10, tzinfo=UTC), 150.0)
    assert read(ward, own, patient)[0] == newest, "what was told stays as it was told"
    [notice] = ward.all("SELECT change, user_id FROM notice WHERE patient_no = %s", patient.no)
    assert notice == {"change": "weekly_report", "user_id": own.user_id}
    kept = ward.one("SELECT content FROM weekly_report WHERE content IS NOT NULL")
    assert kept["content"].startswith("sealed.1.")
    assert ward.one("SELECT count(*) AS n FROM audit WHERE action = 'weekly.make'")["n"] == 2


def test_a_week_of_nothing_a_pause_and_a_gap_are_told_as_such(ward: Ward) -> None:
    patient, own, _ = people(ward)
    assert look(ward, NINE) == 1
    [nothing] = read(ward, own, patient)
    assert (nothing["report"]["measured_days"], nothing["report"]["vitals"]) == (0, [])
    assert nothing["told_by"] == []
    assert look(ward, NINE + 3 * WEEK) == 3
    ward.sql.execute("UPDATE patient SET state = 'paused' WHERE no = %s", (patient.no,))
    assert look(ward, NINE + 4 * WEEK) == 1
    weeks = read(ward, own, patient)
    assert [one["missing"] for one in weeks] == ["paused", None, "late", "late", None]
    ward.sql.execute("UPDATE patient SET state = 'discharged' WHERE no = %s", (patient.no,))
    assert look(ward, NINE + 5 * WEEK) == 0


def test_a_report_leaves_with_the_record_and_is_gone_with_the_key(ward: Ward) -> None:
    patient, own, _ = people(ward)
    look(ward, NINE)

    async def main() -> None:
        async with ward.api() as api:
            bundle = (await api.get("/me/export", headers=own.headers)).json()["entry"]
            kinds = [one["resource"]["resourceType"] for one in bundle]
            assert kinds.count("DocumentReference") == 1

    story(main())
    ward.sql.execute("DELETE FROM patient_key WHERE patient_no = %s", (patient.no,))
    [gone] = read(ward, own, patient)
    assert (gone["missing"], gone["report"]) == (None, None)
    assert look(ward, NINE + WEEK) == 0
