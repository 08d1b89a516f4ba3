"""A gateway's pipeline on a real database, without a broker: frames in, rows out."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from nacl.public import PrivateKey

from deploy.bench.fleet import BenchDevice, enrol, make_fleet
from gateway import wire
from gateway.downlink.signing_keys import GatewayKeys
from gateway.ingest.components import Components, build_components
from gateway.ingest.inbox import InboundMessage
from gateway.ingest.pipeline import Pipeline
from gateway.settings import GatewaySettings
from gateway.store.connection import CommitConnection
from gateway.telemetry import Metrics
from gateway.worker.maintenance import Maintenance
from tests.support.databases import Database

ALL = range(wire.BUCKETS)


class Listener:
    """Stands for the broker: remembers what was acknowledged and published."""

    heard = True
    gone = False

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.published: list[tuple[str, bytes]] = []

    def acknowledge(self, mids: list[int]) -> None:
        self.acknowledged += mids

    def publish(self, topic: str, payload: bytes) -> None:
        assert topic.endswith("commands")
        self.published.append((topic, payload))

    def publish_retained(self, said: Sequence[tuple[str, bytes]]) -> None:
        assert all(topic.endswith("acks") for topic, _ in said)
        self.published += said


@dataclass(slots=True)
class Bench:
    """One worker's pipeline and the devices that it hears.

    Attributes:
        at_ms: ward time at which the next frames arrive; None: now.
    """

    database: Database
    settings: GatewaySettings
    keys: GatewayKeys
    fleet: list[BenchDevice]
    session: CommitConnection = field(init=False)
    parts: Components = field(init=False)
    pipeline: Pipeline = field(init=False)
    heard: Listener = field(default_factory=Listener)
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    mid: int = 0
    at_ms: int | None = None

    def __post_init__(self) -> None:
        self.session = CommitConnection(self.database.gateway)
        self.start()

    def start(self) -> None:
        """A new worker, that remembers nothing."""
        self.parts = build_components(self.settings, self.keys, Metrics())
        self.upkeep().begin()
        self.pipeline = Pipeline(self.parts, self.session, self.heard)
        self.pipeline.serve(ALL)
        self.pipeline.commit([])

    def upkeep(self) -> Maintenance:
        """The errands of a tenure, none of them run yet."""
        return Maintenance(self.settings, self.keys, self.parts, self.session)

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 if self.at_ms is None else self.at_ms

    def send(self, *frames: tuple[str, bytes], retained: bool = False) -> None:
        """One batch of (topic, payload)."""
        arrivals = []
        for topic, payload in frames:
            self.mid += 1
            at_s = time.monotonic()
            arrivals.append(
                InboundMessage(topic, payload, retained, self.now_ms(), at_s, self.heard, self.mid)
            )
        self.pipeline.commit(self.parts.opener.decode(arrivals))

    def synced(self, device: BenchDevice) -> None:
        """Let the gateway know the device's clock."""
        self.send((device.topic, device.clock(self.now_ms()).frame))

    def vitals(self, device: BenchDevice, at_ms: int | None = None) -> tuple[str, bytes]:
        at = self.now_ms() if at_ms is None else at_ms
        return device.topic, device.vitals(at, self.rng).frame

    def signed(self, device: BenchDevice, message: wire.DeviceMessage) -> tuple[str, bytes]:
        return device.topic, wire.make_signed(wire.encode(message), device.secret)

    def enrol_next(self, device: BenchDevice) -> bytes:
        """Enrol a second key of a device; its secret half, which the device does not use yet."""
        public, secret = wire.signing_keys(b"n" * 32)
        self.run(
            "INSERT INTO device_key (device_no, sign_public, enrolled_at)"
            " SELECT no, %s, now() FROM device WHERE id = %s",
            public,
            device.name,
        )
        return secret

    def acks(self, device: BenchDevice) -> wire.Acks:
        """The newest acknowledgement published to a device, after those that are due."""
        wanted = wire.device_topic(device.bucket, device.name, wire.TopicKind.ACKS)
        self.parts.devices.flush_acks(time.monotonic())
        self.pipeline.tell_devices()
        frames = [payload for topic, payload in self.heard.published if topic == wanted]
        raw = wire.open_signed(frames[-1], self.keys.sign_public)
        assert not isinstance(raw, wire.Refusal)
        message = wire.decode_gateway_message(raw)
        assert isinstance(message, wire.Acks)
        return message

    def rows(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.superuser) as connection:
            return connection.execute(statement, parameters).fetchall()

    def one(self, statement: str, *parameters: object) -> object:
        return self.rows(statement, *parameters)[0][0]

    def run(self, statement: str, *parameters: object) -> None:
        with psycopg.connect(self.database.superuser) as connection:
            connection.execute(statement, parameters)

    def count(self, table: str) -> int:
        return int(str(self.one(f"SELECT count(*) FROM {table}")))  # noqa: S608 - our own names

    def refusals(self) -> dict[str, int]:
        rows = self.rows("SELECT reason, sum(n)::int FROM refusal_count GROUP BY 1")
        return {str(reason): int(str(n)) for reason, n in rows}


@contextmanager
def bench_on(
    database: Database, folder: Path, size: int = 2, **settings: object
) -> Iterator[Bench]:
    """A pipeline with newly enrolled devices."""
    sign, box = folder / "sign.key", folder / "box.key"
    sign.write_bytes(b"s" * 32)
    box.write_bytes(bytes(PrivateKey(b"b" * 32)))
    chosen = GatewaySettings(
        database_url=database.gateway,
        gateway_sign_key_file=sign,
        gateway_box_key_file=box,
        **settings,
    )
    fleet = make_fleet(size, 1, "p")
    enrol(database.superuser, fleet, datetime.now(UTC))
    made = Bench(database, chosen, GatewayKeys.load(sign, box), fleet)
    try:
        yield made
    finally:
        made.session.close()
