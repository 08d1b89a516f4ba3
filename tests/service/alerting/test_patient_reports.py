"""*I feel worse* reaches those who care, once, and ends by nothing but time and people."""

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
CALM = {"breath": "no", "chest": "no", "mind": "no", "fever": "no", "drink": "no"}


async def engine(ward: Ward, now: datetime) -> None:
    async with ward.engine() as conn:
        await end_reports(conn, now)
        while await findings.take(conn, now, AlertingSettings(), POLICY):
            pass
        await due.tick(conn, now, POLICY)


def people(ward: Ward) -> tuple[Patient, Person, Person]:
    """A patient with an account of their own, and the doctor who has them."""
    patient, doctor = ward.patient(), ward.doctor("Ann")
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.on_shift(doctor)
    ward.assign(patient, doctor)
    return patient, ward.user("patient", patient=patient), doctor


async def report(
    api: httpx2.AsyncClient, who: Person, key: str, *, status: int = 201, **more: Any
) -> dict[str, Any]:
    body = {"answers": {**CALM, **more.pop("answers", {})}, **more}
    headers = {**who.headers, "Idempotency-Key": key}
    answer = await api.post("/me/reports", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_report_is_a_reason_of_the_doctors_alert_and_counts_once(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, own, doctor = people(ward)

    async def main() -> None:
        async with ward.api() as api:
            said = {"answers": {"breath": "rest"}, "words": "since the stairs"}
            first = await report(api, own, "a-first-report", **said)
            again = await report(api, own, "a-first-report", **said)
            assert (first["id"], first["priority"]) == (again["id"], "high")
            await engine(ward, now)
            [alert] = ward.episodes()
            assert (alert["condition"], alert["priority"]) == ("feels_worse", "high")
            assert alert["doctor_id"] == doctor.doctor_id
            assert "breathless at rest" in alert["message"]
            assert alert["rule"] == "patient_report/1"
            path = f"/patients/{patient.id}/reports"
            [told] = (await api.get(path, headers=doctor.headers)).json()["items"]
            assert told["words"] == "since the stairs"
            assert {"question", "answer"} == set(told["said"][0])
            stranger = ward.doctor("Bob")
            assert (await api.get(path, headers=stranger.headers)).status_code == 404

    story(main())
    assert "stairs" not in str(ward.all("SELECT * FROM patient_report"))
    assert ward.events()[-1]["data"]["call"]


def test_it_holds_whatever_is_measured_until_its_time_is_over(ward: Ward) -> None:
    now = datetime.now(UTC)
    patient, own, _ = people(ward)

    async def main() -> None:
        async with ward.api() as api:
            await report(api, own, "a-first-report")
            await engine(ward, now)
            ward.finding(patient, "news2_urgent", now, priority="medium")
            ward.finding(patient, "news2_urgent", now, change="cleared", priority="medium")
            await engine(ward, now + HOUR)
            assert {one["condition"]: one["cleared_at"] for one in ward.reasons()}[
                "feels_worse"
            ] is None
            await report(api, own, "a-second-report", answers={"chest": "yes"})
            await engine(ward, now + 2 * HOUR)
            [reason] = ward.reasons("feels_worse")
            assert (reason["priority"], reason["count"]) == ("high", 2)
            await engine(ward, now + 13 * HOUR)
            [reason] = ward.reasons("feels_worse")
            assert reason["cleared_at"] is not None

    story(main())


def test_what_was_said_without_a_line_calls_when_it_comes(ward: Ward) -> None:
    now = datetime.now(UTC)
    _, own, _ = people(ward)

    async def main() -> None:
        async with ward.api() as api:
            at = (now - 3 * HOUR).isoformat()
            await report(api, own, "kept-on-the-phone", at=at)
            old = (now - 200 * HOUR).isoformat()
            await report(api, own, "from-last-month", at=old, status=422)
            await engine(ward, now)

    story(main())
    [alert] = ward.episodes()
    assert not alert["historic"]
    assert "said 180 min before it came" in alert["message"]


def test_nobody_reports_for_another_and_none_into_the_void(ward: Ward) -> None:
    patient, own, doctor = people(ward)

    async def main() -> None:
        async with ward.api() as api:
            await report(api, doctor, "not-my-own-one", status=403)
            await report(api, ward.user("patient"), "of-nobody-yet", status=404)
            await report(api, own, "half-an-answer", answers={"breath": "perhaps"}, status=422)
            ward.sql.execute("UPDATE patient SET state = 'discharged' WHERE no = %s", (patient.no,))
            refused = await report(api, own, "after-i-left", status=409)
            assert "call the ward" in refused["detail"]

    story(main())
    assert ward.all("SELECT * FROM outbox") == []
