"""A ward's rungs as it has set them, up to the contact outside it, who is reached by mail."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from analytics.alerts.transitions import EpisodePolicy
from analytics.domain.patient_code import code_of
from api.alerting import due
from api.store import calls
from tests.support.reaching import engine, reaching, settings_of, until
from tests.support.receivers import Mailbox
from tests.support.ward import Ward, story

MINUTE = timedelta(minutes=1)
CONTACT = {
    "contact.out_of_hours_name": "Night service",
    "contact.out_of_hours_phone": "+43 1 234 567",
    "contact.out_of_hours_email": "night@service.example",
    "contact.ward_phone": "+43 1 999",
}


def decide(ward: Ward, values: dict[str, str | float]) -> None:
    ward.sql.execute(
        """INSERT INTO ward_settings (ward, revision, settings, reason, set_at)
           SELECT 'main', coalesce(max(revision), 0) + 1, %s, 'test', now() - interval '1 hour'
             FROM ward_settings WHERE ward = 'main'""",
        (Jsonb(values),),
    )


def contacts(ward: Ward) -> list[dict[str, Any]]:
    return ward.all("SELECT * FROM notice WHERE contact ORDER BY called_at, kind")


def test_nobody_answers_until_the_contact_outside_the_ward_is_written_to(
    ward: Ward, mailbox: Mailbox, tmp_path: Path
) -> None:
    """Each rung has its stored time; what cannot be sent there is told to the coordinators."""
    decide(ward, {**CONTACT, "steps.first_emergency": 2, "steps.coordinator_emergency": 3})
    patient, doctor, carla = ward.patient(), ward.doctor("Dr A"), ward.user("coordinator")
    ward.on_shift(doctor)
    now = datetime.now(UTC).replace(microsecond=0)

    async def main() -> None:
        settings = settings_of(tmp_path, mail=mailbox)
        async with reaching(ward, settings) as client:
            ward.finding(patient, "news2_emergency", now)
            await engine(ward, now)
            [alert] = ward.episodes()
            assert alert["escalate_due"] - now == 2 * MINUTE
            path = f"/api/v1/alerts/{alert['id']}"
            told = (await client.get(path, headers=doctor.headers)).json()
            assert told["out_of_hours"] == {"name": "Night service", "phone": "+43 1 234 567"}
            await engine(ward, now + 2 * MINUTE)  # there is no second: that rung is skipped
            [alert] = ward.episodes()
            assert (alert["escalation_level"], alert["doctor_id"]) == (2, doctor.doctor_id)
            assert alert["escalate_due"] == now + 5 * MINUTE
            told = (await client.get(path, headers=carla.headers)).json()
            name = "Night service, +43 1 234 567"
            assert told["escalates_to"] == {"level": "out_of_hours", "name": name}
            assert contacts(ward) == []
            await engine(ward, now + 5 * MINUTE)
            [alert] = ward.episodes()
            assert alert["escalation_level"] == 3
            assert alert["escalate_due"] == now + 10 * MINUTE
            await until(lambda: len(mailbox.got) == 1)
            await until(lambda: [n["state"] for n in contacts(ward)] == ["sent", "failed"])
            story_told = (await client.get(f"{path}/evidence", headers=carla.headers)).json()
            to = {(one["to"], one["channel"]) for one in story_told["notices"]}
            assert to == {("out-of-hours contact", "email"), ("out-of-hours contact", "sms")}
            assert story_told["history"][-1]["level"] == "out_of_hours"

    story(main())
    [mail] = mailbox.got
    assert (mail["To"], mail["Subject"]) == ("night@service.example", "HIGH alert")
    words = f"patient {code_of(patient.no)}, ward main: nobody has answered, ring +43 1 999"
    assert words in re.sub(r"=\n", "", mail.as_string())

    async def watched() -> None:
        async with ward.api(background=True):
            await until(lambda: "text message" in "".join(e["message"] for e in faults()))

    def faults() -> list[dict[str, Any]]:
        return ward.episodes("channel")

    story(watched())


def test_with_nobody_on_shift_the_contact_is_in_the_coordinators_place(ward: Ward) -> None:
    decide(ward, {**CONTACT, "rungs.coordinator": "staffed", "contact.out_of_hours_email": ""})
    doctor, carla = ward.doctor("Dr A"), ward.user("coordinator")
    ward.sql.execute(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at)
           VALUES (%s, 'email', '', 1, now())""",
        (carla.user_id,),
    )
    now = datetime.now(UTC).replace(microsecond=0)
    ward.shift(doctor, now - MINUTE, now + MINUTE)

    async def main() -> None:
        ward.finding(ward.patient(), "news2_emergency", now)
        await engine(ward, now)
        assert ward.episodes()[0]["escalation_level"] == 0
        async with ward.engine() as conn:
            await due.hand_over(conn, now + 2 * MINUTE, EpisodePolicy())

    story(main())
    [alert] = ward.episodes()
    assert (alert["escalation_level"], alert["doctor_id"]) == (3, None)
    assert [one["kind"] for one in contacts(ward)] == ["sms"]
    assert ward.all("SELECT FROM notice WHERE user_id = %s", carla.user_id) == []


def test_a_call_that_reaches_nobody_goes_on_to_the_contact(ward: Ward) -> None:
    """A ward whose coordinators cannot be reached either has a rung above them."""
    decide(ward, CONTACT)
    carla, now = ward.user("coordinator"), datetime.now(UTC).replace(microsecond=0)
    ward.finding(ward.patient(), "news2_emergency", now)

    async def main() -> None:
        await engine(ward, now)
        async with ward.engine() as conn:
            [alert] = ward.episodes()
            assert alert["escalation_level"] == 2
            row = {"episode_id": alert["id"], "rung": 2, "user_id": carla.user_id}
            assert await calls.pass_on(conn, row, now)
        await engine(ward, now)

    story(main())
    assert ward.episodes()[0]["escalation_level"] == 3
