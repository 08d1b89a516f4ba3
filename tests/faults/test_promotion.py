"""The primary is killed while frames flow, its synchronous standby is promoted, and all is there.

Gateway, API and tools know the pair by one address of two hosts: nobody tells them what happened.
"""

import io
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2
import psycopg
import pytest

from api.admin import create_admin
from deploy.bench.child import Child, wait_until
from deploy.bench.fleet import BenchDevice, enrol, make_fleet, rounds
from deploy.bench.sender import FleetSender
from deploy.bench.stack import (
    BenchBase,
    DatabaseServer,
    GatewaySpec,
    api_child,
    broker,
    database_server,
    gateway_child,
)
from deploy.database.bootstrap import login_address
from deploy.secrets.logins import LOGINS, OWNER
from deploy.services.ports import HOST
from gateway.migrations import current, newest, upgrade
from gateway.store.evidence import Range
from gateway.verify import walk
from tests.support.standby import standby_of

DEVICES, FRAMES, RATE, KILL_AFTER_S = 20, 900, 100.0, 3.0
PASSWORD = "correct horse battery"  # noqa: S105 - of an account that lives for one test
STORED = """
    SELECT count(*), count(DISTINCT (device_no, boot, seq)) FROM signed_frame WHERE kind = 1
"""
OUT_OF_ORDER = """
    SELECT count(*) FROM (
        SELECT seq, max(seq) OVER (PARTITION BY device_no, boot ORDER BY frame_id) AS newest
          FROM signed_frame) f WHERE seq < newest
"""
NEXT = """
    SELECT min(pg_xact_commit_timestamp(xmin)) FROM signed_frame
     WHERE pg_xact_commit_timestamp(xmin) > %s
"""


@dataclass(slots=True, kw_only=True)
class Pair:
    """A primary and its synchronous standby, known by one address."""

    primary: DatabaseServer
    standby: Child
    standby_url: str
    url: str
    logins: dict[str, str]

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the one that takes writes."""
        address = f"{self.url}?target_session_attrs=read-write&connect_timeout=3"
        with psycopg.connect(address) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()

    def promote(self) -> None:
        with psycopg.connect(self.standby_url, autocommit=True) as connection:
            assert connection.execute("SELECT pg_promote(true, 60)").fetchone() == (True,)


@pytest.fixture
def pair(fault_base: BenchBase) -> Iterator[Pair]:
    with (
        database_server(fault_base, "primary") as primary,
        standby_of(primary) as (child, private),
    ):
        name = primary.fresh()
        url = primary.url(name)
        place = f"{HOST}:{primary.private.port}"
        both = url.replace(place, f"{place},{HOST}:{private.port}")
        passwords = primary.base.secrets.logins
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
            state = "SELECT sync_state FROM pg_stat_replication"
            wait_until(lambda: connection.execute(state).fetchall() == [("sync",)], 30)
        logins = {login: login_address(both, login, passwords) for login in LOGINS}
        yield Pair(
            primary=primary, standby=child, standby_url=private.url(name), url=both, logins=logins
        )


@contextmanager
def api_of(pair: Pair) -> Iterator[str]:
    child, site = api_child(pair.primary.base, pair.logins)
    try:
        child.spawn()
        yield site
    finally:
        child.stop()


def signs_in(site: str) -> bool:
    """Whether the API writes: a session, and the audit record."""
    form = {"username": "ada", "password": PASSWORD}
    try:
        answer = httpx2.post(f"{site}/api/v1/auth/login", data=form, timeout=10)
    except httpx2.HTTPError:
        return False
    return answer.is_success


def stored(pair: Pair) -> tuple[object, ...]:
    try:
        return pair.rows(STORED)[0]
    except psycopg.OperationalError:
        return ()


@pytest.mark.skipif("HOMEWARD_DATABASE_URL" in os.environ, reason="needs servers of its own")
def test_a_promotion_while_frames_flow_loses_and_doubles_nothing(
    pair: Pair, record_property: Callable[[str, object], None]
) -> None:
    upgrade(pair.logins[OWNER])
    assert current(pair.logins[OWNER]) == newest(), "the tools find the primary as well"
    create_admin(pair.url, "ada", PASSWORD)
    fleet = make_fleet(DEVICES, 5)
    enrol(pair.url, fleet, datetime.now(UTC))
    base = pair.primary.base
    with broker(base) as door, api_of(pair) as site:
        spec = GatewaySpec(
            database_url=pair.logins["homeward_gateway_login"],
            mqtt_port=door.private.service_port,
        )
        gateway = gateway_child(base, spec, "gateway-of-a-pair")
        gateway.start(60.0)
        try:
            with FleetSender(door.private.fleet_port, door.fleet_password) as sender:
                wait_until(lambda: signs_in(site), 60)
                killed = _kill_meanwhile(pair, sender, fleet)
            wait_until(lambda: stored(pair)[:1] == (FRAMES,), 90, what=f"stored {stored(pair)}")
            wait_until(lambda: signs_in(site), 90)
            record_property("api_writes_s", f"{(datetime.now(UTC) - killed).total_seconds():.1f}")
        finally:
            gateway.stop()
    assert stored(pair) == (FRAMES, FRAMES)
    assert pair.rows(OUT_OF_ORDER) == [(0,)]
    assert walk.run(pair.url, Range(), out := io.StringIO()) == 0, out.getvalue()
    [(again,)] = pair.rows(NEXT, killed)
    assert isinstance(again, datetime)
    record_property("writes_again_s", f"{(again - killed).total_seconds():.1f}")


def _kill_meanwhile(pair: Pair, sender: FleetSender, fleet: list[BenchDevice]) -> datetime:
    """Send at a pace; kill the primary in the middle of it, and promote the other."""
    now_ms = time.time_ns() // 1_000_000
    sender.blast(sender.packets([device.clock(now_ms) for device in fleet]))
    step_ms = int(1000 * len(fleet) / RATE)
    packets = sender.packets(rounds(fleet, FRAMES, now_ms, step_ms, random.Random(5)))
    flow = threading.Thread(target=sender.paced, args=(packets, RATE))
    flow.start()
    try:
        wait_until(lambda: sender.sent > KILL_AFTER_S * RATE, 60)
        pair.primary.child.kill()
        killed = datetime.now(UTC)
        pair.promote()
    finally:
        flow.join()
    return killed
