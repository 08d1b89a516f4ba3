"""No call and no notice is lost or doubled, whatever is restarted, however often; seeded.

SOAK_RESTARTS bounds the long run; it says at its end what was restarted how often.
"""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from deploy.secrets.stack_secrets import Secrets
from deploy.services.binaries import Binaries
from deploy.services.ports import free_ports
from deploy.services.postgres import PrivatePostgres
from deploy.services.unix_account import service_account
from tests.support.databases import DatabaseServer
from tests.support.reaching import settings_of, until
from tests.support.receivers import Browser, Receiver
from tests.support.servers import Running, wait_until
from tests.support.ward import Ward, ward_in

LEADERS = """
    SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = 4712 AND granted
"""
LONG_S = "1e9"


@pytest.fixture
def sites_own(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the API reads of its environment: the test's own push service, and no lapse."""
    settings = settings_of(tmp_path, to=receiver)
    for name in ("vapid_key_file", "push_hosts", "pause_s", "tick_s"):
        monkeypatch.setenv(f"HOMEWARD_NOTICE_{name.upper()}", str(getattr(settings, name)))
    for priority in ("HIGH", "MEDIUM"):
        monkeypatch.setenv(f"HOMEWARD_NOTICE_SEEN_{priority}_S", LONG_S)


async def restarts(
    ward: Ward, receiver: Receiver, seed: int, wanted: int, fell: Callable[[], None] | None
) -> Counter[str]:
    """Raise alerts while API, leaders and (if ``fell`` restarts it) the database are restarted.

    Returns:
        What was restarted how often, ``wanted`` times in all; an alert is raised before each, and
        some with no restart at all.
    """
    chance = random.Random(seed)
    doctor = ward.doctor("Dr A")
    ward.on_shift(doctor)
    async with ward.api() as client:
        body = {"kind": "push", "address": Browser(f"{receiver.origin}/push/1").subscription()}
        made = await client.post("/me/channels", json=body, headers=doctor.headers)
        assert made.status_code == 201, made.text
    kinds = ["api", "leader", "nothing"] + (["database"] if fell is not None else [])
    drawn, done = list[str](), Counter[str]()
    while sum(one != "nothing" for one in drawn) < wanted:
        drawn.append(chance.choice(kinds))
    rounds = len(drawn)
    patients = [ward.patient() for _ in drawn]
    async with AsyncExitStack() as running:
        await running.enter_async_context(ward.api(background=True))
        for patient, kind in zip(patients, drawn, strict=True):
            ward.finding(patient, "limit_hr_high", datetime.now(UTC), priority="medium")
            await asyncio.sleep(chance.uniform(0.0, 0.4))  # a restart comes at any time
            done[kind] += 1
            if kind == "api":
                await running.aclose()
                await running.enter_async_context(ward.api(background=True))
            elif kind == "leader":
                with psycopg.connect(ward.database.superuser, autocommit=True) as root:
                    root.execute(LEADERS)
            elif kind == "database" and fell is not None:
                fell()
                ward.sql.close()
                ward.sql = psycopg.connect(
                    ward.database.owner, autocommit=True, row_factory=dict_row
                )
        await until(lambda: settled(ward, rounds), 60.0)
    check(ward, receiver, rounds)
    return done


def settled(ward: Ward, rounds: int) -> bool:
    told = ward.one(
        """SELECT (SELECT count(*) FROM episode WHERE kind = 'clinical') AS episodes,
                  (SELECT count(*) FROM outbox WHERE taken_at IS NULL)
                + (SELECT count(*) FROM notice WHERE state = 'waiting') AS waiting"""
    )
    return (told["episodes"], told["waiting"]) == (rounds, 0)


def check(ward: Ward, receiver: Receiver, rounds: int) -> None:
    assert len(ward.all("SELECT DISTINCT patient_no FROM episode WHERE patient_no > 0")) == rounds
    calls = Counter(
        str(event["episode_id"])
        for event in ward.events()
        if event["data"]["call"] and event["data"]["doctor"]
    )
    notices = ward.all("SELECT * FROM notice")
    assert Counter(str(one["episode_id"]) for one in notices) == calls
    sent = {one["id"].hex for one in notices if one["state"] == "sent"}
    got = {came.headers["topic"] for came in receiver.got}
    assert sent <= got
    assert got <= {one["id"].hex for one in notices}
    assert {one["state"] for one in notices} <= {"sent", "dropped"}


@pytest.mark.usefixtures("sites_own")
def test_nothing_is_lost_or_doubled_over_a_few_restarts(ward: Ward, receiver: Receiver) -> None:
    asyncio.run(asyncio.wait_for(restarts(ward, receiver, seed=7, wanted=7, fell=None), 120))


@pytest.fixture
def own_server(
    binaries: Binaries, server_folder: Path, stack_secrets: Secrets
) -> Iterator[tuple[DatabaseServer, Running]]:
    """A database server of this test's own, which it kills."""
    private = PrivatePostgres(
        binaries=binaries.postgres,
        data=server_folder / "postgres-notices",
        port=free_ports(1)[0],
        password=stack_secrets.superuser,
        account=service_account(),
    )
    private.prepare()
    running = Running(server=private, log=server_folder / "postgres-notices.log")
    running.start()
    server = DatabaseServer(url=private.url("postgres"))
    server.hurry()
    server.prepare()
    yield server, running
    running.stop()


def starts(running: Running) -> bool:
    """Start a server that was killed; not yet while what it left behind holds its memory."""
    try:
        running.start()
    except RuntimeError:
        if "shared memory block" not in running.tail():
            raise
        return False
    return True


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.usefixtures("sites_own")
def test_nothing_is_lost_or_doubled_over_500_restarts(
    own_server: tuple[DatabaseServer, Running],
    receiver: Receiver,
    tmp_path: Path,
    stack_secrets: Secrets,
    capfd: pytest.CaptureFixture[str],
) -> None:
    wanted = int(os.environ.get("SOAK_RESTARTS", "500"))
    server, running = own_server

    def fell() -> None:
        running.kill()
        wait_until(lambda: starts(running), 60.0, 0.2)

    with (
        server.migrated() as database,
        ward_in(database, tmp_path, stack_secrets.folder) as ward,
    ):
        told = restarts(ward, receiver, seed=500, wanted=wanted, fell=fell)
        done = asyncio.run(asyncio.wait_for(told, 60 + 8 * wanted))
        ward.sql.close()  # the newest of those that were opened after a restart
    with capfd.disabled():
        sys.stdout.write(f"restarts: {dict(done)}; alerts and notices lost 0, doubled 0\n")
