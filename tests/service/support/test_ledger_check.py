"""The ledger's check finds what it must find, and what is excused only if it is."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from analytics.domain.vitals import Metric
from deploy.bench.fleet import BenchDevice, enrol, make_fleet, sample
from gateway import wire
from tests.support.databases import Database
from tests.support.ledger import FrameLedger, readings_in
from tests.support.ledger_check import NO_EXCUSE, Excuse, check

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


class Store:
    """Writes frames as the gateway would."""

    def __init__(self, url: str, fleet: list[BenchDevice]) -> None:
        self.db = psycopg.connect(url, autocommit=True)
        self.ledger = FrameLedger()
        self.fleet = fleet
        self.ids = 0
        enrol(url, fleet, NOW)

    def make(self, device: BenchDevice) -> bytes:
        ready = device.vitals(NOW_MS, random.Random(1))
        self.ledger.made(ready.name, device.patient, ready.frame)
        self.ledger.cover([ready.name])
        return ready.frame

    def put(self, device: BenchDevice, frame: bytes, owner: BenchDevice | None = None) -> int:
        self.ids += 1
        seq = device.seq
        numbers = "(SELECT no FROM patient WHERE id = %s), (SELECT no FROM device WHERE id = %s)"
        who = ((owner or device).patient, device.name)
        self.db.execute(
            "INSERT INTO signed_frame (patient_no, device_no, time, frame_id, key_id, boot, seq,"
            f" kind, clock_state, plan_revision, model_version, in_episode, paused, frame)"
            f" SELECT {numbers}, %s, %s, 1, 1, %s, 1, 0, 1, 0, false, false, %s",
            (*who, NOW, self.ids, seq, frame),
        )
        for t_ms, metric, value in readings_in(frame):
            self.db.execute(
                "INSERT INTO observation (patient_no, device_no, time, received, device_time,"
                f" frame_id, metric, quality, value) SELECT {numbers},"
                " %s, %s, to_timestamp(%s), %s, %s, 0, %s",
                (*who, NOW, NOW, t_ms / 1000, self.ids, Metric[metric.upper()], value),
            )
        return self.ids

    def refuse(self, device: BenchDevice, frame: bytes) -> None:
        """Put a signed frame into quarantine."""
        self.db.execute(
            "INSERT INTO quarantine"
            " (received, device_no, topic, reason, signed, boot, seq, payload)"
            " SELECT %s, no, %s, 'malformed', true, 1, %s, %s FROM device WHERE id = %s",
            (NOW, device.topic, device.seq, frame, device.name),
        )

    def assess(self, owner: BenchDevice, frame_id: int) -> None:
        self.db.execute(
            "INSERT INTO assessment (time, received, frame_id, patient_no, model_version,"
            " plan_revision, low, high, band, single_3, missing, assumed, late, in_episode)"
            " SELECT %s, %s, %s, no, 0, 1, 0, 0, 0, 0, 0, 0, false, false FROM patient"
            " WHERE id = %s",
            (NOW, NOW, frame_id, owner.patient),
        )

    def find(self, owner: BenchDevice, frame_id: int) -> None:
        """Write a finding to the outbox."""
        self.db.execute(
            "INSERT INTO outbox (patient_no, frame_id, kind, created_at, payload)"
            """ SELECT no, %s, 'finding', %s, '{"condition": "critical_hr"}' FROM patient"""
            " WHERE id = %s",
            (frame_id, NOW, owner.patient),
        )

    def faults(self, *excuses: Excuse) -> dict[str, list[object]]:
        names = [device.name for device in self.fleet]
        excused = frozenset(excuses) or NO_EXCUSE
        return check(self.url, self.ledger, names, settled=True, excuses=excused).faults()

    @property
    def url(self) -> str:
        info = self.db.info
        return f"postgresql://{info.user}:{info.password}@{info.host}:{info.port}/{info.dbname}"


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    made = Store(database.superuser, make_fleet(2))
    yield made
    made.db.close()


def test_what_is_whole_has_no_faults(store: Store) -> None:
    for device in store.fleet:
        store.put(device, store.make(device))
    assert store.faults() == {}


def test_a_covered_frame_that_is_nowhere_is_lost(store: Store) -> None:
    store.make(store.fleet[0])
    assert set(store.faults()) == {"lost", "missing"}


def test_a_frame_stored_twice_is_found(store: Store) -> None:
    device = store.fleet[0]
    frame = store.make(device)
    store.put(device, frame)
    store.put(device, frame)
    assert "twice" in store.faults()


def test_a_frame_under_another_patient_is_found(store: Store) -> None:
    device, other = store.fleet
    store.put(device, store.make(device), owner=other)
    assert "wrong_patient" in store.faults()


def test_another_frame_of_the_same_name_is_found(store: Store) -> None:
    device = store.fleet[0]
    store.make(device)
    message = wire.Vitals(
        device=device.name, boot=1, seq=1, samples=[sample(NOW_MS, random.Random(9))]
    )
    store.put(device, wire.make_signed(wire.encode(message), device.secret))
    assert "altered" in store.faults()


def test_a_reading_too_many_or_too_few_is_found(store: Store) -> None:
    device = store.fleet[0]
    store.put(device, store.make(device))
    store.db.execute("DELETE FROM observation WHERE metric = 1")
    assert set(store.faults()) == {"wrong_readings"}
    store.db.execute("UPDATE observation SET frame_id = 99 WHERE metric = 2")
    assert set(store.faults()) == {"wrong_readings", "twice"}


def test_a_good_frame_that_lies_only_in_quarantine_is_found(store: Store) -> None:
    device = store.fleet[0]
    store.refuse(device, store.make(device))
    assert set(store.faults()) == {"refused"}
    assert store.faults(Excuse.REFUSED) == {}


def test_a_good_frame_that_was_refused_and_stored_is_whole(store: Store) -> None:
    device = store.fleet[0]
    frame = store.make(device)
    store.refuse(device, frame)
    store.put(device, frame)
    assert store.faults() == {}


def test_frames_that_are_folded_against_their_order_are_found(store: Store) -> None:
    device, other = store.fleet
    late = store.make(device)
    store.put(device, store.make(device))
    store.put(other, store.make(other))
    device.seq = 1
    store.put(device, late)
    wrong: dict[str, list[object]] = {"out_of_order": [1, (device.name, 1, 1)]}
    assert store.faults() == wrong
    assert store.faults(Excuse.HOLES_FILLED) == wrong
    store.ledger.again((device.name, 1, 1))
    assert store.faults() == wrong
    assert store.faults(Excuse.HOLES_FILLED) == {}
    assert store.faults(Excuse.REORDERED) == {}


def test_an_assessment_twice_or_of_nothing_is_found(store: Store) -> None:
    device = store.fleet[0]
    frame_id = store.put(device, store.make(device))
    store.assess(device, frame_id)
    assert store.faults() == {}
    store.assess(device, frame_id)
    assert set(store.faults()) == {"twice"}
    store.db.execute("UPDATE assessment SET frame_id = frame_id + 9 WHERE time = %s", (NOW,))
    assert set(store.faults()) == {"twice"}


def test_a_finding_twice_or_of_nothing_is_found(store: Store) -> None:
    device = store.fleet[0]
    frame_id = store.put(device, store.make(device))
    store.find(device, frame_id)
    assert store.faults() == {}
    store.find(device, frame_id)
    assert set(store.faults()) == {"twice"}
    store.db.execute("DELETE FROM outbox")
    store.find(device, frame_id + 9)
    assert set(store.faults()) == {"twice"}


def test_an_assessment_or_a_finding_under_another_patient_is_found(store: Store) -> None:
    device, other = store.fleet
    frame_id = store.put(device, store.make(device))
    store.assess(other, frame_id)
    assert set(store.faults()) == {"wrong_patient"}
    store.db.execute("DELETE FROM assessment")
    store.find(other, frame_id)
    assert set(store.faults()) == {"wrong_patient"}
