"""A plan at home: sealed words, tasks by the person's own clock, reminders, what came of them."""

# ruff: noqa: ANN401 - bodies are JSON of any shape

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from psycopg.types.json import Jsonb

from api.alerting.home_tasks_due import keep_tasks
from api.alerting.settings import AlertingSettings
from api.vault.personal_data import Personal
from tests.support.ward import Patient, Person, Ward, story

HOUR = timedelta(hours=1)
SETTINGS = AlertingSettings()


def people(ward: Ward) -> tuple[Patient, Person, Person]:
    patient, doctor = ward.patient(), ward.doctor("Ann")
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.care_team(patient, doctor)
    ward.sql.execute("UPDATE patient SET time_zone = 'Asia/Shanghai' WHERE no = %s", (patient.no,))
    return patient, ward.user("patient", patient=patient), doctor


def plan(now: datetime, **more: Any) -> dict[str, Any]:
    """Tasks at every full hour, so that one falls due whenever this runs."""
    hours = [f"{n:02}:00" for n in range(24)]
    weigh = {"kind": "measure", "subject": "weight", "words": "Weigh yourself", "times": hours[::2]}
    return {
        "condition": "heart_failure",
        "title": "Dry feet by June",
        "goals": ["under 140/85 by June"],
        "tasks": [{**weigh, "times": hours[:12]}, {**weigh, "times": hours[12:]}],
        "medicines": [
            {"text": "Torasemide 10 mg", "times": hours[:12]},
            {"text": "Torasemide 5 mg", "times": hours[12:]},
        ],
        "education": ["Swollen legs are a sign."],
        "review_on": (now + timedelta(days=9)).date().isoformat(),
        **more,
    }


def look(ward: Ward, at: datetime) -> int:
    found = []

    async def main() -> None:
        async with ward.engine() as conn:
            found.append(await keep_tasks(conn, at, SETTINGS))

    story(main())
    return found[0]


async def begin(
    api: httpx2.AsyncClient, who: Person, patient: Patient, body: dict[str, Any]
) -> str:
    made = await api.post(f"/patients/{patient.id}/plans", headers=who.headers, json=body)
    assert made.status_code == 201, made.text
    plan_id: str = made.json()["id"]
    return plan_id


def states(ward: Ward) -> dict[str, int]:
    rows = ward.all("SELECT state, count(*) AS n FROM home_task_due GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


def test_the_words_are_sealed_and_told_to_those_concerned(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, own, doctor = people(ward)
    stranger = ward.doctor("Bob")

    async def main() -> None:
        async with ward.api() as api:
            path = f"/patients/{patient.id}/plans"
            first = await begin(api, doctor, patient, plan(now))
            for who in (own, doctor):
                [told] = (await api.get(path, headers=who.headers)).json()["items"]
                assert told["title"] == "Dry feet by June"
                assert [one["kind"] for one in told["tasks"]] == [
                    "measure",
                    "measure",
                    "take",
                    "take",
                ]
                assert told["tasks"][2]["words"] == "Torasemide 10 mg"
            assert (await api.get(path, headers=stranger.headers)).status_code == 404
            assert (await api.post(path, headers=own.headers, json=plan(now))).status_code == 403
            second = await begin(api, doctor, patient, plan(now, replaces=first))
            again = plan(now, replaces=first)
            assert (await api.post(path, headers=doctor.headers, json=again)).status_code == 409
            newest, oldest = (await api.get(path, headers=doctor.headers)).json()["items"]
            assert (newest["id"], newest["ended_at"]) == (second, None)
            assert oldest["ended_at"] is not None

    story(main())
    kept = str(ward.all("SELECT * FROM home_plan")) + str(ward.all("SELECT * FROM home_task"))
    assert not [word for word in ("feet", "140/85", "Torasemide", "Swollen") if word in kept]
    assert len(ward.all("SELECT * FROM home_task WHERE next_at IS NOT NULL")) == 4


def test_a_task_falls_due_is_reminded_of_and_counts(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, _, doctor = people(ward)
    ward.device(patient, {"weight": 86_400})

    async def main() -> None:
        async with ward.api() as api:
            await begin(api, doctor, patient, plan(now))

    story(main())
    rows = ward.all("SELECT id, kind, next_at FROM home_task ORDER BY next_at, kind")
    first = rows[0]["next_at"]
    assert now < first <= now + HOUR, "by the person's own clock, in their zone of whole hours"
    ward.sql.execute("UPDATE home_task SET next_at = NULL WHERE next_at <> %s", (first,))
    minutes = (0, 10, 31)
    assert [look(ward, first + timedelta(minutes=one)) for one in minutes] == [1, 0, 1]
    said = {row["args"]["text"] for row in ward.all("SELECT args FROM command")}
    assert all(text.startswith("It is time") for text in said)
    assert "Torasemide" not in str(said)
    ms = int((first - HOUR).timestamp() * 1000)
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, latest) VALUES (%s, %s, %s)",
        (patient.no, first, Jsonb({"weight": {"t": ms, "g": ms, "v": 70, "q": "ok"}})),
    )
    look(ward, first + HOUR / 1.5)
    assert states(ward)["done"] == 1, "a reading is the answer"

    async def answered() -> None:
        async with ward.api() as api:
            path = f"/patients/{patient.id}/reminders"
            told = await api.get(path, headers=doctor.headers)
            assert told.status_code == 200, told.text

    story(answered())
    look(ward, first + 12 * HOUR)
    assert states(ward)["missed"] >= 1, "the medicine, of which nobody said anything"


def test_a_patient_answers_once_even_late_and_nothing_that_is_no_task(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, own, doctor = people(ward)
    other = ward.user("patient", patient=ward.patient())

    async def main() -> None:
        async with ward.api() as api:
            await begin(api, doctor, patient, plan(now))
            today = (await api.get("/me/tasks", headers=own.headers)).json()["items"]
            [row] = ward.all("SELECT id, next_at FROM home_task ORDER BY next_at, position LIMIT 1")
            path, due = f"/me/tasks/{row['id']}/answer", row["next_at"].isoformat()
            done = {"due_at": due, "state": "done"}
            wrong = {"due_at": (row["next_at"] + HOUR / 2).isoformat(), "state": "done"}
            assert (await api.post(path, headers=own.headers, json=wrong)).status_code == 422
            assert (await api.post(path, headers=other.headers, json=done)).status_code == 404
            assert (await api.post(path, headers=doctor.headers, json=done)).status_code == 403
            for body in (done, {"due_at": due, "state": "skipped"}):
                said = await api.post(path, headers=own.headers, json=body)
                assert said.status_code == 200, said.text
            assert all(one["state"] == "due" for one in today)

    story(main())
    assert states(ward) == {"done": 1}


def test_nothing_falls_due_of_who_is_paused_and_plans_end_with_the_stay(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, _, doctor = people(ward)

    async def main() -> None:
        async with ward.api() as api:
            await begin(api, doctor, patient, plan(now))

    story(main())
    pause = "UPDATE patient SET state = 'paused', paused_until = %s"
    ward.sql.execute(pause, (now + timedelta(days=9),))
    assert look(ward, now + 30 * HOUR) == 0
    assert states(ward) == {}
    ward.sql.execute("UPDATE patient SET state = 'active', paused_until = NULL")
    look(ward, now + 31 * HOUR)
    assert states(ward)["due"] >= 1
    ward.sql.execute("UPDATE patient SET state = 'discharged'")
    look(ward, now + 32 * HOUR)
    assert states(ward) == {}, "what was due then counts for nothing"
    assert ward.all("SELECT * FROM home_plan WHERE ended_at IS NULL") == []
    assert ward.all("SELECT * FROM home_task WHERE next_at IS NOT NULL") == []


def test_who_reads_chinese_is_reminded_in_chinese(ward: Ward) -> None:
    """By the account's choice, else by the record; what a template wrote is said in it as well."""
    now = datetime.now(UTC)
    patient, own, doctor = people(ward)
    ward.device(patient, {"weight": 86_400})
    hours = [f"{n:02}:00" for n in range(24)]
    walk = {"kind": "walk", "words": "Walk to the gate", "times": hours[:12]}
    given = {"kind": "walk", "words": "Get up and walk around your home", "times": hours[12:]}

    async def main() -> None:
        async with ward.api() as api:
            body = plan(now, tasks=[walk, given], medicines=[])
            await begin(api, doctor, patient, {**body, "goals": ["No fever"]})
            chosen = {"language": "zh-Hans"}
            put = await api.put("/me/language", headers=own.headers, json=chosen)
            assert put.status_code == 200, put.text
            path = f"/patients/{patient.id}/plans"
            [told] = (await api.get(path, headers=own.headers)).json()["items"]
            assert (told["title"], told["goals"]) == ("Dry feet by June", ["不发热"])
            words = {one["words"] for one in told["tasks"]}
            assert words == {"Walk to the gate", "起来在家里走走"}
            [theirs] = (await api.get(path, headers=doctor.headers)).json()["items"]
            assert theirs["goals"] == ["No fever"]

    story(main())
    due = ward.one("SELECT min(next_at) AS at FROM home_task")["at"]
    look(ward, due + timedelta(minutes=1))
    text = "SELECT args ->> 'text' AS text FROM command WHERE command = 'message'"
    assert ward.one(text)["text"] == "该运动了。"
