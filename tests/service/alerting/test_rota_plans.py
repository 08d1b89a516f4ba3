"""Plans in force: made from what the ward holds, and made again when it changes."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api.rota.planner import plan
from api.rota.settings import RotaSettings
from tests.support.ward import START, Person, Ward, story

SETTINGS = RotaSettings(time_limit_s=1.0)


def make(ward: Ward, now: datetime = START, cause: str = "test") -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            await plan(conn, now, cause, SETTINGS)

    story(told())


def holders(ward: Ward) -> dict[int, Any]:
    return {a["patient_no"]: a["doctor_id"] for a in ward.all("SELECT * FROM assignment")}


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not holds():  # noqa: ASYNC110 - the database tells nobody but the product
            await asyncio.sleep(0.05)


def test_every_watched_patient_gets_somebody_of_the_ward(ward: Ward) -> None:
    here, there = ward.doctor("A"), ward.doctor("B", ward="other")
    for doctor in (here, there):
        ward.on_shift(doctor, START)
    mine, other, gone = ward.patient(), ward.patient("other"), ward.patient(state="discharged")
    make(ward)
    assert holders(ward) == {mine.no: here.doctor_id, other.no: there.doctor_id}
    assert gone.no not in holders(ward)


def test_a_second_plan_moves_nobody_without_need(ward: Ward) -> None:
    doctors = [ward.doctor("A"), ward.doctor("B")]
    for doctor in doctors:
        ward.on_shift(doctor, START)
    for _ in range(6):
        ward.patient()
    make(ward)
    before = holders(ward)
    make(ward, START + timedelta(minutes=5))
    assert holders(ward) == before
    assert len(ward.all("SELECT FROM plan WHERE in_force")) == 1


def test_urgent_work_goes_to_a_doctor_even_if_a_nurse_is_free(ward: Ward) -> None:
    nurse, doctor = ward.doctor("N", kind="nurse"), ward.doctor("D")
    for person in (nurse, doctor):
        ward.on_shift(person, START)
    patient = ward.patient()
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, news2_low) VALUES (%s, %s, 7)",
        (patient.no, START),
    )
    make(ward)
    assert holders(ward) == {patient.no: doctor.doctor_id}
    [row] = ward.all("SELECT minutes FROM assignment")
    assert row["minutes"] == SETTINGS.emergency_minutes


def test_with_nobody_on_shift_all_is_unmet_and_said(ward: Ward) -> None:
    ward.patient()
    make(ward)
    [made] = ward.all("SELECT * FROM plan")
    assert made["status"] == "infeasible"
    assert made["answer"]["main"]["unmet"]
    assert holders(ward) == {}


def test_old_plans_are_forgotten_and_the_one_in_force_stays(ward: Ward) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            for n in range(6):
                settings = RotaSettings(keep_plans=3)
                await plan(conn, START + timedelta(minutes=n), "test", settings)

    story(told())
    kept = ward.all("SELECT in_force FROM plan ORDER BY made_at")
    assert [row["in_force"] for row in kept] == [False, False, True]


def test_a_pin_holds_while_its_doctor_is_on_shift(ward: Ward) -> None:
    doctors = [ward.doctor("A"), ward.doctor("B")]
    for doctor in doctors:
        ward.on_shift(doctor, START)
    patient, person = ward.patient(), ward.user("coordinator")
    make(ward)
    [other] = [d for d in doctors if d.doctor_id != holders(ward)[patient.no]]
    body = {"patient": str(patient.id), "doctor": str(other.doctor_id)}

    async def main() -> None:
        async with ward.api() as api:
            got = await api.put("/allocation/pins", json=body, headers=person.headers)
            assert got.status_code == 200

    story(main())
    make(ward)
    assert holders(ward) == {patient.no: other.doctor_id}

    async def read() -> None:
        async with ward.api() as api:
            got = (await api.get("/allocation", headers=person.headers)).json()
            [told] = got["pinned"]
            assert body.items() <= told.items()

    story(read())


def test_the_ward_is_planned_again_by_itself(ward: Ward) -> None:
    """A shift, an alert and a request each lead to a plan that names its cause."""
    patient, person = ward.patient(), ward.user("coordinator")
    now = datetime.now(UTC)

    def causes() -> str:
        return " / ".join(p["cause"] for p in ward.all("SELECT cause FROM plan"))

    async def main() -> None:
        async with ward.api(background=True) as api:
            await until(lambda: "start" in causes())
            doctor = {"name": "Dr A", "cost_per_hour": 60}
            made = await api.post("/doctors", json=doctor, headers=person.headers)
            assert made.status_code == 201
            shift = {
                "doctor_id": made.json()["id"],
                "start": (now - timedelta(hours=1)).isoformat(),
                "end": (now + timedelta(hours=7)).isoformat(),
            }
            got = await api.post("/shifts", json=shift, headers=person.headers)
            assert got.status_code == 201
            await until(lambda: "shift" in causes())
            await until(lambda: str(holders(ward).get(patient.no)) == made.json()["id"])
            ward.finding(patient, "news2_emergency", datetime.now(UTC))
            await until(lambda: "alert" in causes())
            asked = await api.post("/allocation/replan", headers=person.headers)
            assert asked.status_code == 202
            await until(lambda: "request" in causes())
            await until(lambda: not ward.all("SELECT FROM replan_request WHERE plan_id IS NULL"))
            told = (await api.get("/allocation", headers=person.headers)).json()
            assert told["assignments"][0]["patient"] == str(patient.id)
            assert {"id", "made_at", "cause", "pinned", "status", "cost", "bound"} <= set(told)

    story(main())


def test_a_shift_that_ends_leads_to_a_plan(ward: Ward) -> None:
    hour_a_second = {"clock_start": START, "clock_rate": 3600, "clock_origin": time.time()}
    ward.settings = ward.settings.model_copy(update=hour_a_second)
    doctor = ward.doctor()
    ward.shift(doctor, START - timedelta(hours=1), START + timedelta(hours=8))
    patient = ward.patient()

    async def main() -> None:
        async with ward.api(background=True):
            await until(lambda: patient.no in holders(ward))
            await until(lambda: holders(ward) == {})

    story(main())
    assert ward.all("SELECT FROM plan WHERE cause LIKE '%%time%%'")


def test_an_alert_that_gets_worse_or_gains_a_reason_is_planned_for_anew(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it asks has changed: an emergency is somebody's, and another reason may want a skill."""
    monkeypatch.setenv("HOMEWARD_ROTA_SKILL_BY_CONDITION", '{"limit_spo2_low": "respiratory"}')
    ward.on_shift(ward.doctor())
    patient = ward.patient()

    def asked() -> dict[str, Any]:
        row = ward.one("SELECT input FROM plan WHERE in_force")["input"]["main"]["demands"]
        return next(one for one in row if one["patient"] == str(patient.id))

    async def main() -> None:
        async with ward.api(background=True):
            await until(lambda: patient.no in holders(ward))
            ward.finding(patient, "news2_urgent", datetime.now(UTC), priority="medium")
            await until(lambda: asked()["acuity"] == 5)
            ward.finding(patient, "limit_spo2_low", datetime.now(UTC), priority="medium")
            await until(lambda: "respiratory" in asked()["skills"])
            ward.finding(patient, "news2_emergency", datetime.now(UTC), priority="high")
            await until(lambda: asked()["must"])

    story(main())


ARTICLE = {
    "doctors": [
        {"id": f"d{n}", "minutes": 480, "cost_per_hour": cost}
        for n, cost in enumerate((10, 12, 8, 12))
    ],
    "demands": [
        {"patient": f"p{n}", "minutes": minutes} for n, minutes in enumerate((120, 180, 60) * 4)
    ],
    "time_limit_s": 30.0,  # proved in milliseconds, once a busy machine has started the solver
}


def test_what_if_answers_the_articles_case_and_stores_nothing(ward: Ward) -> None:
    person = ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            got = await api.post("/allocation/what-if", json=ARTICLE, headers=person.headers)
            plan = got.json()
            while got.status_code == 202 or plan.get("state") == "running":
                path = f"/allocation/what-if/{plan['id']}"
                got = await api.get(path, headers=person.headers)
                plan = got.json()
            plan = plan.get("result", plan)
            assert got.status_code == 200
            assert (plan["status"], plan["cost"]) == ("optimal", 240)
            assert len(plan["assignments"]) == 12

    story(main())
    assert ward.all("SELECT FROM plan") == []


@pytest.mark.parametrize(
    "body",
    [
        {"doctors": [], "demands": [{"patient": "p", "minutes": -1}]},
        {"doctors": [{"id": "d", "minutes": "NaN"}], "demands": []},
        {"doctors": [{"id": "d", "minutes": 1}, {"id": "d", "minutes": 1}], "demands": []},
        {"doctors": [], "demands": [{"patient": "p", "minutes": 1}] * 5001},
        {"doctors": [], "demands": [], "time_limit_s": 3600},
        {"doctors": []},
    ],
)
def test_what_if_is_bounded(ward: Ward, body: dict[str, Any]) -> None:
    person = ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            got = await api.post("/allocation/what-if", json=body, headers=person.headers)
            assert got.status_code == 422

    story(main())


@pytest.mark.parametrize("role", ["doctor", "nurse", "patient"])
def test_the_rota_is_the_coordinators(ward: Ward, role: str) -> None:
    person = ward.user(role)

    async def main() -> None:
        async with ward.api() as api:
            for method, path in (
                ("GET", "/doctors"),
                ("POST", "/doctors"),
                ("GET", "/shifts"),
                ("POST", "/shifts"),
                ("GET", "/allocation"),
                ("POST", "/allocation/replan"),
                ("POST", "/allocation/what-if"),
                ("PUT", "/allocation/pins"),
            ):
                got = await api.request(method, path, json={}, headers=person.headers)
                assert (path, got.status_code) == (path, 403)
                assert (await api.request(method, path, json={})).status_code == 401

    story(main())


def test_the_rota_of_another_ward_is_out_of_sight(ward: Ward) -> None:
    doctor, person = ward.doctor("Far", ward="other"), ward.user("coordinator")
    stranger = ward.user("doctor", ward="other")
    ward.on_shift(doctor, START)
    shift = {"doctor_id": str(doctor.doctor_id), "start": START.isoformat()}
    shift["end"] = (START + timedelta(hours=1)).isoformat()

    async def main() -> None:
        async with ward.api() as api:
            head = person.headers
            assert (await api.get("/doctors", headers=head)).json()["items"] == []
            assert (await api.get("/shifts", headers=head)).json()["items"] == []
            assert (await api.post("/shifts", json=shift, headers=head)).status_code == 422
            body = {"name": "X", "user_id": str(stranger.user_id)}
            assert (await api.post("/doctors", json=body, headers=head)).status_code == 422
            missing = f"/doctors/{doctor.doctor_id}"
            got = await api.patch(missing, json={"name": "Y"}, headers=head)
            assert got.status_code == 404
            assert (await api.delete(f"/shifts/{uuid4()}", headers=head)).status_code == 404
            assert (await api.get("/allocation", headers=head)).status_code == 404

    story(main())


def test_nobody_is_on_the_rota_of_a_ward_whose_patients_they_cannot_see(ward: Ward) -> None:
    admin, here, gone = ward.user("admin"), ward.doctor(), ward.user("doctor", ward="far")
    there = [ward.user("doctor", ward="far") for _ in range(2)]
    ward.sql.execute("UPDATE app_user SET state = 'disabled' WHERE id = %s", (gone.user_id,))

    async def main() -> None:
        async with ward.api() as api:

            async def sends(method: str, path: str, person: Person) -> httpx2.Response:
                body = {"name": "X", "user_id": str(person.user_id)}
                return await api.request(method, path, json=body, headers=admin.headers)

            made = await sends("POST", "/doctors", there[0])
            assert (made.status_code, made.json()["ward"]) == (201, "far")
            assert (await sends("POST", "/doctors", gone)).status_code == 422
            path = f"/doctors/{here.doctor_id}"
            assert (await sends("PATCH", path, there[1])).status_code == 422
            assert (await sends("PATCH", f"/doctors/{made.json()['id']}", there[1])).is_success

    story(main())


def test_doctors_and_shifts_are_made_listed_changed_and_taken_away(ward: Ward) -> None:
    person, nurse = ward.user("coordinator"), ward.user("nurse")

    async def main() -> None:
        async with ward.api() as api:
            head = person.headers
            body = {"name": "N", "kind": "nurse", "user_id": str(nurse.user_id), "skills": ["iv"]}
            made = (await api.post("/doctors", json=body, headers=head)).json()
            again = await api.post("/doctors", json=body, headers=head)
            assert again.status_code == 409
            wrong = {**body, "kind": "doctor"}
            assert (await api.post("/doctors", json=wrong, headers=head)).status_code == 422
            changed = await api.patch(
                f"/doctors/{made['id']}", json={"max_patients": 3}, headers=head
            )
            assert changed.json()["max_patients"] == 3
            assert changed.json()["skills"] == ["iv"]
            shift = {"doctor_id": made["id"], "start": "2026-03-02T08:00:00Z"}
            shift["end"] = "2026-03-02T07:00:00Z"
            assert (await api.post("/shifts", json=shift, headers=head)).status_code == 422
            shift["end"] = "2026-03-02T16:00:00Z"
            got = (await api.post("/shifts", json=shift, headers=head)).json()
            listed = (await api.get("/shifts", headers=head)).json()["items"]
            assert [one["id"] for one in listed] == [got["id"]]
            late = {"from": "2026-03-03T00:00:00Z"}
            assert (await api.get("/shifts", params=late, headers=head)).json()["items"] == []
            gone = await api.delete(f"/shifts/{got['id']}", headers=head)
            assert gone.status_code == 204

    story(main())


def test_who_reported_sick_is_why_their_patients_change_hands_and_history_keeps_it(
    ward: Ward,
) -> None:
    carla = ward.user("coordinator")
    brandt, cai = ward.doctor("Dr Brandt"), ward.doctor("Dr Cai")
    now = datetime.now(UTC)
    for person in (brandt, cai):
        ward.shift(person, now - timedelta(hours=1), now + timedelta(hours=6))
    for _ in range(4):
        ward.patient()
    make(ward, now, "first")
    theirs = {no for no, who in holders(ward).items() if who == brandt.doctor_id}
    assert theirs
    shift = ward.one("SELECT id FROM shift WHERE doctor_id = %s", brandt.doctor_id)["id"]

    async def main() -> None:
        async with ward.api() as api:
            head = carla.headers
            sick = {"reason": "reported sick"}
            got = await api.post(f"/shifts/{shift}/absence", json=sick, headers=head)
            assert got.status_code == 200
            async with ward.engine() as conn:
                await plan(conn, datetime.now(UTC) + timedelta(seconds=1), "shift", SETTINGS)
            told = (await api.get("/allocation", headers=head)).json()["changes"]
            assert len(told) == len(theirs)
            assert {(one["from_name"], one["to_name"], one["because"]) for one in told} == {
                ("Dr Brandt", "Dr Cai", "Dr Brandt is absent: reported sick")
            }
            assert all("name" in one for one in told)
            [newest, first] = (await api.get("/allocation/plans", headers=head)).json()["items"]
            assert (newest["cause"], newest["changed"]) == ("shift", len(theirs))
            past = (await api.get(f"/allocation/plans/{first['id']}", headers=head)).json()
            assert {one["because"] for one in past["changes"]} == {"they had nobody"}

    story(main())


def test_nobody_is_moved_while_somebody_is_with_them(ward: Ward) -> None:
    """The nurse has just answered; the worsened patient would be a doctor's: after it."""
    nurse, doctor = ward.doctor("N", kind="nurse"), ward.doctor("D")
    now = datetime.now(UTC)
    ward.shift(nurse, now - timedelta(hours=1), now + timedelta(hours=6))
    patient = ward.patient()
    make(ward, now)
    assert holders(ward) == {patient.no: nurse.doctor_id}
    ward.shift(doctor, now - timedelta(hours=1), now + timedelta(hours=6))
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, news2_low) VALUES (%s, %s, 6)",
        (patient.no, now),
    )
    ward.sql.execute(
        """INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,
               measured_at, raised_at, message, acknowledged_by, acknowledged_at)
           VALUES (%s, 'news2_urgent', 'clinical', 'medium', 'acknowledged', %s, %s, %s, '',
                   %s, %s)""",
        (patient.no, now, now, now, nurse.user_id, now),
    )
    make(ward, now + timedelta(minutes=5))
    assert holders(ward) == {patient.no: nurse.doctor_id}
    assert not ward.one("SELECT pinned FROM assignment")["pinned"], "no coordinator's pin"
    make(ward, now + timedelta(minutes=30))
    assert holders(ward) == {patient.no: doctor.doctor_id}


def test_a_proposal_is_told_with_reasons_and_taken_in_part(ward: Ward) -> None:
    """All are with the dear one, who was alone: the cheap one is proposed, one change is taken."""
    carla, dear = ward.user("coordinator"), ward.doctor("Dear")
    now = datetime.now(UTC)
    ward.shift(dear, now - timedelta(hours=1), now + timedelta(hours=6))
    ward.sql.execute("UPDATE doctor SET cost_per_hour = 120 WHERE name = 'Dear'")
    for _ in range(3):
        ward.patient()
    make(ward, now)
    cheap = ward.doctor("Cheap")
    ward.shift(cheap, now - timedelta(hours=1), now + timedelta(hours=6))
    make(ward, now)
    assert set(holders(ward).values()) == {dear.doctor_id}, "nobody is moved to save money"

    async def main() -> None:
        async with ward.api() as api:
            head = carla.headers
            told = (await api.post("/allocation/proposal", headers=head)).json()
            assert told["cost"]["then"] < told["cost"]["now"]
            assert {one["because"] for one in told["changes"]} == {"an hour of Cheap costs less"}
            assert len(told["changes"]) == 3
            one = told["changes"][0]
            body = {"changes": [{"patient": one["patient"], "doctor": one["to"]}]}
            got = await api.post("/allocation/accept", json=body, headers=head)
            assert got.json() == {"accepted": 1}
            async with ward.engine() as conn:
                await plan(conn, now + timedelta(minutes=1), "accepted", SETTINGS)
            lists = (await api.get("/allocation", headers=head)).json()["worklists"]
            work = {each["doctor"]: len(each["items"]) for each in lists}
            assert work == {str(dear.doctor_id): 2, str(cheap.doctor_id): 1}
            assert all(item["why"] for each in lists for item in each["items"])
            mine = (await api.get("/me/worklist", headers=cheap.headers)).json()["items"]
            assert [item["patient"] for item in mine] == [one["patient"]]
            wrong = {"changes": [{"patient": one["patient"], "doctor": str(uuid4())}]}
            assert (
                await api.post("/allocation/accept", json=wrong, headers=head)
            ).status_code == 422

    story(main())
