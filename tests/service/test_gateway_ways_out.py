"""Every way out of serving ends soon, with the inbox full and a thread that waits in it for room.

A real worker, a real broker, a real database: the pipeline is held up by a lock on a table, so that
what the broker brings fills all there is.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from deploy.bench.fleet import BenchDevice, enrol, make_fleet
from gateway.broker import connection as mqtt
from gateway.broker import drain
from gateway.broker.connection import BrokerConnection
from gateway.broker.session import broker_of
from gateway.ingest.inbox import Inbox
from gateway.ownership.shares import GROUPS, buckets_of
from gateway.settings import GatewaySettings
from gateway.telemetry import Health, Metrics
from gateway.worker import serving
from gateway.worker.worker import Worker
from tests.support.brokers import Broker
from tests.support.databases import Database
from tests.support.mqtt_clients import connected
from tests.support.servers import wait_until
from tests.support.workers import SOON_S, worker_settings

FRAMES = 600


@dataclass(slots=True, kw_only=True)
class Scene:
    """A worker and what it depends on."""

    database: Database
    broker: Broker
    settings: GatewaySettings
    fleet: list[BenchDevice]
    inboxes: list[Inbox] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    health: Health = field(default_factory=Health)
    thread: threading.Thread | None = None

    def start(self) -> None:
        """A worker at work."""
        self.stop.clear()
        worker = Worker(self.settings, Metrics(), self.health)
        self.thread = threading.Thread(target=worker.run, args=(self.stop,), daemon=True)
        self.thread.start()
        wait_until(lambda: not self.health.reason, SOON_S)

    def ended(self) -> bool:
        assert self.thread is not None
        return not self.thread.is_alive()

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.superuser, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def stored(self) -> int:
        return int(str(self.ask("SELECT count(*) FROM signed_frame")[0][0]))

    def publish(self) -> None:
        rng, broker = random.Random(5), self.broker
        now_ms = time.time_ns() // 1_000_000
        with connected(
            broker, "publisher", port=broker.fleet_port, password=broker.fleet_password
        ) as speaker:
            for number in range(FRAMES):
                ready = self.fleet[number % len(self.fleet)].vitals(now_ms, rng)
                assert speaker.publish(ready.topic, ready.frame)

    @contextmanager
    def full(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """The pipeline waits for the connection's lock, the inbox is full, more is to come."""
        with psycopg.connect(self.database.superuser) as holder:
            holder.execute("LOCK TABLE device_window, patient_now IN ACCESS EXCLUSIVE MODE")
            self.publish()
            wait_until(lambda: self.inboxes[-1].held > self.settings.inbox_bytes, SOON_S)
            yield holder


@pytest.fixture
def scene(
    database: Database, own_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    settings = worker_settings(
        database,
        own_broker,
        tmp_path,
        inbox_bytes=20_000,
        batch_frames=20,
        batch_frames_behind=40,
    )
    fleet = make_fleet(8, 1, "out")
    enrol(database.superuser, fleet, datetime.now(UTC))
    made = Scene(database=database, broker=own_broker, settings=settings, fleet=fleet)

    def remembered(most: int) -> Inbox:
        made.inboxes.append(Inbox(most))
        return made.inboxes[-1]

    monkeypatch.setattr(serving, "Inbox", remembered)
    yield made
    made.stop.set()
    assert made.thread is not None
    made.thread.join(SOON_S)


def told_to_stop(scene: Scene, release: Callable[[], None]) -> None:
    scene.stop.set()
    release()
    wait_until(scene.ended, SOON_S)
    scene.start()


def database_lost(scene: Scene, _release: Callable[[], None]) -> None:
    scene.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'homeward-gateway'"
    )
    wait_until(lambda: len(scene.inboxes) > 1 or bool(scene.health.reason), SOON_S)


def session_taken(scene: Scene, release: Callable[[], None]) -> None:
    other = BrokerConnection(
        broker_of(scene.settings), mqtt.client_id(GROUPS, 0), 1, lambda *_: None
    )
    other.connect()
    release()
    wait_until(lambda: len(scene.inboxes) > 1, SOON_S)
    other.close()


WAYS = [told_to_stop, database_lost, session_taken]


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_with_a_full_inbox_gets_out_and_nothing_is_lost(
    scene: Scene, way: Callable[[Scene, Callable[[], None]], None]
) -> None:
    scene.start()
    with scene.full() as holder:
        way(scene, holder.rollback)
    wait_until(lambda: scene.stored() == FRAMES, 2 * SOON_S)
    scene.stop.set()
    wait_until(scene.ended, SOON_S)


def test_groups_are_given_back_and_taken_again_with_a_full_inbox(scene: Scene) -> None:
    """A worker that only beats has come: half of the groups are its share until it is gone."""
    scene.start()
    with scene.full() as holder, psycopg.connect(scene.database.superuser) as other:
        scene.ask(
            "INSERT INTO gateway_member (worker, backend_pid, beat) VALUES (%s, %s, %s)",
            uuid4(),
            other.info.backend_pid,
            datetime.max.replace(tzinfo=UTC),
        )
        holder.rollback()
        given = "SELECT count(*) FROM gateway_worker WHERE backend_pid = 0"
        wait_until(lambda: scene.ask(given) == [(GROUPS // 2,)], SOON_S)
    wait_until(lambda: scene.ask(given) == [(0,)], SOON_S)  # the other is gone
    wait_until(lambda: scene.stored() == FRAMES, 2 * SOON_S)


@pytest.mark.parametrize("groups", [1, 2, 3])
def test_what_waits_for_the_workers_of_an_old_division_is_stored(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, groups: int
) -> None:
    """The number of groups was a setting once: a ward of that time loses nothing."""
    monkeypatch.setattr(drain, "LOOK_EVERY_S", 0.2)
    for group in range(groups):
        name = mqtt.client_id(groups, group)
        old = BrokerConnection(broker_of(scene.settings), name, 65_535, lambda *_: None)
        old.connect()
        old.subscribe(mqtt.filters(buckets_of(groups, group)))
        old.close()
        scene.ask(
            'INSERT INTO gateway_worker (groups, "group", worker, backend_pid, home, beat)'
            " VALUES (%s, %s, %s, 0, true, 'epoch')",
            groups,
            group,
            uuid4(),
        )
    scene.publish()
    scene.start()
    wait_until(lambda: scene.stored() == FRAMES, 2 * SOON_S)
    left = "SELECT count(*) FROM gateway_worker WHERE groups <> %s"
    wait_until(lambda: scene.ask(left, GROUPS) == [(0,)], 2 * SOON_S)


def test_an_old_session_is_left_with_a_full_inbox(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for a division that is gone is more than the inbox holds."""
    monkeypatch.setattr(drain, "LOOK_EVERY_S", 0.2)
    old = BrokerConnection(broker_of(scene.settings), mqtt.client_id(2, 0), 65_535, lambda *_: None)
    old.connect()
    old.subscribe(mqtt.filters(buckets_of(2, 0)))
    old.close()
    scene.publish()
    scene.start()
    with psycopg.connect(scene.database.superuser) as holder:
        holder.execute("LOCK TABLE device_window, patient_now IN ACCESS EXCLUSIVE MODE")
        scene.ask(
            'INSERT INTO gateway_worker (groups, "group", worker, backend_pid, home, beat)'
            " VALUES (2, 0, %s, 0, true, 'epoch')",
            uuid4(),
        )
        wait_until(lambda: scene.inboxes[-1].held > scene.settings.inbox_bytes, SOON_S)
        scene.stop.set()
    wait_until(scene.ended, SOON_S)
    scene.start()
    even = sum(int(device.bucket, 16) % 2 == 0 for device in scene.fleet)
    wait_until(lambda: scene.stored() == FRAMES * even // len(scene.fleet), 2 * SOON_S)
