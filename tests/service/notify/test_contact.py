"""Messages and asked-for calls: sealed, seen, told to the right person, and never twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from analytics.domain.patient_code import code_of
from api.app import create_app
from api.contact.settings import ContactSettings
from api.contact.telling import ContactDesk
from api.services import Services
from api.vault.personal_data import Personal
from tests.service.consult.asking import asked
from tests.support.reaching import add_channel, reaching, settings_of, until
from tests.support.receivers import Mailbox, Receiver
from tests.support.ward import Patient, Person, Ward, read_events, served, story

LISTENING = """
    SELECT count(*) FROM pg_stat_activity WHERE application_name = 'homeward-feed-care'
       AND state = 'idle' AND query ~ '^(LISTEN|SELECT 1)' AND datname = current_database()
"""
WORDS = "my ankles are swollen since Sunday"


def people(ward: Ward) -> tuple[Patient, Person, Person]:
    """A patient with an account of their own, and the doctor who has them."""
    patient, doctor = ward.patient(), ward.doctor("Ann")
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.on_shift(doctor)
    ward.assign(patient, doctor)
    return patient, ward.user("patient", patient=patient), doctor


def test_a_message_is_sealed_counts_once_and_shows_who_saw_it_when(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    stranger, coordinator = ward.doctor("Bob"), ward.user("coordinator")
    path = f"/patients/{patient.id}/messages"

    async def main() -> None:
        async with ward.api() as api:
            once = {"headers": {"Idempotency-Key": "from-the-phone"}, "json": {"text": WORDS}}
            first = await asked(api, own, "POST", path, 201, **once)
            again = await asked(api, own, "POST", path, 201, **once)
            assert first["id"] == again["id"]
            assert (first["by_patient"], first["seen"]) == (True, [])
            await asked(api, stranger, "GET", path, 404)
            await asked(api, stranger, "POST", path, 404, json={"text": "hello"})
            await asked(api, own, "POST", path, 422, json={"text": "  "})
            for reader, count in ((doctor, 1), (coordinator, 1), (stranger, 0), (own, 0)):
                told = await asked(api, reader, "GET", "/messages/unread")
                assert told["unread"] == count
            [thread] = (await asked(api, doctor, "GET", "/messages"))["items"]
            assert (thread["name"], thread["text"], thread["unread"]) == ("Ada Byron", WORDS, 1)
            await asked(api, stranger, "POST", f"{path}/seen", 404, json={"upto": first["id"]})
            for _ in range(2):
                seen = await asked(api, doctor, "POST", f"{path}/seen", json={"upto": first["id"]})
                assert seen["unread"] == 0
            await asked(api, doctor, "POST", path, 201, json={"text": "Please weigh yourself."})
            assert (await asked(api, own, "GET", "/messages/unread"))["unread"] == 1
            newest, oldest = (await asked(api, own, "GET", path))["items"]
            assert newest["text"] == "Please weigh yourself."
            assert [one["role"] for one in oldest["seen"]] == ["doctor"]
            page = await asked(api, own, "GET", path, params={"limit": 1})
            rest = await asked(api, own, "GET", path, params={"limit": 1, "cursor": page["next"]})
            assert [one["id"] for one in rest["items"]] == [first["id"]]
            assert rest["next"] is None
            ward.sql.execute("UPDATE patient SET state = 'discharged' WHERE no = %s", (patient.no,))
            await asked(api, own, "POST", path, 409, json={"text": "anybody there?"})

    story(main())
    assert "ankles" not in str(ward.all("SELECT * FROM patient_message"))
    assert len(ward.all("SELECT * FROM message_seen")) == 1


def test_a_message_seen_by_another_patients_is_nobodys(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    other = ward.patient()
    ward.call_it(other, Personal(name="Cy"))
    ward.care_team(other, doctor)

    async def main() -> None:
        async with ward.api() as api:
            path = f"/patients/{patient.id}/messages"
            made = await asked(api, own, "POST", path, 201, json={"text": WORDS})
            wrong = f"/patients/{other.id}/messages/seen"
            await asked(api, doctor, "POST", wrong, 404, json={"upto": made["id"]})

    story(main())
    assert ward.all("SELECT * FROM message_seen") == []


def test_an_asked_for_call_stands_until_somebody_takes_it(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    nurse, stranger = ward.doctor("Nia", "nurse"), ward.doctor("Bob")
    ward.care_team(patient, nurse)

    async def main() -> None:
        async with ward.api() as api:
            body = {"json": {"about": WORDS}}
            first = await asked(api, own, "POST", "/me/call-requests", 201, **body)
            again = await asked(api, own, "POST", "/me/call-requests", 201, json={})
            assert first["id"] == again["id"]
            assert (first["state"], first["about"], first["overdue"]) == ("open", WORDS, False)
            listed = (await asked(api, nurse, "GET", "/call-requests"))["items"]
            assert [(one["name"], one["about"]) for one in listed] == [("Ada Byron", WORDS)]
            assert (await asked(api, stranger, "GET", "/call-requests"))["items"] == []
            path = f"/call-requests/{first['id']}"
            await asked(api, stranger, "POST", f"{path}/take", 404)
            await asked(api, own, "POST", f"{path}/take", 403)
            assert (await asked(api, nurse, "GET", "/messages/unread"))["calls"] == 1
            for _ in range(2):
                taken = await asked(api, nurse, "POST", f"{path}/take")
                assert (taken["state"], taken["taken_by"]) == ("taken", str(nurse.user_id))
            await asked(api, doctor, "POST", f"{path}/take", 409)
            assert (await asked(api, doctor, "GET", "/messages/unread"))["calls"] == 0
            for _ in range(2):
                assert (await asked(api, nurse, "POST", f"{path}/done"))["state"] == "done"
            await asked(api, own, "POST", f"{path}/withdraw", 409)
            second = await asked(api, own, "POST", "/me/call-requests", 201, json={})
            withdrawn = f"/call-requests/{second['id']}/withdraw"
            for _ in range(2):
                assert (await asked(api, own, "POST", withdrawn))["state"] == "withdrawn"
            assert (await asked(api, own, "GET", "/call-requests"))["items"] == []

    story(main())
    assert "ankles" not in str(ward.all("SELECT * FROM call_request"))


async def look(ward: Ward, services: Services) -> None:
    async with ward.engine() as conn:
        desk = ContactDesk(services=services, settings=ContactSettings())
        while await desk.tell(conn):
            pass


def channel(ward: Ward, person: Person) -> None:
    ward.sql.execute(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at)
           VALUES (%s, 'email', '', 1, now())""",
        (person.user_id,),
    )


def told(ward: Ward) -> list[tuple[Any, str, str]]:
    rows = ward.all("SELECT user_id, change, priority FROM notice ORDER BY called_at, change")
    return [(row["user_id"], row["change"], row["priority"]) for row in rows]


def test_the_right_person_is_told_once_and_the_coordinator_when_it_waits(ward: Ward) -> None:
    _, own, doctor = people(ward)
    coordinator = ward.user("coordinator")
    for person in (own, doctor, coordinator):
        channel(ward, person)
    services: Services = create_app(ward.settings).state.services

    async def main() -> None:
        async with ward.api() as api:
            await asked(api, own, "POST", "/me/call-requests", 201, json={})
            me = (await asked(api, own, "GET", "/me"))["patient"]
            path = f"/patients/{me}/messages"
            await asked(api, own, "POST", path, 201, json={"text": WORDS})
            await asked(api, own, "POST", path, 201, json={"text": WORDS})
            await look(ward, services)
            await look(ward, services)
            assert sorted(told(ward), key=str) == sorted(
                [
                    (doctor.user_id, "call_asked", "medium"),
                    (doctor.user_id, "message", "low"),
                ],
                key=str,
            )
            ward.sql.execute("UPDATE notice SET state = 'sent'")
            late = datetime.now(UTC) - timedelta(days=1)
            ward.sql.execute("UPDATE patient_message SET written_at = %s", (late,))
            ward.sql.execute("UPDATE call_request SET due_at = %s", (late,))
            await look(ward, services)
            await look(ward, services)
            new = [one for one in told(ward) if one[0] == coordinator.user_id]
            assert [one[1] for one in new] == ["call_asked_overdue", "message_overdue"]
            await asked(api, doctor, "POST", path, 201, json={"text": "I ring you at ten."})
            await look(ward, services)
            assert (own.user_id, "message", "low") in told(ward)

    story(main())


def test_a_notice_of_a_message_has_no_word_of_it_and_leads_to_it(
    ward: Ward, receiver: Receiver, mailbox: Mailbox, tmp_path: Path
) -> None:
    patient, own, doctor = people(ward)

    async def main() -> None:
        settings = settings_of(tmp_path, to=receiver, mail=mailbox)
        async with reaching(ward, settings) as client:
            await add_channel(client, doctor, "email", "ann@example.org")
            path = f"/api/v1/patients/{patient.id}/messages"
            body = {"text": WORDS}
            wrote = await client.post(path, headers=own.headers, json=body)
            assert wrote.status_code == 201, wrote.text
            await look(ward, create_app(ward.settings).state.services)
            await until(lambda: [m["Subject"] for m in mailbox.got] == ["New message"])
            [mail] = mailbox.got
            assert f"patient {code_of(patient.no)}" in mail.as_string()
            assert "ankles" not in mail.as_string()
            assert "Ada" not in mail.as_string()
            [notice] = ward.all("SELECT id FROM notice")
            cookie = {"Cookie": f"homeward={doctor.token}"}
            opened = await client.get(f"/n/{notice['id']}", headers=cookie)
            assert opened.headers["location"] == f"/messages?patient={patient.id}"

    story(main())


def test_a_page_is_told_whose_messages_are_new_and_nobody_elses_page_is(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    stranger = ward.doctor("Bob")
    heard: dict[str, list[dict[str, Any]]] = {"doctor": [], "patient": [], "stranger": []}

    async def listen(base: str, name: str, who: Person, ready: asyncio.Event) -> None:
        async with (
            httpx2.AsyncClient(timeout=30) as client,
            client.stream(
                "GET", f"{base}/alerts/stream?heartbeats=event", headers=who.headers
            ) as stream,
        ):
            async for event in read_events(stream):
                ready.set()
                if event.name == "care.changed" and event.data["patients"]:
                    heard[name].append(event.data)

    async def main() -> None:
        async with served(ward.settings) as base, httpx2.AsyncClient(base_url=base) as client:
            tasks = []
            for name, who in (("doctor", doctor), ("patient", own), ("stranger", stranger)):
                ready = asyncio.Event()
                tasks.append(asyncio.create_task(listen(base, name, who, ready)))
                await asyncio.wait_for(ready.wait(), 20)

            with psycopg.connect(ward.database.superuser, autocommit=True) as conn:
                await until(lambda: conn.execute(LISTENING).fetchone() != (0,))
            path = f"/patients/{patient.id}/messages"
            await asked(client, own, "POST", path, 201, json={"text": WORDS})
            await until(lambda: bool(heard["doctor"]) and bool(heard["patient"]))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    story(main())
    assert heard["doctor"][0] == {"patients": [str(patient.id)]}
    assert heard["stranger"] == []
