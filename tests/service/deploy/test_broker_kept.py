"""What one device may have the broker keep: nothing but its status, and not even that for ever."""

import random
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from deploy.bench.fleet import BenchDevice, enrol, make_fleet
from deploy.services.mosquitto import access_list
from tests.support.brokers import Broker
from tests.support.databases import Database
from tests.support.mqtt_clients import Listener, connected
from tests.support.servers import wait_until
from tests.support.workers import SOON_S, at_work, worker_settings

JUNK = b"x" * 100_000


def kept(broker: Broker) -> set[str]:
    """The topics of which the broker keeps something, whoever had it keep that."""
    door = {"port": broker.fleet_port, "password": broker.fleet_password}
    with connected(broker, "looks-down", **door) as ear:  # type: ignore[arg-type]
        ear.subscribe("homeward/v1/+/+/acks")
        down = topics(ear)
    with connected(broker, "looks", port=broker.service_port, files=broker.gateway) as ear:
        for kind in ("vitals", "receipts", "status"):
            ear.subscribe(f"homeward/v1/+/+/{kind}")
        return down | topics(ear)


def topics(ear: Listener) -> set[str]:
    """What an ear was sent: the broker answers in order, this after all that is kept."""
    ear.subscribe("homeward/v1/00/nobody/commands")
    found = set()
    while not ear.heard.empty():
        found.add(ear.heard.get()[0])
    return found


def keep(device: Listener, topic: str, payload: bytes = JUNK) -> None:
    device.client.publish(topic, payload, qos=1, retain=True).wait_for_publish(5)


@pytest.fixture
def device(database: Database) -> BenchDevice:
    fleet = make_fleet(1, 1, "kept")
    enrol(database.superuser, fleet, datetime.now(UTC))
    return fleet[0]


def test_what_a_device_has_the_broker_keep_is_taken_away(
    own_broker: Broker, database: Database, device: BenchDevice, tmp_path: Path
) -> None:
    """It may name 256 buckets; hundreds of messages of 100 kB stayed for good."""
    files = own_broker.device_certificate(device.name, tmp_path)
    mine = f"homeward/v1/{device.bucket}/{device.name}"
    with (
        at_work(worker_settings(database, own_broker, tmp_path)),
        connected(own_broker, device.name, port=own_broker.device_port, files=files) as line,
    ):
        keep(line, f"{mine}/status", b'{"online": true}')
        for bucket in range(0, 256, 16):
            for kind in ("vitals", "receipts"):
                keep(line, f"homeward/v1/{bucket:02x}/{device.name}/{kind}")
        honest = device.vitals(time.time_ns() // 1_000_000, random.Random(1))
        assert line.publish(honest.topic, honest.frame)
        left = {f"{mine}/status", f"{mine}/acks"}
        wait_until(lambda: kept(own_broker) <= left, SOON_S)
        own_broker.running.stop()
        own_broker.running.start()
        assert f"{mine}/status" in kept(own_broker)
        assert not [one for one in kept(own_broker) if one.endswith(("vitals", "receipts"))]
    with psycopg.connect(database.superuser) as connection:
        row = connection.execute("SELECT count(*) FROM signed_frame").fetchone()
    assert row == (1,)


def test_nothing_is_kept_of_a_revoked_device(
    own_broker: Broker, database: Database, device: BenchDevice, tmp_path: Path
) -> None:
    files = own_broker.device_certificate(device.name, tmp_path)
    mine = f"homeward/v1/{device.bucket}/{device.name}"
    settings = worker_settings(database, own_broker, tmp_path, ack_s=0.1)
    with (
        at_work(settings),
        connected(own_broker, device.name, port=own_broker.device_port, files=files) as line,
    ):
        keep(line, f"{mine}/status", b'{"online": true}')
        ready = device.clock(time.time_ns() // 1_000_000)
        assert line.publish(ready.topic, ready.frame)
        wait_until(lambda: kept(own_broker) == {f"{mine}/status", f"{mine}/acks"}, SOON_S)
        line.client.disable_logger()
        line.client.reconnect_delay_set(60, 60)
        with psycopg.connect(database.superuser) as connection:
            connection.execute("UPDATE device_key SET revoked_at = now()")
            connection.execute("UPDATE device SET state = 'revoked'")
        wait_until(line.disconnected.is_set, SOON_S)
        wait_until(lambda: kept(own_broker) == set(), SOON_S)


def test_what_was_kept_before_is_taken_away_when_a_worker_begins(
    own_broker: Broker, database: Database, device: BenchDevice, tmp_path: Path
) -> None:
    """Kept while the access list left the bucket open: any text, any number of them."""
    door = {"port": own_broker.fleet_port, "password": own_broker.fleet_password}
    with connected(own_broker, "old", **door) as line:  # type: ignore[arg-type]
        for number in range(40):
            keep(line, f"homeward/v1/any text {number}/{device.name}/vitals", b"old")
            keep(line, f"homeward/v1/any text {number}/{device.name}/status", b"old")
        keep(line, f"homeward/v1/0a/{device.name}/status", b'{"online": false}')
    with at_work(worker_settings(database, own_broker, tmp_path)):
        wait_until(lambda: kept(own_broker) == {f"homeward/v1/0a/{device.name}/status"}, SOON_S)


def test_the_access_list_names_every_bucket_and_no_pattern_for_them() -> None:
    lines = access_list().splitlines()
    written = [line for line in lines if line.startswith("pattern write")]
    assert len(written) == 3 * 256
    assert not [line for line in written if "+" in line]
    assert "pattern write homeward/v1/0f/%u/vitals" in written
