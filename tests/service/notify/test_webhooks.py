"""Other systems are told by signed webhooks, again and again under one id, whatever falls."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from api.notify.webhooks import signature
from deploy.secrets.stack_secrets import Secrets
from tests.support.databases import Database
from tests.support.reaching import engine, reaching, settings_of, until
from tests.support.receivers import Received, Receiver
from tests.support.seeded_ward import ApiServer
from tests.support.servers import Running, wait_until
from tests.support.ward import Ward, story


def test_a_call_is_told_signed_and_retried_under_one_id(
    ward: Ward, receiver: Receiver, tmp_path: Path
) -> None:
    patient, admin = ward.patient(), ward.user("admin")
    answers = iter([500, 503, 200])
    receiver.answer = lambda _: next(answers)

    async def main() -> None:
        async with reaching(ward, settings_of(tmp_path, to=receiver)) as client:
            body = {"url": f"{receiver.origin}/hook"}
            made = await client.post("/api/v1/webhooks", json=body, headers=admin.headers)
            assert made.status_code == 201, made.text
            secret = made.json()["secret"]
            ward.finding(patient, "news2_emergency", datetime.now(UTC))
            await engine(ward)
            await until(lambda: ward.all("SELECT FROM notice WHERE state = 'sent'") != [])
            for came in receiver.got:
                head = came.headers
                signed = signature(
                    secret, head["webhook-id"], int(head["webhook-timestamp"]), came.body
                )
                assert head["webhook-signature"] == signed
            [told] = {came.body for came in receiver.got}
            said = json.loads(told)
            assert (said["type"], said["call"], said["priority"]) == ("alert.raised", True, "high")
            assert said["alert"] == str(ward.episodes()[0]["id"])
            assert "news2" not in str(said)
            listed = await client.get("/api/v1/webhooks", headers=admin.headers)
            assert [one["works"] for one in listed.json()["items"]] == [True]
            assert secret not in listed.text

    story(main())
    assert len(receiver.got) == 3
    assert len({came.headers["webhook-id"] for came in receiver.got}) == 1


def test_no_answer_leads_elsewhere(ward: Ward, receiver: Receiver, tmp_path: Path) -> None:
    """A redirect is a failure: the operator named the host, and no other."""
    admin = ward.user("admin")
    receiver.answer = lambda _: 307
    settings = settings_of(tmp_path, to=receiver, webhook_attempts=1)

    async def main() -> None:
        async with reaching(ward, settings) as client:
            for url, status in (
                (f"{receiver.origin}/hook", 201),
                (f"{receiver.origin}@10.0.0.1/", 422),
                ("https://10.0.0.1/hook", 422),
                ("file:///etc/passwd", 422),
                ("http://127.0.0.1:1/hook", 422),
            ):
                made = await client.post(
                    "/api/v1/webhooks", json={"url": url}, headers=admin.headers
                )
                assert made.status_code == status, (url, made.text)
            [webhook] = ward.all("SELECT id FROM webhook")
            await client.post(f"/api/v1/webhooks/{webhook['id']}/test", headers=admin.headers)
            await until(lambda: ward.all("SELECT FROM notice WHERE state = 'failed'") != [])

    story(main())
    assert len(receiver.got) == 1


def test_a_program_killed_between_sending_and_recording_sends_the_same_id_again(
    ward: Ward, receiver: Receiver, database: Database, stack_secrets: Secrets, tmp_path: Path
) -> None:
    hosts = {
        "HOMEWARD_NOTICE_WEBHOOK_HOSTS": receiver.origin,
        "HOMEWARD_NOTICE_TICK_S": "0.1",
    }
    server = ApiServer(database=database, keys=stack_secrets, more=hosts)
    running = Running(server=server, log=tmp_path / "api.log")

    def killed(_: Received) -> int:
        """The receiver has it; the sender falls before it can write that down."""
        if len(receiver.got) == 1:
            running.kill()
        return 200

    receiver.answer = killed
    headers = ward.user("admin").headers
    running.start()
    try:
        with httpx2.Client(base_url=f"{server.url}/api/v1", headers=headers) as client:
            made = client.post("/webhooks", json={"url": f"{receiver.origin}/hook"})
            assert made.status_code == 201, made.text
            tested = client.post(f"/webhooks/{made.json()['id']}/test").json()["id"]
        wait_until(lambda: len(receiver.got) == 1 and running.process is None, 20.0)
        [before] = ward.all("SELECT state, attempts FROM notice")
        assert (before["state"], before["attempts"]) == ("waiting", 0)
        running.start()
        wait_until(lambda: ward.all("SELECT FROM notice WHERE state = 'sent'") != [], 30.0)
    finally:
        running.stop()
    assert [came.headers["webhook-id"] for came in receiver.got] == [tested, tested]
