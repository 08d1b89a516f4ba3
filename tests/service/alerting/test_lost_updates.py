"""What one person saves must not be written over by another who read before it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from threading import Event
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg.types.json import Jsonb

from analytics.allocation.allocate import Plan
from api.rota.planner import WardQuestion, plan
from api.rota.settings import RotaSettings
from tests.support.ward import START, Patient, Ward, story

WAITING = "SELECT count(*) AS n FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not holds():  # noqa: ASYNC110 - the database tells nobody but the product
            await asyncio.sleep(0.01)


def plan_of(ward: Ward, patient: Patient) -> dict[str, Any]:
    return ward.one(
        """SELECT c.* FROM care_plan c JOIN patient p ON p.no = c.patient_no
            WHERE p.no = %s AND c.revision = p.plan_revision""",
        patient.no,
    )


def set_limits(other: psycopg.Connection[Any], patient: Patient, limits: dict[str, Any]) -> None:
    """What another person's request writes, in a transaction that is still open."""
    row = other.execute(
        "UPDATE patient SET plan_revision = plan_revision + 1 WHERE no = %s RETURNING *",
        (patient.no,),
    ).fetchone()
    assert row is not None
    other.execute(
        "INSERT INTO care_plan (patient_no, revision, limits, set_at) VALUES (%s, %s, %s, %s)",
        (patient.no, row["plan_revision"], Jsonb(limits), START),
    )


async def while_another_writes(
    ward: Ward,
    writes: Callable[[psycopg.Connection[Any]], object],
    asks: Callable[[], Awaitable[httpx2.Response]],
) -> httpx2.Response:
    """Send a request while another's transaction has written and not committed yet."""
    with psycopg.connect(ward.database.owner, row_factory=psycopg.rows.dict_row) as other:
        writes(other)
        asked = asyncio.ensure_future(asks())
        pid = other.info.backend_pid
        await until(lambda: bool(ward.one(WAITING, pid)["n"]) or asked.done())
        other.commit()
        return await asked


def test_a_change_of_the_scale_keeps_limits_that_are_being_set(ward: Ward) -> None:
    patient, person = ward.patient(), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            path = f"/patients/{patient.id}"

            async def asks() -> httpx2.Response:
                return await api.patch(path, json={"spo2_scale": 2}, headers=person.headers)

            limits = {"hr": {"low": 45, "high": 120}}
            got = await while_another_writes(
                ward, lambda other: set_limits(other, patient, limits), asks
            )
            assert got.status_code == 200, got.text
            assert got.json()["limits"] == limits

    ward.sql.execute(
        "UPDATE patient SET sealed = '\\x00' WHERE no = %s",
        (patient.no,),
    )
    story(main())
    assert plan_of(ward, patient)["limits"] == {"hr": {"low": 45, "high": 120}}
    assert plan_of(ward, patient)["spo2_scale"] == 2


def test_one_field_of_the_rota_keeps_another_that_is_being_set(ward: Ward) -> None:
    doctor, person = ward.doctor(), ward.user("coordinator")

    def writes(other: psycopg.Connection[Any]) -> None:
        other.execute("UPDATE doctor SET skills = '{iv}' WHERE id = %s", (doctor.doctor_id,))

    async def main() -> None:
        async with ward.api() as api:
            path = f"/doctors/{doctor.doctor_id}"

            async def asks() -> httpx2.Response:
                return await api.patch(path, json={"max_patients": 3}, headers=person.headers)

            got = await while_another_writes(ward, writes, asks)
            assert (got.json()["skills"], got.json()["max_patients"]) == (["iv"], 3)

    story(main())
    row = ward.one("SELECT skills, max_patients FROM doctor WHERE id = %s", doctor.doctor_id)
    assert row == {"skills": ["iv"], "max_patients": 3}


def test_two_care_teams_are_never_mixed(ward: Ward) -> None:
    patient, person = ward.patient(), ward.user("coordinator")
    first, second = ward.user("doctor"), ward.user("nurse")

    def writes(other: psycopg.Connection[Any]) -> None:
        other.execute("SELECT FROM patient WHERE no = %s FOR NO KEY UPDATE", (patient.no,))
        other.execute("INSERT INTO care_team VALUES (%s, %s)", (patient.no, first.user_id))

    async def main() -> None:
        async with ward.api() as api:
            path, body = f"/patients/{patient.id}/care-team", {"clinicians": [str(second.user_id)]}

            async def asks() -> httpx2.Response:
                return await api.put(path, json=body, headers=person.headers)

            assert (await while_another_writes(ward, writes, asks)).json() == body

    story(main())
    assert [row["user_id"] for row in ward.all("SELECT user_id FROM care_team")] == [second.user_id]


@pytest.mark.parametrize("action", ["pin", "let go"])
def test_a_pin_that_changes_while_the_solver_works_stays(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    doctors = [ward.doctor("A"), ward.doctor("B")]
    for doctor in doctors:
        ward.on_shift(doctor, START)
    patient, person = ward.patient(), ward.user("coordinator")
    solving, go_on, solve = Event(), Event(), WardQuestion.solve

    def slowly(asked: WardQuestion, time_limit_s: float) -> Plan:
        solving.set()
        assert go_on.wait(15)
        return solve(asked, time_limit_s)

    async def planned() -> None:
        async with ward.engine() as conn:
            await plan(conn, START + timedelta(minutes=1), "test", RotaSettings(time_limit_s=1.0))

    async def main() -> None:
        await planned()
        [now] = [a["doctor_id"] for a in ward.all("SELECT doctor_id FROM assignment")]
        [other] = [d.doctor_id for d in doctors if d.doctor_id != now]
        if action == "let go":
            ward.sql.execute("UPDATE assignment SET pinned = true")
        wanted = str(other) if action == "pin" else None
        monkeypatch.setattr(WardQuestion, "solve", slowly)
        async with ward.api() as api:
            making = asyncio.ensure_future(planned())
            await until(solving.is_set)
            body = {"patient": str(patient.id), "doctor": wanted}
            got = await api.put("/allocation/pins", json=body, headers=person.headers)
            assert got.status_code == 200
            go_on.set()
            await making
            [held] = ward.all("SELECT doctor_id, pinned FROM assignment")
            assert held == {"doctor_id": other if wanted else now, "pinned": bool(wanted)}
            told = (await api.get("/allocation", headers=person.headers)).json()
            assert [one["doctor"] for one in told["assignments"]] == [str(held["doctor_id"])]

    story(main())


def test_of_two_who_edit_the_same_the_second_is_told(ward: Ward) -> None:
    patient, person = ward.patient(), ward.user("coordinator")
    doctor, admin = ward.doctor(), ward.user("admin")
    paths = {
        f"/patients/{patient.id}": [{"spo2_scale": 2}, {"spo2_scale": 1}],
        f"/doctors/{doctor.doctor_id}": [{"max_patients": 1}, {"max_patients": 2}],
        f"/users/{doctor.user_id}": [{"display_name": "A"}, {"display_name": "B"}],
    }

    async def main() -> None:
        async with ward.api() as api:
            for path, (mine, theirs) in paths.items():
                who = (admin if path.startswith("/users") else person).headers
                first = await api.patch(path, json=theirs, headers=who)
                seen = first.json()["revision"]
                assert first.headers["etag"] == f'"{seen}"'
                again = await api.patch(path, json={**mine, "revision": seen}, headers=who)
                assert again.status_code == 200, again.text
                for body, head in (
                    ({**theirs, "revision": seen}, {}),
                    (theirs, {"If-Match": f'"{seen}"'}),
                ):
                    late = await api.patch(path, json=body, headers={**who, **head})
                    assert (late.status_code, late.json()["type"]) == (409, "stale"), path
                    assert late.json()["revision"] == again.json()["revision"]
                odd = await api.patch(path, json=theirs, headers={**who, "If-Match": "x"})
                assert odd.json()["errors"][0]["field"] == "If-Match"
                head = {**who, "If-Match": again.headers["etag"]}
                assert (await api.patch(path, json=theirs, headers=head)).status_code == 200

    story(main())


def test_a_care_team_belongs_to_the_patients_revision(ward: Ward) -> None:
    patient, person, nurse = ward.patient(), ward.user("coordinator"), ward.user("nurse")

    async def main() -> None:
        async with ward.api() as api:
            path, head = f"/patients/{patient.id}", person.headers
            seen = (await api.patch(path, json={"spo2_scale": 2}, headers=head)).json()["revision"]
            body = {"clinicians": [str(nurse.user_id)], "revision": seen}
            got = await api.put(f"{path}/care-team", json=body, headers=head)
            assert got.status_code == 200
            assert got.headers["etag"] != f'"{seen}"'
            late = await api.put(f"{path}/care-team", json=body, headers=head)
            assert late.status_code == 409

    story(main())
