"""What people may say to alerts, by role and relation, and what a repeat does."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import findings
from api.alerting.settings import AlertingSettings
from tests.support.ward import Patient, Person, Ward, story


def raised(ward: Ward, patient: Patient, condition: str = "news2_emergency") -> str:
    """Raise an alert about the patient and return its id."""
    now = datetime.now(UTC)
    ward.finding(patient, condition, now)

    async def told() -> None:
        async with ward.engine() as conn:
            await findings.take(conn, now, AlertingSettings(), EpisodePolicy())

    story(told())
    return str(ward.episodes(condition)[-1]["id"])


Make = Callable[[Ward, Patient], Person]


def _carer(role: str) -> Make:
    def make(ward: Ward, patient: Patient) -> Person:
        person = ward.user(role)
        ward.care_team(patient, person)
        return person

    return make


SEEING: dict[str, Make] = {
    "doctor of the team": _carer("doctor"),
    "nurse of the team": _carer("nurse"),
    "coordinator": lambda ward, _: ward.user("coordinator"),
    "admin": lambda ward, _: ward.user("admin"),
}
NOT_SEEING: dict[str, Make] = {
    "another doctor": lambda ward, _: ward.user("doctor"),
    "another nurse": lambda ward, _: ward.user("nurse"),
    "coordinator of another ward": lambda ward, _: ward.user("coordinator", ward="other"),
    "another patient": lambda ward, _: ward.user("patient", patient=ward.patient()),
}


@pytest.mark.parametrize("who", SEEING)
def test_who_has_the_relation_reads_and_acknowledges(ward: Ward, who: str) -> None:
    patient = ward.patient()
    alert = raised(ward, patient)
    person = SEEING[who](ward, patient)

    async def main() -> None:
        async with ward.api() as api:
            listed = (await api.get("/alerts", headers=person.headers)).json()
            assert [one["id"] for one in listed["items"]] == [alert]
            assert listed["stream"] == 1
            answered = await api.post(f"/alerts/{alert}/acknowledge", headers=person.headers)
            assert answered.status_code == 200
            assert answered.json()["state"] == "acknowledged"
            again = await api.post(f"/alerts/{alert}/acknowledge", headers=person.headers)
            assert again.json() == answered.json()

    story(main())
    assert [e["data"]["change"] for e in ward.events()] == ["raised", "acknowledged"]
    assert ward.events()[1]["actor"] == person.user_id


@pytest.mark.parametrize("who", NOT_SEEING)
def test_who_has_no_relation_finds_nothing(ward: Ward, who: str) -> None:
    patient = ward.patient()
    alert = raised(ward, patient)
    person = NOT_SEEING[who](ward, patient)

    async def main() -> None:
        async with ward.api() as api:
            assert (await api.get("/alerts", headers=person.headers)).json()["items"] == []
            for path in ("", "/evidence"):
                got = await api.get(f"/alerts/{alert}{path}", headers=person.headers)
                assert got.status_code == 404
            for action in ("acknowledge", "resolve", "escalate"):
                got = await api.post(f"/alerts/{alert}/{action}", headers=person.headers)
                assert got.status_code == (403 if "patient" in who else 404)
            assert (await api.get(f"/alerts/{alert}")).status_code == 401

    story(main())
    assert ward.episodes()[0]["state"] == "open"


def test_patients_read_their_own_alerts_and_answer_none(ward: Ward) -> None:
    patient = ward.patient()
    alert = raised(ward, patient)
    person = ward.user("patient", patient=patient)

    async def main() -> None:
        async with ward.api() as api:
            got = await api.get(f"/alerts/{alert}", headers=person.headers)
            assert got.json()["patient"] == str(patient.id)
            said = await api.post(f"/alerts/{alert}/resolve", headers=person.headers)
            assert said.status_code == 403

    story(main())


def over(ward: Ward, patient: Patient, condition: str = "news2_emergency") -> None:
    """Let the condition end, by a finding of now."""
    now = datetime.now(UTC)
    ward.finding(patient, condition, now, change="cleared")

    async def told() -> None:
        async with ward.engine() as conn:
            await findings.take(conn, now, AlertingSettings(), EpisodePolicy())

    story(told())


def test_what_still_holds_is_not_closed_but_planned(ward: Ward) -> None:
    patient = ward.patient()
    alert = raised(ward, patient)
    doctor, other = (SEEING["doctor of the team"](ward, patient) for _ in range(2))
    said = {"comment": "known COPD, seen at ten", "outcome": "false"}

    async def main() -> None:
        async with ward.api() as api:
            for words in ({}, {"outcome": "false"}, {"comment": "  "}):
                path = f"/alerts/{alert}/resolve"
                refused = await api.post(path, json=words, headers=doctor.headers)
                assert refused.status_code == 422
                assert "comment" in refused.text
            first = (await api.post(path, json=said, headers=doctor.headers)).json()
            assert (first["state"], first["priority"], first["holds"]) == (
                "acknowledged",
                "high",
                True,
            )
            assert first["plan"]["quiet_until"] == first["acknowledged_until"]
            assert first["plan"]["reason"] == said["comment"]
            assert first["closed_at"] is None
            for words in (said, {}):
                again = await api.post(path, json=words, headers=doctor.headers)
                assert (again.status_code, again.json()) == (200, first)
            [row] = (await api.get("/panel", headers=doctor.headers)).json()["items"]
            assert (row["worst_alert"], row["open_alerts"]) == ("high", 1)
            theirs = await api.post(path, json={}, headers=other.headers)
            assert theirs.status_code == 422

    story(main())
    [planned] = ward.events()[1:]
    assert (planned["data"]["change"], planned["data"]["call"]) == ("planned", False)


def test_what_is_over_is_closed_without_a_word(ward: Ward) -> None:
    patient, person = ward.patient(), ward.user("coordinator")
    alert = raised(ward, patient)
    over(ward, patient)

    async def main() -> None:
        async with ward.api() as api:
            done = await api.post(f"/alerts/{alert}/resolve", headers=person.headers)
            assert (done.status_code, done.json()["state"]) == (200, "resolved")
            assert done.json()["closed_by"] is not None

    story(main())


def test_a_resolved_alert_is_closed_and_its_outcome_teaches(ward: Ward) -> None:
    patient = ward.patient()
    alert = raised(ward, patient)
    over(ward, patient)
    doctor = SEEING["doctor of the team"](ward, patient)
    said = {"comment": "seen at home", "outcome": "actionable"}

    async def main() -> None:
        async with ward.api() as api:
            first = await api.post(f"/alerts/{alert}/resolve", json=said, headers=doctor.headers)
            body = first.json()
            assert (body["state"], body["outcome"]) == ("resolved", "actionable")
            again = await api.post(f"/alerts/{alert}/resolve", json=said, headers=doctor.headers)
            assert (again.status_code, again.json()) == (200, body)
            other = {"outcome": "false"}
            for action, words in (("acknowledge", {}), ("escalate", {}), ("resolve", other)):
                late = await api.post(
                    f"/alerts/{alert}/{action}", json=words, headers=doctor.headers
                )
                assert late.status_code == 409
                assert late.headers["content-type"] == "application/problem+json"

    story(main())
    [lesson] = ward.all("SELECT * FROM lane_input")
    assert lesson["kind"] == "outcome"
    assert lesson["payload"]["deteriorated"] is True
    assert lesson["entered_by"] == doctor.user_id
    [note] = ward.all("SELECT * FROM audit WHERE action = 'alert.resolve'")
    assert note["patient_no"] == patient.no


def test_escalating_calls_the_second_and_a_repeat_changes_nothing(ward: Ward) -> None:
    first, second = ward.doctor("A"), ward.doctor("B")
    patient = ward.patient()
    for doctor in (first, second):
        ward.on_shift(doctor)
    ward.assign(patient, first)
    alert = raised(ward, patient)

    async def main() -> None:
        async with ward.api() as api:
            for _ in range(2):
                got = await api.post(f"/alerts/{alert}/escalate", headers=first.headers)
                assert got.json()["level"] == "second"
                assert got.json()["doctor"] == str(second.doctor_id)
            seen = await api.get(f"/alerts/{alert}", headers=second.headers)
            assert seen.status_code == 200

    story(main())


def test_unknown_words_and_long_ones_are_refused(ward: Ward) -> None:
    patient = ward.patient()
    alert = raised(ward, patient)
    person = ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            for words in ({"outcome": "maybe"}, {"comment": "x" * 2001}, {"coment": "typo"}):
                got = await api.post(f"/alerts/{alert}/resolve", json=words, headers=person.headers)
                assert got.status_code == 422

    story(main())


def test_the_list_filters_and_goes_on_by_its_cursor(ward: Ward) -> None:
    person = ward.user("coordinator")
    made = [raised(ward, ward.patient(), f"limit_{n}") for n in range(5)]

    async def main() -> None:
        async with ward.api() as api:
            found: list[str] = []
            ask: dict[str, str | int] = {"limit": 2, "state": "open"}
            while True:
                page = (await api.get("/alerts", params=ask, headers=person.headers)).json()
                found += [one["id"] for one in page["items"]]
                if page["next"] is None:
                    break
                ask["cursor"] = page["next"]
            assert found == made
            closed = await api.get("/alerts?state=resolved", headers=person.headers)
            assert closed.json()["items"] == []
            assert (await api.get("/alerts?state=odd", headers=person.headers)).status_code == 422
            assert (await api.get("/alerts?cursor=zz", headers=person.headers)).status_code == 422

    story(main())


def test_an_alert_about_the_ward_is_seen_by_its_staff_only(ward: Ward) -> None:
    ward.sql.execute(
        """INSERT INTO episode (ward, condition, kind, priority, state, started_at, measured_at,
                                raised_at, message, escalation_level)
           VALUES ('main', 'nobody_on_shift', 'technical', 'high', 'open', now(), now(), now(),
                   'nobody', 2)"""
    )
    here, there = ward.user("nurse"), ward.user("nurse", ward="other")

    async def main() -> None:
        async with ward.api() as api:
            for person, n in ((here, 1), (there, 0)):
                path = "/alerts?kind=technical"
                listed = (await api.get(path, headers=person.headers)).json()["items"]
                assert len(listed) == n

    story(main())
