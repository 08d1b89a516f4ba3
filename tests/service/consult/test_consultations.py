"""Consultations: booked in shifts, one at a time, told of, met, signed, planned for."""

# ruff: noqa: ANN401 - bodies are JSON of any shape

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from api.app import create_app
from api.consult.settings import CallSettings
from api.contact.settings import ContactSettings
from api.contact.telling import ContactDesk
from api.rota.house import seen_house
from api.rota.settings import RotaSettings
from api.store import consultations
from api.vault.personal_data import Personal
from tests.service.consult.asking import asked
from tests.support.ward import Patient, Person, Told, Ward, read_events, served, story

ABOUT, SUMMARY = "my water pills", "Lungs are clear."
HOUR = timedelta(hours=1)


def people(ward: Ward) -> tuple[Patient, Person, Person]:
    """A patient with an account, and a doctor on shift who has never seen them."""
    patient, doctor = ward.patient(), ward.doctor("Ann")
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.on_shift(doctor)
    return patient, ward.user("patient", patient=patient), doctor


async def free(api: httpx2.AsyncClient, who: Person, patient: Patient) -> list[dict[str, Any]]:
    found = await asked(api, who, "GET", f"/patients/{patient.id}/consultation-slots")
    slots: list[dict[str, Any]] = found["items"]
    return slots


async def book(
    api: httpx2.AsyncClient, who: Person, patient: Patient, slot: dict[str, Any], **more: Any
) -> Any:
    status = more.pop("status", 201)
    body = {"doctor": slot["doctor"], "start": slot["start"], **more}
    return await asked(api, who, "POST", f"/patients/{patient.id}/consultations", status, json=body)


def test_a_slot_is_booked_once_moved_and_cancelled_and_opens_the_record_meanwhile(
    ward: Ward,
) -> None:
    patient, own, doctor = people(ward)
    other, coordinator = ward.patient(), ward.user("coordinator")
    ward.call_it(other, Personal(name="Cy"))
    stranger = ward.doctor("Bob")

    async def main() -> None:
        async with ward.api() as api:
            await asked(api, doctor, "GET", f"/patients/{patient.id}", 404)
            first, second = (await free(api, own, patient))[:2]
            made = await book(api, own, patient, first, about=ABOUT, wish="voice")
            assert (made["state"], made["about"], made["wish"]) == ("booked", ABOUT, "voice")
            assert (made["doctor_name"], made["name"]) == ("Ann", "Ada Byron")
            await asked(api, doctor, "GET", f"/patients/{patient.id}")
            await book(api, coordinator, other, first, status=409)
            await book(api, own, patient, first, status=409)
            wrong = {**first, "start": (datetime.now(UTC) + 300 * HOUR).isoformat()}
            await book(api, own, patient, wrong, status=409)
            assert first["start"] not in [s["start"] for s in await free(api, own, patient)]
            path = f"/consultations/{made['id']}"
            for who in (stranger, ward.user("patient")):
                await asked(api, who, "GET", path, 404)
                await asked(api, who, "POST", f"{path}/cancel", 404)
            to = {"doctor": second["doctor"], "start": second["start"]}
            moved = await asked(api, own, "POST", f"{path}/move", json=to)
            assert moved["start"] == second["start"]
            await book(api, coordinator, other, first)
            listed = await asked(api, doctor, "GET", "/consultations")
            assert [one["name"] for one in listed["items"]] == ["Cy", "Ada Byron"]
            for _ in range(2):
                gone = await asked(api, own, "POST", f"{path}/cancel")
                assert gone["state"] == "cancelled"
            await asked(api, own, "POST", f"{path}/move", 409, json=to)
            await asked(api, doctor, "GET", f"/patients/{patient.id}", 404)

    story(main())
    assert "water" not in str(ward.all("SELECT * FROM consultation"))


def booked_now(ward: Ward, patient: Patient, doctor: Person, begins: timedelta = HOUR) -> str:
    """A consultation that begins then, written as the API does."""
    start = datetime.now(UTC) + begins
    row = ward.one(
        """INSERT INTO consultation (patient_no, doctor_id, during, wish, booked_at, booked_by)
           VALUES (%s, %s, tstzrange(%s, %s), 'video', now(), %s) RETURNING id""",
        patient.no,
        doctor.doctor_id,
        start,
        start + timedelta(minutes=20),
        doctor.user_id,
    )
    return str(row["id"])


def test_the_room_opens_in_time_and_to_nobody_else(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    nurse = ward.doctor("Nia", "nurse")
    ward.care_team(patient, nurse)
    other = ward.doctor("Bob")
    ward.care_team(patient, other)
    early = booked_now(ward, patient, doctor, 2 * HOUR)
    now = booked_now(ward, patient, doctor, timedelta(minutes=-1))

    async def main() -> None:
        async with ward.api() as api:
            await asked(api, own, "POST", f"/consultations/{early}/join", 409)
            path = f"/consultations/{now}"
            await asked(api, nurse, "POST", f"{path}/join", 403)
            await asked(api, other, "POST", f"{path}/join", 403)
            await asked(api, ward.user("patient"), "POST", f"{path}/join", 404)
            mine = await asked(api, own, "POST", f"{path}/join", 201)
            theirs = await asked(api, doctor, "POST", f"{path}/join", 201)
            assert (mine["side"], theirs["side"]) == ("patient", "doctor")
            pair = f"{theirs['seat']}:{mine['seat']}"
            said = {"pair": pair, "kind": "offer", "data": "v=0"}
            seat = {"Homeward-Seat": theirs["token"]}
            await asked(api, doctor, "POST", f"{path}/signals", 403, json=said)
            await asked(api, doctor, "POST", f"{path}/signals", 409, json=said, headers=seat)
            await asked(api, own, "POST", f"{path}/admit", 403)
            for _ in range(2):
                assert (await asked(api, doctor, "POST", f"{path}/admit"))["admitted_at"]
            await asked(api, doctor, "POST", f"{path}/signals", 204, json=said, headers=seat)
            await asked(api, own, "POST", f"{path}/signals", 403, json=said, headers=seat)
            again = await asked(api, own, "POST", f"{path}/join", 201)
            assert again["seat"] != mine["seat"]
            await asked(api, doctor, "POST", f"{path}/signals", 409, json=said, headers=seat)
            older = {"Homeward-Seat": mine["token"]}
            await asked(api, own, "POST", f"{path}/leave", 403, headers=older)
            await asked(
                api, own, "POST", f"{path}/leave", 204, headers={"Homeward-Seat": again["token"]}
            )
            ward.sql.execute("UPDATE consultation_seat SET expires_at = now() - interval '1 s'")
            await asked(api, doctor, "POST", f"{path}/leave", 403, headers=seat)

    story(main())


def test_two_browsers_hear_each_other_through_a_cut_line_and_once(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    made = booked_now(ward, patient, doctor, timedelta(minutes=-1))
    path = f"/consultations/{made}"

    async def until_event(
        base: str, who: Person, seat: dict[str, Any], wanted: Any, last: int | None = None
    ) -> Told:
        headers = {**who.headers, "Homeward-Seat": seat["token"]}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        async with (
            httpx2.AsyncClient(timeout=30) as client,
            client.stream("GET", f"{base}{path}/room", headers=headers) as stream,
        ):
            assert stream.status_code == 200
            async for event in read_events(stream):
                if wanted(event):
                    return event
        raise AssertionError("the stream ended")

    async def main() -> None:
        async with served(ward.settings) as base, httpx2.AsyncClient(base_url=base) as api:
            mine = await asked(api, own, "POST", f"{path}/join", 201)
            waiting = asyncio.create_task(
                until_event(base, own, mine, lambda e: e.name == "room" and e.data["pair"])
            )
            theirs = await asked(api, doctor, "POST", f"{path}/join", 201)
            await asked(api, doctor, "POST", f"{path}/admit")
            told = await asyncio.wait_for(waiting, 20)
            pair = told.data["pair"]
            seat = {"Homeward-Seat": theirs["token"]}
            for n in range(3):
                said = {"pair": pair, "kind": "candidate", "data": str(n)}
                await asked(api, doctor, "POST", f"{path}/signals", 204, json=said, headers=seat)

            def signal(event: Told) -> bool:
                return event.name == "signal"

            first = await asyncio.wait_for(until_event(base, own, mine, signal), 20)
            assert first.data == {"pair": pair, "kind": "candidate", "data": "0"}
            second = await asyncio.wait_for(until_event(base, own, mine, signal, first.id), 20)
            assert second.data["data"] == "1"
            over = asyncio.create_task(
                until_event(base, own, mine, lambda e: e.name == "over", second.id)
            )
            await asked(api, doctor, "POST", f"{path}/end")
            await asyncio.wait_for(over, 20)
            await asked(api, own, "POST", f"{path}/join", 409)

    story(main())
    assert ward.all("SELECT * FROM consultation_signal") == []


def test_what_is_signed_is_read_by_the_patient_kept_with_its_hash_and_never_changed(
    ward: Ward,
) -> None:
    patient, own, doctor = people(ward)
    other = ward.doctor("Bob")
    ward.care_team(patient, other)
    made = booked_now(ward, patient, doctor, timedelta(minutes=-1))
    path = f"/consultations/{made}"
    draft = {"notes": "thinks of moving", "summary": SUMMARY, "follow_up": ["weigh daily"]}

    async def main() -> None:
        async with ward.api() as api:
            await asked(api, own, "POST", f"{path}/sign", 403, json=draft)
            await asked(api, other, "POST", f"{path}/sign", 403, json=draft)
            kept = await asked(api, doctor, "PUT", f"{path}/record", json=draft)
            assert (kept["notes"], kept["follow_up"]) == ("thinks of moving", ["weigh daily"])
            seen = await asked(api, own, "GET", path)
            assert (seen["summary"], seen["follow_up"], seen["notes"]) == (None, [], None)
            await asked(api, doctor, "POST", f"{path}/sign", 422, json={**draft, "summary": " "})
            signed = await asked(api, doctor, "POST", f"{path}/sign", json=draft)
            assert (signed["state"], signed["summary"]) == ("ended", SUMMARY)
            seen = await asked(api, own, "GET", path)
            assert (seen["summary"], seen["follow_up"]) == (SUMMARY, ["weigh daily"])
            assert (seen["notes"], seen["signature"]) == (None, signed["signature"])
            [past] = (await asked(api, own, "GET", f"/patients/{patient.id}/consultations"))[
                "items"
            ]
            assert past["id"] == made
            ward.care_team(patient, doctor)
            await asked(api, doctor, "POST", f"{path}/sign", 409, json=draft)
            await asked(api, doctor, "PUT", f"{path}/record", 409, json=draft)

    story(main())
    [row] = ward.all("SELECT * FROM consultation")
    for word in ("moving", "Lungs", "weigh"):
        assert word not in str(row)
    [audited] = ward.all("SELECT detail FROM audit WHERE action = 'consultation.sign'")
    assert audited["detail"]["sha256"] == bytes(row["signature"]).hex()


def channel(ward: Ward, person: Person) -> None:
    ward.sql.execute(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at)
           VALUES (%s, 'email', '', 1, now())""",
        (person.user_id,),
    )


def test_both_sides_are_told_and_reminded_once_and_the_doctor_that_somebody_waits(
    ward: Ward,
) -> None:
    patient, own, doctor = people(ward)
    for person in (own, doctor):
        channel(ward, person)
    services = create_app(ward.settings).state.services

    async def look() -> list[tuple[str, bool]]:
        """What is told now, and whether to the doctor."""
        ward.sql.execute("UPDATE notice SET state = 'sent'")
        ward.sql.execute("DELETE FROM notice")
        async with ward.engine() as conn:
            desk = ContactDesk(services=services, settings=ContactSettings())
            while await desk.tell_of_consultations(conn):
                pass
        rows = ward.all("SELECT change, user_id FROM notice ORDER BY change, user_id")
        return sorted((row["change"], row["user_id"] == doctor.user_id) for row in rows)

    async def main() -> None:
        async with ward.api() as api:
            slot = next(
                one
                for one in await free(api, own, patient)
                if datetime.fromisoformat(one["start"]) > datetime.now(UTC) + HOUR
            )
            made = await book(api, own, patient, slot)
            assert await look() == [
                ("consultation_booked", True),
                ("consultation_early", False),
                ("consultation_early", True),
            ]
            assert await look() == []
            ward.sql.execute(
                "UPDATE consultation SET during = tstzrange(now() + interval '5 min',"
                " now() + interval '25 min')"
            )
            assert await look() == [("consultation_soon", False), ("consultation_soon", True)]
            assert await look() == []
            await asked(api, own, "POST", f"/consultations/{made['id']}/join", 201)
            assert await look() == [("consultation_waiting", True)]
            await asked(api, own, "POST", f"/consultations/{made['id']}/join", 201)
            assert await look() == []
            await asked(api, doctor, "POST", f"/consultations/{made['id']}/cancel")
            assert await look() == [("consultation_cancelled", False)]

    story(main())


def test_what_nobody_ended_ends_by_itself_and_gives_the_record_back(ward: Ward) -> None:
    patient, _, doctor = people(ward)
    met = booked_now(ward, patient, doctor, -3 * HOUR)
    missed = booked_now(ward, patient, doctor, -4 * HOUR)
    coming = booked_now(ward, patient, doctor, HOUR)
    ward.sql.execute("UPDATE consultation SET admitted_at = now() WHERE id = %s", (met,))

    async def main() -> None:
        async with ward.engine() as conn:
            grace = timedelta(minutes=CallSettings().grace_minutes)
            assert await consultations.close_over(conn, datetime.now(UTC) - grace) == 2
            assert await consultations.close_over(conn, datetime.now(UTC) - grace) == 0

    story(main())
    states = {
        str(row["id"]): row["state"] for row in ward.all("SELECT id, state FROM consultation")
    }
    assert states == {met: "ended", missed: "missed", coming: "booked"}
    assert len(ward.all("SELECT * FROM care_team")) == 1, "two of them are not over yet"
    ward.sql.execute("UPDATE consultation SET state = 'cancelled' WHERE id = %s", (coming,))
    ward.sql.execute(
        "UPDATE consultation SET signed_at = now(), signature = 'x' WHERE id = %s", (met,)
    )
    assert ward.all("SELECT * FROM care_team") == []


def test_a_booked_call_is_demand_of_its_doctor_and_of_its_hour(ward: Ward) -> None:
    patient, _, doctor = people(ward)
    ward.on_shift(ward.doctor("Bob"))
    booked_now(ward, patient, doctor, timedelta(minutes=30))
    now, settings = datetime.now(UTC), RotaSettings()

    async def main() -> None:
        async with ward.engine() as conn:
            house = await seen_house(conn, now, settings)
        question = house.question("main")
        [asks] = question.demands
        assert asks.minutes == settings.routine_minutes + 20
        assert asks.skills == ("doctor",)
        assert asks.deadline_minutes is not None
        assert 45 < asks.deadline_minutes < 51
        assert question.pinned == {str(patient.id): str(doctor.doctor_id)}
        hours = house.hours("main").told()["hours"]
        assert sum(one["scheduled"] for one in hours) >= 20

    story(main())


def test_messages_and_consultations_are_taken_along_and_only_what_was_signed(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    made = booked_now(ward, patient, doctor, timedelta(minutes=-1))
    draft = {"notes": "thinks of moving", "summary": SUMMARY, "follow_up": ["weigh daily"]}

    async def taken(api: httpx2.AsyncClient) -> dict[str, list[dict[str, Any]]]:
        bundle = await asked(api, own, "GET", "/me/export")
        found: dict[str, list[dict[str, Any]]] = {}
        for one in bundle["entry"]:
            found.setdefault(one["resource"]["resourceType"], []).append(one["resource"])
        return found

    async def main() -> None:
        async with ward.api() as api:
            said = {"text": "I sleep badly."}
            await asked(api, own, "POST", f"/patients/{patient.id}/messages", 201, json=said)
            await asked(api, doctor, "PUT", f"/consultations/{made}/record", json=draft)
            before = await taken(api)
            [message] = before["Communication"]
            assert message["payload"] == [{"contentString": "I sleep badly."}]
            assert message["sender"] == message["subject"]
            [coming] = before["Appointment"]
            assert (coming["status"], "patientInstruction" in coming) == ("booked", False)
            await asked(api, doctor, "POST", f"/consultations/{made}/sign", json=draft)
            [over] = (await taken(api))["Appointment"]
            assert over["status"] == "fulfilled"
            assert over["patientInstruction"] == f"{SUMMARY}\nweigh daily"

    story(main())
