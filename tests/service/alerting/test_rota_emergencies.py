"""An emergency is somebody's by the plan, and who could be called in is offered with the phone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from api.rota.planner import plan
from api.rota.settings import RotaSettings
from tests.support.ward import Ward, story

HOUR = timedelta(hours=1)


def test_with_the_doctor_off_sick_both_emergencies_are_the_nurses_and_doctors_are_offered(
    ward: Ward,
) -> None:
    now = datetime.now(UTC)
    carla, ill, nurse = ward.user("coordinator"), ward.doctor("Ill"), ward.doctor(kind="nurse")
    for person in (ill, nurse):
        ward.shift(person, now - 4 * HOUR, now + 1.6 * HOUR)
    resting, night = ward.doctor("Resting"), ward.doctor("Night")
    ward.doctor("Far", ward="other")
    ward.shift(night, now - 12 * HOUR, now - 4 * HOUR)
    ward.shift(night, now + 8 * HOUR, now + 16 * HOUR)
    ward.sql.execute("UPDATE doctor SET phone = '020 7946 0001' WHERE name = 'Night'")
    sick = [ward.patient() for _ in range(2)]
    for patient in sick:
        ward.sql.execute(
            "INSERT INTO patient_now (patient_no, received, news2_low) VALUES (%s, %s, 8)",
            (patient.no, now),
        )
    shift = ward.one("SELECT id FROM shift WHERE doctor_id = %s", ill.doctor_id)["id"]
    told: dict[str, Any] = {}

    async def main() -> None:
        async with ward.api() as api, ward.engine() as conn:
            head = carla.headers
            ill_now = {"reason": "ill"}
            got = await api.post(f"/shifts/{shift}/absence", json=ill_now, headers=head)
            assert got.status_code == 200
            await plan(conn, now + timedelta(minutes=1), "test", RotaSettings(time_limit_s=1.0))
            told.update((await api.get("/allocation", headers=head)).json())

    story(main())
    assert told["unmet"] == []
    assert {one["patient"] for one in told["emergencies"]} == {str(one.id) for one in sick}
    assert {one["doctor"] for one in told["emergencies"]} == {str(nurse.doctor_id)}
    assert {tuple(one["lacks"]) for one in told["emergencies"]} == {("doctor",)}
    offered = [(one["name"], one["phone"]) for one in told["call_in"]]
    assert offered == [("Night", "020 7946 0001"), ("Resting", None)], "not who is ill"
    assert told["call_in"][0]["next_shift"] is not None
    assert resting.doctor_id is not None


def test_what_an_older_plan_did_not_say_is_no_error(ward: Ward) -> None:
    carla, doctor, patient = ward.user("coordinator"), ward.doctor(), ward.patient()
    ward.assign(patient, doctor)
    before = '{"main": {"status": "optimal", "cost": 0, "bound": 0, "moves": 0, "loads": [], '
    before += '"assignments": [], "unmet": [], "shortage": []}}'
    ward.sql.execute("UPDATE plan SET answer = %s::jsonb", (before,))

    async def main() -> None:
        async with ward.api() as api:
            got = await api.get("/allocation", headers=carla.headers)
            assert (got.status_code, got.json()["emergencies"]) == (200, [])
            assert got.json()["call_in"] == []

    story(main())


def test_absence_leads_to_a_plan_and_hands_alerts_on_by_itself(ward: Ward) -> None:
    """The engine and the re-planner are woken by the row; nobody asks them."""
    now = datetime.now(UTC)
    carla, ill, other = ward.user("coordinator"), ward.doctor("Ill"), ward.doctor("Other")
    for person in (ill, other):
        ward.on_shift(person, now)
    patient = ward.patient()
    shift = ward.one("SELECT id FROM shift WHERE doctor_id = %s", ill.doctor_id)["id"]

    async def held_by(person: Any) -> None:  # noqa: ANN401 - a person of the ward
        async with asyncio.timeout(15):
            while not ward.all(  # noqa: ASYNC110 - the database tells nobody but the product
                "SELECT FROM episode WHERE condition = 'news2_urgent' AND doctor_id = %s",
                person.doctor_id,
            ):
                await asyncio.sleep(0.05)

    async def main() -> None:
        async with ward.api(background=True) as api:
            put = {"patient": str(patient.id), "doctor": str(ill.doctor_id)}
            async with asyncio.timeout(15):
                while not ward.all("SELECT FROM plan"):  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.05)
            await api.put("/allocation/pins", json=put, headers=carla.headers)
            ward.finding(patient, "news2_urgent", datetime.now(UTC), priority="medium")
            await held_by(ill)
            path = f"/shifts/{shift}/absence"
            await api.post(path, json={"reason": "ill"}, headers=carla.headers)
            await held_by(other)
            await api.delete(path, headers=carla.headers)

    story(main())
