"""Calls reach people away from the page, by real servers; what is not seen is passed on."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from analytics.alerts.transitions import EpisodePolicy
from analytics.domain.patient_code import code_of
from api.alerting import findings
from api.alerting.answers import Action, AlertAnswer, answer
from api.alerting.settings import AlertingSettings
from api.app import create_app
from api.store import calls
from api.vault.personal_data import Personal
from tests.support.reaching import add_channel, engine, reaching, settings_of, until
from tests.support.receivers import Browser, Mailbox, Receiver, vapid_claims
from tests.support.ward import Patient, Person, Ward, story

CONDITION = "news2_emergency"


def notices(ward: Ward) -> list[dict[str, Any]]:
    return ward.all("SELECT * FROM notice ORDER BY called_at, step, id")


def on_duty(ward: Ward, name: str = "Dr A") -> Person:
    doctor = ward.doctor(name)
    ward.on_shift(doctor)
    return doctor


async def call(ward: Ward, patient: Patient, priority: str = "high") -> None:
    ward.finding(patient, CONDITION, datetime.now(UTC), priority=priority)
    await engine(ward)


def test_a_push_opens_in_the_browser_alone_and_its_showing_and_opening_are_recorded(
    ward: Ward, receiver: Receiver, tmp_path: Path
) -> None:
    patient, doctor = ward.patient(), on_duty(ward)
    ward.call_it(patient, Personal(name="Ada Byron"))
    browser = Browser(f"{receiver.origin}/push/1")

    async def main() -> None:
        async with reaching(ward, settings_of(tmp_path, to=receiver)) as client:
            await add_channel(client, doctor, "push", browser.subscription())
            await call(ward, patient)
            await until(lambda: [n["state"] for n in notices(ward)] == ["sent"])
            [notice] = notices(ward)
            [came] = receiver.got
            told = browser.open(came)
            assert told["title"] == "HIGH alert"
            assert told["body"] == f"patient {code_of(patient.no)}, open Homeward"
            assert told["url"] == f"/n/{notice['id']}"
            assert "Ada" not in str(told)
            assert CONDITION not in str(told)
            assert (came.headers["urgency"], came.headers["topic"]) == ("high", notice["id"].hex)
            assert vapid_claims(came)["sub"] == "https://ward.example.org"
            said = {"id": told["id"], "receipt": "0" * 32}
            for word, recorded in (("0" * 32, False), (told["receipt"], True)):
                said["receipt"] = word
                done = await client.post("/api/v1/notices/delivered", json=said)
                assert done.status_code == 204
                assert (notices(ward)[0]["delivered_at"] is not None) is recorded
            cookie = {"Cookie": f"homeward={doctor.token}"}
            opened = await client.get(told["url"], headers=cookie)
            assert opened.headers["location"] == f"/feed#{notice['episode_id']}"
            [seen] = notices(ward)
            assert (seen["state"], seen["seen_due"]) == ("seen", None)
            assert seen["opened_at"] is not None

    story(main())


def test_a_channel_that_fails_is_told_of_and_the_next_one_is_used(
    ward: Ward, receiver: Receiver, mailbox: Mailbox, tmp_path: Path
) -> None:
    patient, doctor = ward.patient(), on_duty(ward)
    receiver.answer = lambda _: 410  # the browser has ended its subscription

    async def main() -> None:
        settings = settings_of(tmp_path, to=receiver, mail=mailbox)
        async with reaching(ward, settings) as client:
            address = Browser(f"{receiver.origin}/push/1").subscription()
            await add_channel(client, doctor, "push", address)
            await add_channel(client, doctor, "email", "ada@example.org")
            await call(ward, patient)
            await until(lambda: len(mailbox.got) == 1)
            await until(lambda: [n["state"] for n in notices(ward)] == ["failed", "sent"])
            shown = (await client.get("/api/v1/me/channels", headers=doctor.headers)).json()
            assert [one["works"] for one in shown["items"]] == [False, True]

    story(main())
    failed, sent = notices(ward)
    assert failed["call_id"] == sent["call_id"]
    [mail] = mailbox.got
    assert mail["Homeward-Notice"] == str(sent["id"])
    assert (mail["Subject"], mail["To"]) == ("HIGH alert", "ada@example.org")
    assert f"https://ward.example.org/n/{sent['id']}" in re.sub(r"=\n", "", mail.as_string())


def test_a_failing_channel_is_a_technical_alert_until_it_works(ward: Ward) -> None:
    ward.patient()
    doctor = on_duty(ward)
    failed = ward.one(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at, failed_at)
           VALUES (%s, 'email', '', 1, now(), now()) RETURNING id""",
        doctor.user_id,
    )

    async def main() -> None:
        async with ward.api(background=True):
            await until(lambda: [e["state"] for e in ward.episodes("channel")] == ["open"])
            assert "e-mail" in ward.episodes("channel")[0]["message"]
            ward.sql.execute(
                "UPDATE notice_channel SET worked_at = now() WHERE id = %s", (failed["id"],)
            )
            await until(lambda: [e["state"] for e in ward.episodes("channel")] == ["resolved"])

    story(main())


def test_what_nobody_sees_goes_on_to_the_next_channel_and_then_to_the_next_rung(
    ward: Ward, receiver: Receiver, mailbox: Mailbox, tmp_path: Path
) -> None:
    patient = ward.patient()
    doctors = [on_duty(ward, "Dr A"), on_duty(ward, "Dr B")]

    async def main() -> None:
        settings = settings_of(tmp_path, to=receiver, mail=mailbox, seen_high_s=0.2)
        async with reaching(ward, settings) as client:
            for n, doctor in enumerate(doctors):
                push = Browser(f"{receiver.origin}/push/{n}").subscription()
                await add_channel(client, doctor, "push", push)
                await add_channel(client, doctor, "email", f"d{n}@example.org")
            await call(ward, patient)
            await until(lambda: [n["state"] for n in notices(ward)] == ["lapsed", "lapsed"])
            [first] = ward.episodes()
            await until(lambda: ward.episodes()[0]["escalate_due"] <= datetime.now(UTC))
            await engine(ward)
            await until(lambda: len(receiver.got) == 2)
            [second] = ward.episodes()
            assert second["escalation_level"] == first["escalation_level"] + 1
            assert receiver.got[0].path != receiver.got[1].path

    story(main())


def test_whoever_opened_the_notice_is_not_passed_over(
    ward: Ward, receiver: Receiver, tmp_path: Path
) -> None:
    """Seen is not answered: the alert's own deadline goes on, and is not brought forward."""
    patient, doctor = ward.patient(), on_duty(ward)

    async def main() -> None:
        settings = settings_of(tmp_path, to=receiver, seen_high_s=86_400)
        async with reaching(ward, settings) as client:
            browser = Browser(f"{receiver.origin}/push/1")
            await add_channel(client, doctor, "push", browser.subscription())
            await call(ward, patient)
            await until(lambda: [n["state"] for n in notices(ward)] == ["sent"])
            due = ward.episodes()[0]["escalate_due"]
            path = f"/n/{notices(ward)[0]['id']}"
            await client.get(path, headers={"Cookie": f"homeward={doctor.token}"})
            async with ward.engine() as conn:
                later = datetime.now(UTC) + timedelta(days=2)
                assert await calls.lapse(conn, later, 100) == []
                [notice] = notices(ward)
                assert not await calls.pass_on(conn, notice, datetime.now(UTC))
            assert [n["state"] for n in notices(ward)] == ["seen"]
            assert ward.episodes()[0]["escalate_due"] == due

    story(main())


def test_quiet_hours_hold_back_what_is_low_and_nothing_else(
    ward: Ward, receiver: Receiver, tmp_path: Path
) -> None:
    doctor = on_duty(ward)
    now = datetime.now(UTC)
    quiet = {
        "from": (now - timedelta(hours=1)).strftime("%H:%M"),
        "until": (now + timedelta(hours=1)).strftime("%H:%M"),
    }

    async def main() -> None:
        async with reaching(ward, settings_of(tmp_path, to=receiver)) as client:
            browser = Browser(f"{receiver.origin}/push/1")
            body = {"kind": "push", "address": browser.subscription(), "quiet": quiet}
            made = await client.post("/api/v1/me/channels", json=body, headers=doctor.headers)
            assert made.status_code == 201, made.text
            for priority in ("low", "medium", "high"):
                await call(ward, ward.patient(), priority)
            await until(lambda: sum(n["state"] == "sent" for n in notices(ward)) == 2)
            await until(lambda: any(n["quiet_until"] for n in notices(ward)))
            [held] = [n for n in notices(ward) if n["state"] == "waiting"]
            assert held["priority"] == "low"
            assert timedelta(0) < held["quiet_until"] - now <= timedelta(hours=1, minutes=1)
            titles = {browser.open(came)["title"] for came in receiver.got}
            assert titles == {"MEDIUM alert", "HIGH alert"}

    story(main())


def test_a_call_and_its_notice_are_one_transaction(ward: Ward, tmp_path: Path) -> None:
    patient, doctor = ward.patient(), on_duty(ward)
    browser = Browser("http://127.0.0.1:1/push")
    settings = settings_of(tmp_path, push_hosts="http://127.0.0.1:1")

    async def main() -> None:
        async with reaching(ward, settings, sends=False) as client:
            await add_channel(client, doctor, "push", browser.subscription())
            ward.finding(patient, CONDITION, datetime.now(UTC))
            async with ward.engine() as conn, conn.transaction(force_rollback=True):
                policy = EpisodePolicy()
                await findings.take(conn, datetime.now(UTC), AlertingSettings(), policy)
            assert (ward.episodes(), notices(ward)) == ([], [])
            await engine(ward)
            assert len(ward.episodes()) == len(notices(ward)) == 1

    story(main())


def test_what_somebody_answered_meanwhile_is_not_sent(
    ward: Ward, receiver: Receiver, tmp_path: Path
) -> None:
    patient, doctor = ward.patient(), on_duty(ward)
    settings = settings_of(tmp_path, to=receiver)

    async def main() -> None:
        async with reaching(ward, settings, sends=False) as client:
            browser = Browser(f"{receiver.origin}/push/1")
            await add_channel(client, doctor, "push", browser.subscription())
            await call(ward, patient)
        services = create_app(ward.settings).state.services
        async with services.engine_pool:
            said = AlertAnswer(
                alert_id=ward.episodes()[0]["id"], action=Action.ACKNOWLEDGE, actor=doctor.user_id
            )
            await answer(services, said)
        async with reaching(ward, settings):
            await until(lambda: [n["state"] for n in notices(ward)] == ["dropped"])

    story(main())
    assert receiver.got == []


def test_addresses_are_sealed_and_go_with_the_account(
    ward: Ward, receiver: Receiver, mailbox: Mailbox, tmp_path: Path
) -> None:
    doctor = on_duty(ward)
    settings = settings_of(tmp_path, to=receiver, mail=mailbox)

    async def main() -> None:
        async with reaching(ward, settings, sends=False) as client:
            await add_channel(client, doctor, "email", "ada.byron@example.org")
            shown = (await client.get("/api/v1/me/channels", headers=doctor.headers)).json()
            assert shown["items"][0]["address"] == "ada.byron@example.org"

    story(main())
    assert "ada.byron" not in str(ward.all("SELECT * FROM notice_channel"))
    ward.sql.execute("UPDATE app_user SET state = 'disabled' WHERE id = %s", (doctor.user_id,))
    assert ward.all("SELECT * FROM notice_channel") == []


@pytest.mark.parametrize("table", ["notice_channel", "webhook"])
def test_the_rows_of_others_are_nobodys_to_read(ward: Ward, table: str) -> None:
    doctor, other = on_duty(ward), ward.doctor("Dr B")
    ward.sql.execute(
        """INSERT INTO notice_channel (user_id, kind, sealed, position, created_at)
           VALUES (%s, 'email', '', 1, now())""",
        (doctor.user_id,),
    )
    ward.sql.execute("INSERT INTO webhook (sealed, created_at) VALUES ('', now())")
    for role, person in (("doctor", other), ("coordinator", ward.user("coordinator"))):
        with psycopg.connect(ward.database.api) as conn:
            conn.execute("SELECT set_config('homeward.user_id', %s, true)", (str(person.user_id),))
            conn.execute("SELECT set_config('homeward.role', %s, true)", (role,))
            assert conn.execute(f"SELECT FROM {table}".encode()).fetchall() == []


def test_channels_are_set_as_a_whole_and_keep_what_is_not_said(
    ward: Ward, mailbox: Mailbox, tmp_path: Path
) -> None:
    doctor, other = on_duty(ward), ward.doctor("Dr B")

    async def main() -> None:
        async with reaching(ward, settings_of(tmp_path, mail=mailbox), sends=False) as client:
            one, two = [
                await add_channel(client, doctor, "email", f"{n}@example.org") for n in "ab"
            ]

            async def put(who: Person, items: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - JSON
                body = {"items": items}
                return await client.put("/api/v1/me/channels", json=body, headers=who.headers)

            quiet = {"from": "22:00", "until": "07:00"}
            new = {"kind": "email", "address": "c@example.org", "label": "home"}
            done = (await put(doctor, [{"id": two, "quiet": quiet}, new])).json()["items"]
            assert [channel["address"] for channel in done] == ["b@example.org", "c@example.org"]
            assert done[0]["quiet"] == {"from": "22:00:00", "until": "07:00:00"}
            for refused in ([{"id": one}], [{"id": two}, {"id": two}], [{"kind": "email"}]):
                assert (await put(doctor, refused)).status_code == 422
            assert (await put(other, [{"id": two}])).status_code == 422

    story(main())
