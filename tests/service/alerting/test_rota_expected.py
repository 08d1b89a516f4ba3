"""What is expected of patients: cohorts kept once a day, and what they add to a plan."""

from datetime import timedelta

import pytest

from api.rota.cohort_demand import refresh
from api.rota.planner import plan
from api.rota.settings import RotaSettings
from tests.support.ward import START, Patient, Ward, story

SETTINGS = RotaSettings(time_limit_s=1.0)
NOW = START + timedelta(days=28)


def alerted(ward: Ward, patient: Patient, times: int) -> None:
    for day in range(times):
        at = NOW - timedelta(days=day + 1)
        ward.sql.execute(
            """INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,
                   measured_at, raised_at, closed_at, message)
               VALUES (%s, 'risk', 'clinical', 'medium', 'resolved', %s, %s, %s, %s, '')""",
            (patient.no, at, at, at, at),
        )


def group(ward: Ward, hours: float = 0.0) -> int:
    done: list[int] = []

    async def told() -> None:
        async with ward.engine() as conn:
            done.append(await refresh(conn, NOW + timedelta(hours=hours), SETTINGS))

    story(told())
    return done[0]


def test_patients_who_are_alike_are_expected_to_ask_alike(ward: Ward) -> None:
    doctor = ward.doctor()
    ward.on_shift(doctor, NOW)
    often = [ward.patient() for _ in range(12)]
    seldom = [ward.patient() for _ in range(12)]
    for patient in often:
        alerted(ward, patient, 20)
    assert group(ward) == 1
    assert group(ward, hours=1) == 0, "once a day"
    assert group(ward, hours=25) == 1
    kept = {row["patient_no"]: row for row in ward.all("SELECT * FROM cohort_demand")}
    one, other = kept[often[0].no], kept[seldom[0].no]
    assert one["cohort"] != other["cohort"]
    assert "alerts a day" in one["description"] + other["description"]
    assert one["urgent_minutes"] == pytest.approx(20 / 28 * 12, rel=0.05)
    assert other["urgent_minutes"] < 0.2
    new = ward.patient()
    ward.sql.execute("UPDATE patient SET created_at = %s WHERE no = %s", (NOW, new.no))

    async def made() -> None:
        async with ward.engine() as conn:
            await plan(conn, NOW, "test", SETTINGS)

    story(made())
    told = ward.one("SELECT input, answer FROM plan WHERE in_force")
    later = {asked["patient"]: asked["later_minutes"] for asked in told["input"]["main"]["demands"]}
    assert later[str(often[0].id)] > later[str(new.id)] > later[str(seldom[0].id)]
    hours = told["answer"]["main"]["hours"]
    assert len(hours) == 12
    assert all(hour["expected"] > 0 for hour in hours[:6])


def test_a_small_ward_has_no_cohorts_and_the_published_figure(ward: Ward) -> None:
    patient = ward.patient()
    ward.on_shift(ward.doctor(), NOW)
    assert group(ward) == 0

    async def made() -> None:
        async with ward.engine() as conn:
            await plan(conn, NOW, "test", RotaSettings(expected_alerts=24.0, learn_days=1e6))

    story(made())
    [asked] = ward.one("SELECT input FROM plan")["input"]["main"]["demands"]
    assert asked["patient"] == str(patient.id)
    assert asked["later_minutes"] == pytest.approx(24 / 6 * (0.068 * 12 + 0.932 * 10), rel=0.01)
