"""One leader, its successor, and the rule of visibility asked from both sides."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from api.jobs import leader
from api.store import leadership as store
from tests.support.ward import START, Patient, Person, Ward, story


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - the database tells nobody but the product
            await asyncio.sleep(0.05)


def backend(ward: Ward) -> int | None:
    rows = ward.all(
        """SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 4712 AND objid = 1
              AND granted AND database = (SELECT oid FROM pg_database
                                           WHERE datname = current_database())"""
    )
    return rows[0]["pid"] if rows else None


def test_two_processes_have_one_leader_and_the_second_takes_over(ward: Ward) -> None:
    patient = ward.patient()

    async def main() -> None:
        async with ward.api(background=True), ward.api(background=True):
            await until(lambda: backend(ward) is not None)
            first = backend(ward)
            ward.finding(patient, "news2_urgent", datetime.now(UTC))
            await until(lambda: len(ward.reasons("news2_urgent")) == 1)
            with psycopg.connect(ward.database.superuser, autocommit=True) as root:
                root.execute("SELECT pg_terminate_backend(%s)", (first,))
            ward.finding(patient, "single_3", datetime.now(UTC))
            await until(lambda: len(ward.reasons("single_3")) == 1)
            assert backend(ward) != first

    story(main())
    assert len(ward.reasons("news2_urgent")) == 1


def test_one_process_alone_leads_again_after_the_database_was_away(ward: Ward) -> None:
    patient = ward.patient()

    async def main() -> None:
        async with ward.api(background=True):
            for condition in ("news2_urgent", "single_3"):
                await until(lambda: backend(ward) is not None)
                ward.finding(patient, condition, datetime.now(UTC))
                await until(lambda said=condition: len(ward.reasons(said)) == 1)
                with psycopg.connect(ward.database.superuser, autocommit=True) as root:
                    root.execute(
                        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE application_name LIKE 'homeward%'
                              AND datname = current_database()"""
                    )
            await until(lambda: backend(ward) is not None)

    story(main())


def test_a_holder_that_has_fallen_silent_loses_its_lock(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "STALE_S", 1.0)
    patient = ward.patient()

    async def main() -> None:
        async with ward.engine() as stopped:
            assert await store.take(stopped, "alerts", uuid4())
            await store.beat(stopped, "alerts", uuid4(), stopped.info.backend_pid)
            async with ward.api(background=True):
                ward.finding(patient, "news2_urgent", datetime.now(UTC))
                await until(lambda: len(ward.reasons("news2_urgent")) == 1)
            with pytest.raises(psycopg.OperationalError):
                await stopped.execute("SELECT 1")

    story(main())


def test_what_fell_due_while_nobody_led_is_done_at_once(ward: Ward) -> None:
    patient = ward.patient()
    ward.finding(patient, "limit_spo2_low", START, persist_s=60)

    async def main() -> None:
        async with ward.api(background=True):
            await until(lambda: any(e["state"] == "open" for e in ward.episodes("limit_spo2_low")))

    story(main())


def test_watchers_and_visible_patients_are_the_same_rule(ward: Ward) -> None:
    patients = [ward.patient(), ward.patient(), ward.patient("other"), ward.patient()]
    team, planned, holder = ward.doctor("T"), ward.doctor("P"), ward.doctor("H")
    ward.care_team(patients[0], team)
    ward.assign(patients[1], planned)
    for state, by in (("open", None), ("acknowledged", team.user_id), ("resolved", None)):
        ward.sql.execute(
            """INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,
                                    measured_at, message, doctor_id, acknowledged_by)
               VALUES (%s, %s, 'clinical', 'high', %s, now(), now(), '', %s, %s)""",
            (
                patients[{"open": 1, "acknowledged": 3, "resolved": 2}[state]].no,
                state,
                state,
                None if by else holder.doctor_id,
                by,
            ),
        )
    people = {person.user_id: role for role, person in _people(ward, patients[0])}
    people |= {person.user_id: "doctor" for person in (team, planned, holder)}
    for user, role in people.items():
        with psycopg.connect(ward.database.api) as conn:
            conn.execute("SELECT set_config('homeward.user_id', %s, true)", (str(user),))
            conn.execute("SELECT set_config('homeward.role', %s, true)", (role,))
            row = conn.execute("SELECT visible_patients()").fetchone()
        assert row is not None
        told = [
            patient.no
            for patient in patients
            if user in _watchers(ward, patient.no, patient.ward, list(people))
        ]
        assert sorted(row[0]) == sorted(told), role


def _people(ward: Ward, own: Patient) -> list[tuple[str, Person]]:
    return [
        ("coordinator", ward.user("coordinator")),
        ("coordinator", ward.user("coordinator", ward="other")),
        ("admin", ward.user("admin")),
        ("nurse", ward.user("nurse")),
        ("patient", ward.user("patient", patient=own)),
    ]


def _watchers(ward: Ward, patient_no: int, of_ward: str, among: list[UUID]) -> list[UUID]:
    row = ward.one("SELECT alert_watchers(%s, %s, %s) AS told", patient_no, of_ward, among)
    return list(row["told"])
