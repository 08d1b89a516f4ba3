"""What alerts cost a ward and what they are worth, counted from what really happened."""

from datetime import timedelta
from typing import Any

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due, findings
from api.alerting.answers import Action, AlertAnswer, answer
from api.alerting.settings import AlertingSettings
from tests.support.ward import START, Patient, Ward, story

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POLICY = EpisodePolicy()


async def engine(ward: Ward, now: Any) -> None:  # noqa: ANN401 - a moment
    async with ward.engine() as conn:
        while await findings.take(conn, now, AlertingSettings(), POLICY):
            pass
        while await due.tick(conn, now, POLICY):
            pass


def stay(ward: Ward, patient: Patient, days: int) -> None:
    ward.sql.execute("DELETE FROM encounter WHERE patient_no = %s", (patient.no,))
    ward.sql.execute(
        "INSERT INTO encounter (patient_no, period_start) VALUES (%s, %s)",
        (patient.no, START - timedelta(days=days - 1)),
    )


def test_burden_is_counted_by_ward_condition_patient_and_hour(ward: Ward) -> None:
    """Two answered, one in time; one that nobody answered and that called three rungs."""
    doctor = ward.doctor("Dr A")
    ward.shift(doctor, START - 10 * HOUR, START + 14 * HOUR)
    coordinator, elsewhere = ward.user("coordinator"), ward.user("coordinator", "other")
    patients = [ward.patient() for _ in range(3)]
    other = ward.patient("other")
    for one in (*patients, other):
        stay(ward, one, days=2)

    async def main() -> None:
        for patient in (*patients, other):
            ward.finding(patient, "news2_emergency", START)
        await engine(ward, START)
        held = {e["patient_no"]: e for e in ward.episodes("news2_emergency")}
        soon = START + 2 * MINUTE
        await said(ward, held[patients[0].no]["id"], doctor.user_id, soon, "actionable")
        await engine(ward, START + 6 * MINUTE)  # passed on after 5 min
        late = START + 8 * MINUTE
        await said(ward, held[patients[1].no]["id"], doctor.user_id, late, "false")
        async with ward.api() as client:
            span = {"from": (START - HOUR).isoformat(), "to": (START + 23 * HOUR).isoformat()}
            told = (
                await client.get(
                    "/alerts/burden", params={**span, "by": "patient"}, headers=coordinator.headers
                )
            ).json()
            total = told["total"]
            assert (total["alerts"], told["patient_days"]) == (3, 3.0)
            assert total["calls"] >= 5
            assert total["calls_a_patient_day"] == round(total["calls"] / 3, 3)
            assert (total["in_time"]["value"], total["in_time"]["n"]) == (round(1 / 3, 4), 3)
            assert total["acknowledged_s"]["median"] == 300.0
            assert total["outcomes"] == {
                "actionable": 1,
                "not_actionable": 0,
                "false": 1,
                "unknown": 1,
            }
            assert (total["ppv"]["value"], total["ppv"]["n"]) == (0.5, 2)
            assert [one["condition"] for one in told["conditions"]] == ["news2_emergency"]
            assert {one["patient"] for one in told["groups"]} == {str(p.id) for p in patients}
            assert {one["alerts_a_patient_day"] for one in told["groups"]} == {1.0}
            assert len(told["top"]) == 3
            assert told["budget"]["hours_broken"] == 1
            assert told["budget"]["broken"][0]["calls"] == total["calls"]
            theirs = await client.get("/alerts/burden", params=span, headers=elsewhere.headers)
            assert theirs.json()["total"]["alerts"] == 1
            hours = (
                await client.get(
                    "/alerts/burden", params={**span, "by": "hour"}, headers=coordinator.headers
                )
            ).json()["groups"]
            assert [one["hour"] for one in hours] == [START.hour]
            for asked in ({"ward": "other"}, {"ward": "nowhere"}):
                refused = await client.get(
                    "/alerts/burden", params=asked, headers=coordinator.headers
                )
                assert refused.status_code == 404

    story(main())


async def said(ward: Ward, alert: Any, actor: Any, at: Any, outcome: str) -> None:  # noqa: ANN401
    """Acknowledge as the API does, at a moment of the ward's."""
    from api.app import create_app  # noqa: PLC0415

    services = create_app(ward.settings).state.services
    async with services.engine_pool:
        object.__setattr__(services, "clock", Stopped(at))
        action = AlertAnswer(
            alert_id=alert, action=Action.ACKNOWLEDGE, actor=actor, outcome=outcome
        )
        await answer(services, action)


class Stopped:
    """A clock that shows one moment."""

    def __init__(self, at: Any) -> None:  # noqa: ANN401
        self._at = at

    def at(self, _: float) -> Any:  # noqa: ANN401
        return self._at
