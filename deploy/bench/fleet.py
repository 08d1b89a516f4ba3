"""Devices enrolled straight into the database, and the frames that they would sign.

Every device has keys of its own and belongs to a patient of its own; everything is drawn from a
seed. Frames are real ones, built before the clock starts, so that a run measures the gateway and
not the signing.
"""

import hashlib
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg

from gateway import wire

_SHOCK = (65.0, 40.0)
FrameName = tuple[str, int, int]
"""Device, boot, seq."""


class Ready(NamedTuple):
    """A frame ready to be published."""

    topic: str
    frame: bytes
    name: FrameName


@dataclass(slots=True, kw_only=True)
class BenchDevice:
    """One enrolled device and where it is in its series of frames."""

    name: str
    patient: UUID
    seed: bytes
    public: bytes
    secret: bytes
    bucket: str
    boot: int = 1
    seq: int = 0
    topic: str = field(init=False)

    def __post_init__(self) -> None:
        self.topic = self.topic_of(wire.TopicKind.VITALS)

    def topic_of(self, kind: wire.TopicKind) -> str:
        """The device's own topic of one kind."""
        return wire.device_topic(self.bucket, self.name, kind)

    def vitals(self, at_ms: int, rng: random.Random, *, shock: bool = False) -> Ready:
        """The next frame: one sample of the six metrics of an early-warning round.

        Args:
            at_ms: when they were measured.
            rng: draws the readings.
            shock: whether the pressure is one that calls at once.
        """
        self.seq += 1
        taken = sample(at_ms, rng)
        if shock:
            taken = msgspec.structs.replace(taken, sbp=_SHOCK[0], dbp=_SHOCK[1])
        message = wire.Vitals(device=self.name, boot=self.boot, seq=self.seq, samples=[taken])
        return self._ready(wire.make_signed(wire.encode(message), self.secret))

    def clock(self, at_ms: int) -> Ready:
        """The next frame: a ``clock/1`` that pins the device's clock to the gateway's."""
        self.seq += 1
        message = wire.Clock(
            device=self.name,
            boot=self.boot,
            seq=self.seq,
            now=at_ms,
            echo=wire.ClockEcho(gateway=at_ms, heard=at_ms),
        )
        return self._ready(wire.make_signed(wire.encode(message), self.secret))

    def forged(self, at_ms: int, rng: random.Random) -> Ready:
        """A frame in this device's name that somebody without its key made."""
        message = wire.Vitals(
            device=self.name,
            boot=self.boot,
            seq=rng.randrange(1, 2**40),
            samples=[sample(at_ms, rng)],
        )
        return self._ready(b"\x01" + rng.randbytes(64) + wire.encode(message))

    def _ready(self, frame: bytes) -> Ready:
        return Ready(self.topic, frame, (self.name, self.boot, self.seq))


def sample(at_ms: int, rng: random.Random) -> wire.Sample:
    """Six readings of a person who is well."""
    return wire.Sample(
        t=at_ms,
        hr=float(rng.randint(62, 84)),
        spo2=float(rng.randint(96, 99)),
        rr=float(rng.randint(13, 18)),
        temp=rng.randint(363, 373) / 10,
        sbp=float(rng.randint(114, 132)),
        dbp=float(rng.randint(70, 84)),
    )


def make_fleet(count: int, seed: int = 1, prefix: str = "b") -> list[BenchDevice]:
    """``count`` devices with keys and patients drawn from ``seed``."""
    return [
        _make_device(f"{prefix}-{number:06d}", f"{seed}/{prefix}/{number}")
        for number in range(count)
    ]


def _make_device(name: str, drawn_from: str) -> BenchDevice:
    digest = hashlib.sha256(drawn_from.encode()).digest()
    patient = UUID(bytes=digest[:16], version=4)
    seed = hashlib.sha256(digest).digest()
    public, secret = wire.signing_keys(seed)
    return BenchDevice(
        name=name,
        patient=patient,
        seed=seed,
        public=public,
        secret=secret,
        bucket=wire.bucket_of(patient),
    )


def enrol(owner_url: str, fleet: Sequence[BenchDevice], now: datetime) -> None:
    """Write patients, devices and keys as enrolment would have left them.

    The triggers that hand out revisions one row at a time are passed over (that is quadratic for
    one huge transaction): all rows get the same next revision, which a gateway that starts later
    reads as any other.

    Args:
        owner_url: a superuser's address.
        fleet: the devices.
        now: since when they are known and bound; one day is taken off.
    """
    since = datetime.fromtimestamp(now.timestamp() - 86_400, UTC)
    with psycopg.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        row = cursor.execute(
            "UPDATE registry_revision SET value = value + 1 RETURNING value"
        ).fetchone()
        revision = row[0] if row else 1
        _copy_patients(cursor, fleet, since, revision)
        _copy_devices(cursor, fleet, since, revision)
        _copy_keys(cursor, fleet, since, revision)
        cursor.execute("SELECT pg_notify('homeward_inbox', 'registry')")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE patient, device, device_key")


def _copy_patients(
    cursor: psycopg.Cursor, fleet: Sequence[BenchDevice], since: datetime, revision: int
) -> None:
    statement = "COPY patient (id, bucket, sealed, sex, created_at, rev) FROM STDIN"
    with cursor.copy(statement) as copy:
        for device in fleet:
            bucket = int(device.bucket, 16)
            copy.write_row((device.patient, bucket, b"\x00", "unknown", since, revision))
    cursor.execute(
        "INSERT INTO care_plan (patient_no, revision, set_at)"
        " SELECT p.no, 1, %s FROM patient p WHERE p.rev = %s ON CONFLICT DO NOTHING",
        (since, revision),
    )


def _copy_devices(
    cursor: psycopg.Cursor, fleet: Sequence[BenchDevice], since: datetime, revision: int
) -> None:
    cursor.execute("CREATE TEMP TABLE bench_pair (id text, patient uuid) ON COMMIT DROP")
    with cursor.copy("COPY bench_pair FROM STDIN") as copy:
        for device in fleet:
            copy.write_row((device.name, device.patient))
    cursor.execute(
        "INSERT INTO device (id, patient_no, kind, state, registered_at, bound_from, rev)"
        " SELECT b.id, p.no, 'wearable', 'enrolled', %s, %s, %s"
        " FROM bench_pair b JOIN patient p ON p.id = b.patient ORDER BY b.id",
        (since, since, revision),
    )


def _copy_keys(
    cursor: psycopg.Cursor, fleet: Sequence[BenchDevice], since: datetime, revision: int
) -> None:
    cursor.execute("CREATE TEMP TABLE bench_key (id text, sign_public bytea) ON COMMIT DROP")
    with cursor.copy("COPY bench_key FROM STDIN") as copy:
        for device in fleet:
            copy.write_row((device.name, device.public))
    cursor.execute(
        "INSERT INTO device_key (device_no, sign_public, enrolled_at, rev)"
        " SELECT d.no, b.sign_public, %s, %s FROM bench_key b JOIN device d ON d.id = b.id",
        (since, revision),
    )


def rounds(
    fleet: Sequence[BenchDevice],
    count: int,
    first_ms: int,
    step_ms: int,
    rng: random.Random,
    *,
    shocks: Collection[int] = (),
) -> Iterator[Ready]:
    """``count`` frames in turn over the fleet; one device's times are a round apart.

    Args:
        fleet: who speaks.
        count: frames in all.
        first_ms: time of the first round.
        step_ms: from one round's times to the next's; at least 1.
        rng: draws the readings.
        shocks: numbers of the frames that call at once.
    """
    for number in range(count):
        device = fleet[number % len(fleet)]
        at_ms = first_ms + number // len(fleet) * step_ms
        yield device.vitals(at_ms, rng, shock=number in shocks)
