"""A handover of a shift: both sign, alerts and sight of the patients follow, and it is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due, findings
from api.alerting.settings import AlertingSettings
from api.vault.personal_data import Personal
from tests.support.ward import Patient, Person, Ward, story

HOUR = timedelta(hours=1)
POLICY = EpisodePolicy()
OFFER = {"hours": 12}


async def engine(ward: Ward, now: datetime) -> None:
    async with ward.engine() as conn:
        while await findings.take(conn, now, AlertingSettings(), POLICY):
            pass
        await due.hand_over(conn, now, POLICY)


def body(taker: Person, *patients: Patient, note: str | None = None) -> dict[str, Any]:
    named = [{"patient": str(one.id), "note": note} for one in patients]
    return {"to": str(taker.user_id), "patients": named, **OFFER}


async def said(
    api: httpx2.AsyncClient, who: Person, path: str, what: object = None, *, status: int = 200
) -> dict[str, Any]:
    answer = await api.post(f"/handovers{path}", headers=who.headers, json=what or {})
    assert answer.status_code == status, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def sees(api: httpx2.AsyncClient, who: Person, patient: Patient) -> bool:
    answer = await api.get(f"/patients/{patient.id}", headers=who.headers)
    return answer.status_code == 200


def people(ward: Ward, now: datetime) -> tuple[Person, Person, Patient]:
    """A giver with a patient, a taker with none, both at work."""
    giver, taker, patient = ward.doctor("Ann"), ward.doctor("Bob"), ward.patient()
    ward.call_it(patient, Personal(name="Ada Byron"))
    ward.shift(giver, now - 8 * HOUR, now + HOUR)
    ward.shift(taker, now - HOUR, now + 8 * HOUR)
    ward.care_team(patient, giver)
    return giver, taker, patient


def test_both_sign_one_page_and_the_alerts_change_hands(ward: Ward) -> None:
    now = datetime.now(UTC)
    giver, taker, patient = people(ward, now)
    ward.assign(patient, giver)
    ward.finding(patient, "news2_urgent", now, priority="medium")

    async def main() -> None:
        await engine(ward, now)
        [alert] = ward.episodes()
        async with ward.api() as api:
            taken_on = await api.post(f"/alerts/{alert['id']}/acknowledge", headers=giver.headers)
            assert taken_on.json()["doctor"] == str(giver.doctor_id)
            assert not await sees(api, taker, patient)
            offer = body(taker, patient, note="daughter comes at ten")
            given = await said(api, giver, "", offer, status=201)
            assert (given["state"], given["accepted_at"]) == ("offered", None)
            waiting = await api.get("/handovers?waiting=true", headers=taker.headers)
            [one] = waiting.json()["items"]
            assert (one["id"], one["patients"], one["given_by"]) == (
                given["id"],
                1,
                str(giver.user_id),
            )
            read = (await api.get(f"/handovers/{one['id']}", headers=taker.headers)).json()
            [line] = read["lines"]
            assert (line["name"], line["note"]) == ("Ada Byron", "daughter comes at ten")
            [told] = line["told"]["alerts"]
            assert (told["id"], told["state"]) == (str(alert["id"]), "acknowledged")
            signed = await said(api, taker, f"/{one['id']}/accept")
            again = await said(api, taker, f"/{one['id']}/accept")
            assert signed["state"] == again["state"] == "accepted"
            assert signed["accepted_at"] == again["accepted_at"]
        assert ward.episodes()[0]["doctor_id"] == taker.doctor_id
        await engine(ward, now + timedelta(minutes=1))
        assert ward.episodes()[0]["doctor_id"] == taker.doctor_id, "looked at again, it stays"

    story(main())
    [*_, event] = ward.events()
    assert (event["data"]["change"], event["data"]["call"]) == ("handed_over", False)
    assert set(event["holders"]) == {giver.user_id, taker.user_id}
    [asked] = ward.all("SELECT cause FROM replan_request")
    assert asked["cause"] == "handover"
    notes = ward.all("SELECT action, actor FROM audit WHERE action LIKE 'handover%%' ORDER BY id")
    signed_by = [(one["action"], one["actor"]) for one in notes if one["action"] != "handover.read"]
    assert [one for one in signed_by if one[0] != "handover.list"] == [
        ("handover.give", str(giver.user_id)),
        ("handover.accept", str(taker.user_id)),
    ]
    stored = ward.one("SELECT told, note FROM shift_handover_patient")
    assert "Ada" not in str(stored)
    assert "daughter" not in str(stored)


def test_the_plan_goes_before_who_takes_over(ward: Ward) -> None:
    now = datetime.now(UTC)
    giver, taker, patient = people(ward, now)
    planned = ward.doctor("Cem")
    ward.on_shift(planned, now)
    ward.assign(patient, giver)
    ward.finding(patient, "news2_urgent", now)

    async def main() -> None:
        await engine(ward, now)
        ward.sql.execute("UPDATE assignment SET doctor_id = %s", (planned.doctor_id,))
        async with ward.api() as api:
            given = await said(api, giver, "", body(taker, patient), status=201)
            await said(api, taker, f"/{given['id']}/accept")

    story(main())
    assert ward.episodes()[0]["doctor_id"] == planned.doctor_id
    [*_, event] = ward.events()
    assert event["data"]["call"], "who did not take it over is called"


def test_sight_comes_with_the_offer_and_ends_with_the_shift(ward: Ward) -> None:
    now = datetime.now(UTC)
    giver, taker, patient = people(ward, now)
    stranger = ward.doctor("Dee")
    ward.finding(patient, "news2_urgent", now)

    async def main() -> None:
        async with ward.api() as api:
            given = await said(api, giver, "", body(taker, patient), status=201)
            assert await sees(api, taker, patient)
            assert not await sees(api, stranger, patient)
            await said(api, stranger, f"/{given['id']}/accept", status=404)
            await said(api, giver, f"/{given['id']}/accept", status=403)
            await said(api, taker, f"/{given['id']}/withdraw", status=403)
            await said(api, giver, f"/{given['id']}/withdraw")
            await said(api, giver, f"/{given['id']}/withdraw")
            assert not await sees(api, taker, patient)
            await said(api, taker, f"/{given['id']}/accept", status=409)
            given = await said(api, giver, "", body(taker, patient), status=201)
            await said(api, taker, f"/{given['id']}/accept")
            await said(api, giver, f"/{given['id']}/withdraw", status=409)
            await engine(ward, now + 7 * HOUR)
            assert await sees(api, taker, patient)
            # The alert is another bond, so that it is the handover alone that is looked at.
            ward.sql.execute("UPDATE episode SET state = 'resolved', closed_at = %s", (now,))
            await engine(ward, now + 9 * HOUR)
            assert not await sees(api, taker, patient)
            read = await api.get(f"/handovers/{given['id']}", headers=taker.headers)
            assert (read.json()["state"], read.json()["lines"]) == ("over", [])

    story(main())


def test_an_offer_that_nobody_takes_lapses(ward: Ward) -> None:
    now = datetime.now(UTC)
    giver, taker, patient = people(ward, now)

    async def main() -> None:
        async with ward.api() as api:
            given = await said(api, giver, "", body(taker, patient), status=201)
            await engine(ward, now + 13 * HOUR)
            await said(api, taker, f"/{given['id']}/accept", status=409)
            assert not await sees(api, taker, patient)

    story(main())
    assert ward.one("SELECT state FROM shift_handover")["state"] == "lapsed"


def test_only_ones_own_patients_go_to_a_colleague_of_the_ward(ward: Ward) -> None:
    now = datetime.now(UTC)
    giver, taker, patient = people(ward, now)
    elsewhere, patients_own = ward.doctor("Far", ward="far"), ward.user("patient")
    other = ward.patient()

    async def main() -> None:
        async with ward.api() as api:
            await said(api, giver, "", body(taker, other), status=404)
            for to in (elsewhere, patients_own, giver):
                refused = await said(api, giver, "", body(to, patient), status=422)
                assert refused["errors"][0]["field"] == "to"
            await said(api, giver, "", body(taker, patient, patient), status=422)
            await said(api, patients_own, "", body(taker, patient), status=403)

    story(main())
    assert ward.all("SELECT * FROM shift_handover") == []
