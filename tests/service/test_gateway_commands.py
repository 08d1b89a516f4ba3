"""Commands on a real database: said again to a device that connects, and given up in time."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from deploy.bench.fleet import BenchDevice
from gateway import wire
from gateway.worker.maintenance import Maintenance
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def queue(bench: Bench, device: BenchDevice, lasts: timedelta = timedelta(hours=1)) -> str:
    identity, now = str(uuid4()), datetime.now(UTC)
    bench.run(
        "INSERT INTO command (id, device_no, bucket, command, args, issued, expires, changed_at)"
        " SELECT %s, d.no, p.bucket, 'message', %s, %s, %s, %s"
        " FROM device d JOIN patient p ON p.no = d.patient_no WHERE d.id = %s",
        *(identity, Jsonb({"text": "drink"}), now, now + lasts, now, device.name),
    )
    return identity


def told(bench: Bench, device: BenchDevice) -> list[bytes]:
    wanted = wire.device_topic(device.bucket, device.name, wire.TopicKind.COMMANDS)
    published = [payload for topic, payload in bench.heard.published if topic == wanted]
    return [payload for payload in published if b'"message"' in payload]


def test_a_command_sent_before_the_first_connection_is_said_again_at_it(bench: Bench) -> None:
    device, other = bench.fleet
    identity = queue(bench, device)
    bench.pipeline.commit([])
    assert len(told(bench, device)) == 1
    bench.send(bench.vitals(device))
    bench.synced(other)
    assert len(told(bench, device)) == 1
    bench.synced(device)
    bench.synced(device)
    first, again = told(bench, device)
    assert first == again
    assert told(bench, other) == []
    receipt = device.topic.replace("vitals", "receipts")
    device.seq += 1
    message = wire.Receipt(
        device=device.name,
        boot=1,
        seq=device.seq,
        command_id=identity,
        state=wire.ReceiptState.DELIVERED,
        at=bench.now_ms(),
    )
    bench.send((receipt, bench.signed(device, message)[1]))
    bench.start()
    bench.synced(device)
    assert len(told(bench, device)) == 2
    assert bench.one("SELECT state FROM command") == "delivered"


def test_a_command_queued_as_the_device_connects_is_said_once(bench: Bench) -> None:
    device = bench.fleet[0]
    queue(bench, device)
    bench.synced(device)
    assert len(told(bench, device)) == 1


def test_what_nobody_answered_in_time_is_expired_and_not_repeated(bench: Bench) -> None:
    device = bench.fleet[0]
    queue(bench, device, timedelta(seconds=0.4))
    queue(bench, device)
    bench.pipeline.commit([])
    assert bench.rows("SELECT DISTINCT state FROM command") == [("sent",)]
    time.sleep(0.5)
    bench.synced(device)
    assert len(told(bench, device)) == 3
    Maintenance(bench.settings, bench.keys, bench.parts, bench.session).run(time.monotonic())
    assert bench.rows("SELECT state FROM command ORDER BY expires") == [("expired",), ("sent",)]
