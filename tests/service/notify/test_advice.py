"""Advice: filled from the record, sent by who cares, confirmed by the patient, followed up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from api.app import create_app
from api.contact.settings import ContactSettings
from api.contact.telling import ContactDesk
from api.store.timestamps import ms_of
from api.vault.personal_data import Personal
from tests.service.notify.test_contact import asked
from tests.support.ward import Patient, Person, Ward, story

WORDS = "Please keep your feet up this evening"


def people(ward: Ward) -> tuple[Patient, Person, Person]:
    patient, doctor = ward.patient(), ward.doctor("Ann")
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.care_team(patient, doctor)
    return patient, ward.user("patient", patient=patient), doctor


def newest(ward: Ward, patient: Patient, **metrics: tuple[float, str]) -> None:
    """The newest reading of each metric: value and quality."""
    at = ms_of(datetime.now(UTC) - timedelta(minutes=20))
    latest = {name: {"v": value, "t": at, "g": at, "q": q} for name, (value, q) in metrics.items()}
    ward.sql.execute(
        "INSERT INTO patient_now (patient_no, received, measured, latest, assessment, news2_low) "
        "VALUES (%s, now(), now(), %s, '{}', 0)",
        (patient.no, Jsonb(latest)),
    )


def channel(ward: Ward, who: Person) -> None:
    ward.sql.execute(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at)
           VALUES (%s, 'push', '', 1, now())""",
        (who.user_id,),
    )


def look(ward: Ward) -> None:
    """Let the job that tells people look once."""
    services = create_app(ward.settings).state.services

    async def main() -> None:
        async with ward.engine() as conn:
            await ContactDesk(services=services, settings=ContactSettings()).tell(conn)

    story(main())


def test_a_template_is_filled_from_the_record_and_a_doubtful_reading_fills_nothing(
    ward: Ward,
) -> None:
    patient, own, doctor = people(ward)
    newest(ward, patient, spo2=(87.0, "ok"), hr=(18.0, "questionable"))
    path = f"/patients/{patient.id}/advice"

    async def main() -> None:
        async with ward.api() as api:
            known = (await asked(api, doctor, "GET", "/advice-templates"))["items"]
            assert all(one["source"] for one in known)
            low = {"params": {"template": "oxygen_low"}}
            found = await asked(api, doctor, "GET", f"{path}/preview", **low)
            assert found["missing"] == []
            assert "Your oxygen was 87 % (" in found["text"]
            assert "below 91 %" in found["text"]
            pulse = {"params": {"template": "pulse"}}
            lacking = await asked(api, doctor, "GET", f"{path}/preview", **pulse)
            assert lacking["missing"] == ["hr"]
            body = {"text": lacking["text"], "template": "pulse"}
            refused = await asked(api, doctor, "POST", path, 422, json=body)
            assert "hr" in str(refused)
            await asked(api, own, "GET", f"{path}/preview", 403, **low)
            await asked(api, doctor, "GET", f"{path}/preview", 422, params={"template": "none"})

    story(main())
    assert ward.all("SELECT * FROM advice") == []


def test_who_cares_sends_it_and_the_patient_confirms_it_once(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    other_doctor, coordinator = ward.doctor("Bob"), ward.user("coordinator")
    stranger = ward.user("patient", patient=ward.patient())
    path = f"/patients/{patient.id}/advice"

    async def main() -> None:
        async with ward.api() as api:
            once = {"headers": {"Idempotency-Key": "from-the-desk"}, "json": {"text": WORDS}}
            first = await asked(api, doctor, "POST", path, 201, **once)
            assert (await asked(api, doctor, "POST", path, 201, **once))["id"] == first["id"]
            assert (first["template"], first["confirmed_at"]) == ("own", None)
            await asked(api, other_doctor, "POST", path, 404, json={"text": WORDS})
            await asked(api, coordinator, "POST", path, 403, json={"text": WORDS})
            await asked(api, own, "POST", path, 403, json={"text": WORDS})
            await asked(api, other_doctor, "GET", path, 404)
            [seen] = (await asked(api, own, "GET", path))["items"]
            assert (seen["text"], seen["sent_by_name"]) == (WORDS, first["sent_by_name"])
            confirm = f"/me/advice/{first['id']}/confirm"
            await asked(api, stranger, "POST", confirm, 404, json={})
            await asked(api, doctor, "POST", confirm, 403, json={})
            long_ago = (datetime.now(UTC) - timedelta(days=9)).isoformat()
            await asked(api, own, "POST", confirm, 422, json={"at": long_ago})
            read = await asked(api, own, "POST", confirm, json={})
            again = await asked(api, own, "POST", confirm, json={})
            assert read["confirmed_at"] == again["confirmed_at"] is not None
            [told] = (await asked(api, doctor, "GET", path))["items"]
            assert told["confirmed_at"] == read["confirmed_at"]
            bundle = (await asked(api, own, "GET", "/me/export"))["entry"]
            [sent] = [
                one["resource"]
                for one in bundle
                if one["resource"]["resourceType"] == "Communication"
            ]
            assert sent["payload"] == [{"contentString": WORDS}]
            assert sent["category"][0]["coding"][0]["code"] == "instruction"
            assert sent["received"]

    story(main())
    assert "feet" not in str(ward.all("SELECT * FROM advice"))
    noted = ward.all("SELECT action FROM audit WHERE action IN ('advice.send', 'advice.confirm')")
    assert len(noted) == 3


def test_what_is_not_confirmed_in_time_is_the_coordinators(ward: Ward) -> None:
    patient, own, doctor = people(ward)
    coordinator, elsewhere = ward.user("coordinator"), ward.user("coordinator", "other")
    for who in (own, coordinator, elsewhere):
        channel(ward, who)
    path = f"/patients/{patient.id}/advice"
    made: list[Any] = []

    async def send() -> None:
        async with ward.api() as api:
            body = {"json": {"text": WORDS}}
            made.append(await asked(api, doctor, "POST", path, 201, **body))
            await asked(api, doctor, "POST", path, 201, json={"text": "Drink enough"})
            assert (await asked(api, coordinator, "GET", "/advice"))["items"] == []

    async def waits() -> None:
        async with ward.api() as api:
            [late] = (await asked(api, coordinator, "GET", "/advice"))["items"]
            assert (late["name"], late["text"], late["overdue"]) == ("Ada Byron", WORDS, True)
            for _ in range(2):
                assert len((await asked(api, doctor, "GET", "/advice"))["items"]) == 1
            looked = (await asked(api, own, "GET", "/audit/me"))["items"]
            assert [one["action"] for one in looked].count("advice.list") == 2, (
                "one for each person"
            )
            assert (await asked(api, elsewhere, "GET", "/advice"))["items"] == []
            await asked(api, own, "GET", "/advice", 403)
            await asked(api, own, "POST", f"/me/advice/{made[0]['id']}/confirm", json={})
            assert (await asked(api, coordinator, "GET", "/advice"))["items"] == []

    story(send())
    look(ward)
    ward.sql.execute(
        "UPDATE advice SET due_at = now() - interval '1 min' WHERE id = %s", (made[0]["id"],)
    )
    look(ward)
    look(ward)
    told = ward.all("SELECT user_id, change FROM notice ORDER BY change")
    assert told == [
        {"user_id": own.user_id, "change": "advice"},
        {"user_id": coordinator.user_id, "change": "advice_overdue"},
    ]
    story(waits())
