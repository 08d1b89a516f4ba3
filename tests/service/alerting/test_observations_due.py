"""The observation schedule: devices are asked, people reminded, and what is late is listed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from api.alerting.observations_due import keep_schedule
from api.vault.personal_data import Personal
from tests.support.ward import Patient, Ward, story

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)
CALM = {"score": 0, "low": 0, "high": 0, "single_3": False, "missing": []}
URGENT = {"score": 6, "low": 6, "high": 6, "single_3": False, "missing": []}


def measured(ward: Ward, patient: Patient, at: datetime, news2: dict[str, Any]) -> None:
    ms = int(at.timestamp() * 1000)
    latest = {name: {"t": ms, "g": ms, "v": 70, "q": "ok"} for name in ("sbp", "dbp")}
    ward.sql.execute(
        """INSERT INTO patient_now (patient_no, received, measured, news2_low, assessment, latest)
           VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (patient_no) DO UPDATE SET
               measured = excluded.measured, news2_low = excluded.news2_low,
               assessment = excluded.assessment, latest = excluded.latest""",
        (patient.no, at, at, news2["low"], Jsonb({"news2": news2}), Jsonb(latest)),
    )


def look(ward: Ward, at: datetime) -> int:
    reminded = []

    async def main() -> None:
        async with ward.engine() as conn:
            reminded.append(await keep_schedule(conn, at))

    story(main())
    return reminded[0]


def commands(ward: Ward, kind: str) -> list[dict[str, Any]]:
    rows = ward.all("SELECT * FROM command WHERE command = %s ORDER BY issued, args::text", kind)
    return [row["args"] for row in rows]


def expected(ward: Ward, device: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = ward.one("SELECT expected FROM device WHERE no = %s", device["no"])[
        "expected"
    ]
    return found


def obey(ward: Ward, state: str = "done") -> None:
    ward.sql.execute("UPDATE command SET state = %s WHERE command = 'interval'", (state,))


def test_a_device_measures_by_the_band_and_is_expected_to_when_it_has_said_so(ward: Ward) -> None:
    patient = ward.patient()
    cuff = ward.device(patient, {"sbp": 21_600, "dbp": 21_600, "weight": 86_400})
    stream = ward.device(patient, {"hr": 60})
    measured(ward, patient, NOW, CALM)
    look(ward, NOW)
    assert commands(ward, "interval") == [], "12 h is no reason to slow it down"
    measured(ward, patient, NOW, URGENT)
    look(ward, NOW)
    look(ward, NOW + HOUR / 4)
    hourly = [{"metric": name, "seconds": 3600} for name in ("dbp", "sbp")]
    assert commands(ward, "interval") == hourly, "asked once, and the stream is not"
    assert expected(ward, cuff)["sbp"] == 21_600, "not before it has confirmed it"
    obey(ward)
    look(ward, NOW + HOUR / 2)
    assert expected(ward, cuff) == {"sbp": 3600, "dbp": 3600, "weight": 86_400}
    measured(ward, patient, NOW + HOUR, CALM)
    look(ward, NOW + HOUR)
    obey(ward)
    look(ward, NOW + HOUR)
    assert expected(ward, cuff) == {"sbp": 21_600, "dbp": 21_600, "weight": 86_400}
    assert expected(ward, stream) == {"hr": 60}


def test_what_a_person_asks_for_is_the_devices_own_and_a_refusal_is_an_answer(ward: Ward) -> None:
    patient, nurse = ward.patient(), ward.user("coordinator")
    cuff = ward.device(patient, {"sbp": 21_600})
    ward.sql.execute(
        """INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at,
                                state, issued_by)
           VALUES (%s, 0, 'interval', %s, %s, %s, %s, 'done', %s)""",
        (
            cuff["no"],
            Jsonb({"metric": "sbp", "seconds": 7200}),
            NOW - HOUR,
            NOW + HOUR,
            NOW,
            nurse.user_id,
        ),
    )
    measured(ward, patient, NOW, URGENT)
    look(ward, NOW)
    assert expected(ward, cuff) == {"sbp": 7200}
    [asked] = ward.all("SELECT args FROM command WHERE issued_by IS NULL AND command = 'interval'")
    assert asked["args"] == {"metric": "sbp", "seconds": 3600}
    ward.sql.execute("UPDATE command SET state = 'declined' WHERE issued_by IS NULL")
    look(ward, NOW + HOUR / 4)
    assert expected(ward, cuff) == {"sbp": 7200}
    assert len(commands(ward, "interval")) == 2, "it is not asked again and again"


def test_a_person_is_reminded_again_and_the_coordinator_sees_what_is_late(ward: Ward) -> None:
    patient, coordinator = ward.patient(), ward.user("coordinator")
    own = ward.user("patient", patient=patient)
    ward.device(patient, {"sbp": 21_600})
    ward.sql.execute(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at)
           VALUES (%s, 'push', '', 1, %s)""",
        (own.user_id, NOW),
    )
    measured(ward, patient, NOW, CALM)
    assert look(ward, NOW + 11 * HOUR) == 0
    due = NOW + 12 * HOUR
    minutes = (0, 10, 31, 62, 95, 200)
    assert [look(ward, due + timedelta(minutes=one)) for one in minutes] == [1, 0, 1, 1, 0, 0]
    assert commands(ward, "message")[0] == {"text": "It is time to measure your blood pressure."}
    told = ward.all("SELECT priority, change, user_id, patient_no FROM notice")
    assert [(one["priority"], one["change"], one["user_id"]) for one in told] == [
        ("low", "reminder", own.user_id)
    ] * 3
    ward.sql.execute("UPDATE observation_due SET overdue_at = %s", (NOW - HOUR,))

    async def main() -> None:
        async with ward.api() as api:
            page = (await api.get("/panel?show=overdue", headers=coordinator.headers)).json()
            assert page["bands"]["overdue"] == 1
            [row] = page["items"]
            assert row["observation"]["overdue"]
            assert row["observation"]["reminders"] == 3
            assert (row["observation"]["band"], row["observation"]["every_minutes"]) == ("low", 720)

    story(main())
    measured(ward, patient, due + 4 * HOUR, CALM)
    assert look(ward, due + 4 * HOUR) == 0
    [row] = ward.all("SELECT due_at, reminders FROM observation_due")
    assert (row["due_at"], row["reminders"]) == (due + 16 * HOUR, 0)


def test_the_ward_and_the_person_set_the_schedule_and_nobody_is_reminded_in_a_pause(
    ward: Ward,
) -> None:
    patient, other, coordinator = ward.patient(), ward.patient(), ward.user("coordinator")
    ward.call_it(patient, Personal(name="Ada Byron"))
    for one in (patient, other):
        measured(ward, one, NOW, CALM)

    async def main() -> None:
        async with ward.api() as api:
            path = "/wards/main/settings"
            body = {"reason": "a trial", "observation": {"low": 480}, "revision": 0}
            put = await api.put(path, headers=coordinator.headers, json=body)
            assert put.status_code == 200, put.text
            mine = {"settings": {"observation": {"low": 600}}, "reason": "sleeps long"}
            own = f"/patients/{patient.id}"
            now = (await api.get(own, headers=coordinator.headers)).json()["revision"]
            put = await api.patch(own, headers=coordinator.headers, json={**mine, "revision": now})
            assert put.status_code == 200, put.text

    story(main())
    look(ward, NOW)
    due = ward.all("SELECT patient_no, every_min FROM observation_due ORDER BY patient_no")
    assert [(one["patient_no"], one["every_min"]) for one in due] == [
        (patient.no, 600),
        (other.no, 480),
    ]
    ward.sql.execute("UPDATE patient SET state = 'paused', paused_until = %s", (NOW + 99 * HOUR,))
    assert look(ward, NOW + 24 * HOUR) == 0
    assert ward.all("SELECT * FROM observation_due") == []
