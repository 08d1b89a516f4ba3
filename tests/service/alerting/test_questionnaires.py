"""Answers are sealed, count once, give reasons that nothing calm ends, and complete NEWS2."""

# ruff: noqa: ANN401 - bodies are JSON of any shape

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due, findings
from api.alerting.reports_over import end_reports
from api.alerting.settings import AlertingSettings
from api.vault.personal_data import Personal
from tests.support.ward import Patient, Person, Ward, story

POLICY = EpisodePolicy()
HOUR = timedelta(hours=1)
CALM = {f"q{n}": 0 for n in range(1, 10)}
PAIN = {"now": 2, "where": 0}


async def engine(ward: Ward, now: datetime) -> None:
    async with ward.engine() as conn:
        await end_reports(conn, now)
        while await findings.take(conn, now, AlertingSettings(), POLICY):
            pass
        await due.tick(conn, now, POLICY)


def people(ward: Ward) -> tuple[Patient, Person, Person]:
    patient, doctor = ward.patient(), ward.doctor("Ann")
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.on_shift(doctor)
    ward.assign(patient, doctor)
    return patient, ward.user("patient", patient=patient), doctor


async def say(
    api: httpx2.AsyncClient, who: Person, path: str, answers: dict[str, int], **more: Any
) -> dict[str, Any]:
    status, key = more.pop("status", 201), more.pop("key", f"answers-to-{len(answers)}")
    said = await api.post(
        path,
        headers={**who.headers, "Idempotency-Key": key},
        json={"answers": answers, **more},
    )
    assert said.status_code == status, said.text
    told: dict[str, Any] = said.json()
    return told


def test_a_grave_answer_calls_once_and_a_calm_one_does_not_end_it(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, own, doctor = people(ward)
    grave = {**CALM, "q1": 2, "q9": 1}

    async def main() -> None:
        async with ward.api() as api:
            path = "/me/questionnaires/phq9"
            first = await say(api, own, path, grave, key="the-first")
            again = await say(api, own, path, grave, key="the-first")
            assert (first["id"], first["score"], first["most"]) == (again["id"], 3, 27)
            assert first["grave"]
            assert first["alerted"]
            await engine(ward, now)
            [reason] = ward.reasons("questionnaire_phq9")
            assert (reason["priority"], reason["count"]) == ("high", 1)
            assert "question 9" in reason["message"]
            calm = await say(api, own, path, CALM, key="the-second")
            assert not calm["alerted"]
            await engine(ward, now + HOUR)
            [reason] = ward.reasons("questionnaire_phq9")
            assert reason["cleared_at"] is None, "a calm answer ends nothing"
            await engine(ward, now + 13 * HOUR)
            [reason] = ward.reasons("questionnaire_phq9")
            assert reason["cleared_at"] is not None
            read = f"/patients/{patient.id}/questionnaires"
            newest, oldest = (await api.get(read, headers=doctor.headers)).json()["items"]
            assert (newest["score"], oldest["score"]) == (0, 3)
            assert oldest["reasons"][0]["source"].startswith("PHQ-9 manual")
            assert oldest["said"][8]["answer"] == "Several days"
            stranger = ward.doctor("Bob")
            assert (await api.get(read, headers=stranger.headers)).status_code == 404

    story(main())
    [row] = ward.all("SELECT * FROM questionnaire_response WHERE score = 3")
    assert row["answers"].startswith("sealed.")
    assert ward.events()[0]["data"]["call"]


def test_what_is_left_open_is_refused_and_nobody_answers_for_others(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    unlinked = ward.user("patient")

    async def main() -> None:
        async with ward.api() as api:
            path = "/me/questionnaires/pain"
            await say(api, own, path, {"now": 5, "where": 0}, status=422)
            await say(api, own, path, {"now": 2, "where": 0, "new": 1}, status=422)
            await say(api, own, "/me/questionnaires/structured_call", {"acvpu": 0}, status=404)
            await say(api, unlinked, path, PAIN, status=404)
            theirs = f"/patients/{patient.id}/questionnaires/pain"
            await say(api, own, theirs, PAIN, status=403)
            await say(api, ward.doctor("Bob"), theirs, PAIN, status=404)
            old = (datetime.now(UTC) - timedelta(days=9)).isoformat()
            await say(api, own, path, PAIN, at=old, status=422)
            await say(api, doctor, theirs, PAIN)
            ward.sql.execute("UPDATE patient SET state = 'paused', paused_until = '2090-01-01'")
            await say(api, own, path, PAIN, key="in-the-pause", status=409)

    story(main())
    assert len(ward.all("SELECT * FROM questionnaire_response")) == 1
    assert ward.all("SELECT * FROM outbox WHERE kind = 'finding'") == []


def test_a_structured_call_enters_what_news2_lacks_once(ward: Ward) -> None:
    patient, _, doctor = people(ward)
    path = f"/patients/{patient.id}/questionnaires/structured_call"

    async def main() -> None:
        async with ward.api() as api:
            for _ in range(2):
                await say(api, doctor, path, {"acvpu": 1, "o2": 1}, key="one-call")

    story(main())
    [entry] = ward.all("SELECT payload, entered_by FROM lane_input")
    [sample] = entry["payload"]["samples"]
    assert (sample["acvpu"], sample["o2"], entry["entered_by"]) == (1, 1, doctor.user_id)
    assert len(ward.all("SELECT * FROM questionnaire_response")) == 1


def test_answering_is_what_the_plan_asked_for(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, own, doctor = people(ward)

    async def main() -> None:
        async with ward.api() as api:
            ask = {"kind": "answer", "subject": "pain", "words": "Pain?", "times": ["08:00"]}
            plan = {"title": "A plan", "review_on": "2090-01-01", "tasks": [ask]}
            made = await api.post(
                f"/patients/{patient.id}/plans", headers=doctor.headers, json=plan
            )
            assert made.status_code == 201, made.text
            ward.sql.execute(
                """INSERT INTO home_task_due (task_id, due_at, patient_no)
                   SELECT id, %s, patient_no FROM home_task""",
                (now - HOUR,),
            )
            await say(api, own, "/me/questionnaires/pain", PAIN)

    story(main())
    [row] = ward.all("SELECT state, answered_by FROM home_task_due")
    assert (row["state"], row["answered_by"]) == ("done", own.user_id)
