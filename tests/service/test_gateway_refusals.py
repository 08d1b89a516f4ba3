"""What becomes of frames that do not count: which are covered, and which are other than before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.bindings import crypto_scalarmult_base

from deploy.bench.fleet import BenchDevice
from gateway import wire
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.riddles import riddle


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def let_seal(bench: Bench, device: BenchDevice) -> bytes:
    """Let the device seal; its private box key."""
    private = b"d" * 32
    bench.run(
        "UPDATE device_key SET box_public = %s FROM device d WHERE d.no = device_no AND d.id = %s",
        crypto_scalarmult_base(private),
        device.name,
    )
    return private


def receipt(bench: Bench, device: BenchDevice) -> wire.Receipt:
    device.seq += 1
    return wire.Receipt(
        device=device.name,
        boot=1,
        seq=device.seq,
        command_id="c",
        state=wire.ReceiptState.DONE,
        at=bench.now_ms(),
    )


@pytest.mark.parametrize("number", [(1, 1_000_000), (wire.MAX_BOOT, 1)])
def test_a_superseded_key_takes_no_number(bench: Bench, number: tuple[int, int]) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    stolen = device.secret
    device.secret = bench.enrol_next(device)
    bench.send(bench.vitals(device))
    honest, device.secret = device.secret, stolen
    bench.send(riddle(device, *number))
    device.secret = honest
    bench.send(bench.vitals(device))
    assert bench.refusals() == {"revoked_key": 1}
    assert bench.rows("SELECT reason, signed, boot FROM quarantine") == [
        ("revoked_key", False, None)
    ]
    assert bench.count("signed_frame") == 3
    [boot] = bench.acks(device).boots
    assert (boot.boot, boot.upto, boot.also, boot.refused) == (1, 3, [], [])


def test_a_superseded_key_still_vouches_for_lower_numbers(bench: Bench) -> None:
    device = bench.fleet[0]
    early = riddle(device, seq=1)
    device.seq = 1
    device.secret = bench.enrol_next(device)
    bench.send(bench.vitals(device))
    bench.send(early)
    assert bench.refusals() == {"malformed": 1}
    [boot] = bench.acks(device).boots
    assert (boot.upto, boot.refused) == (2, [(1, "malformed")])


@pytest.mark.parametrize("message", ["legible", "illegible"])
def test_a_revoked_key_keeps_no_device_alive(bench: Bench, message: str) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    heard = bench.one("SELECT last_received FROM device_window")
    bench.run("UPDATE device_key SET revoked_at = now() - interval '1 h'")
    nothing = device.topic, wire.make_signed(b"no", device.secret)
    bench.send(riddle(device, seq=5) if message == "legible" else nothing)
    assert bench.refusals() == {"revoked_key": 1}
    assert bench.rows("SELECT signed FROM quarantine") == [(False,)]
    assert bench.one("SELECT last_received FROM device_window") == heard
    assert bench.acks(device).boots[0].also == []


def test_a_riddle_in_a_wrong_bucket_covers_nothing(bench: Bench) -> None:
    device = bench.fleet[0]
    bucket = "00" if device.bucket != "00" else "01"
    astray = wire.device_topic(bucket, device.name, wire.TopicKind.VITALS)
    bench.send((astray, riddle(device)[1]))
    assert bench.refusals() == {"topic_mismatch": 1}
    assert bench.count("device_window") == 0


def test_a_receipt_on_the_topic_of_vitals_is_refused_once_and_covered(bench: Bench) -> None:
    device = bench.fleet[0]
    astray = bench.signed(device, receipt(bench, device))
    bench.send(astray)
    bench.send(astray, bench.vitals(device))
    assert bench.refusals() == {"topic_mismatch": 1}
    assert bench.rows("SELECT signed, boot, seq FROM quarantine") == [(True, 1, 1)]
    [boot] = bench.acks(device).boots
    assert (boot.upto, boot.refused) == (2, [(1, "topic_mismatch")])


def test_a_message_of_another_device_takes_no_number_of_either(bench: Bench) -> None:
    one, two = bench.fleet
    bench.send(bench.signed(one, wire.Vitals(device=two.name, boot=1, seq=9, samples=[])))
    assert bench.refusals() == {"topic_mismatch": 1}
    assert bench.count("device_window") == 0


@pytest.mark.parametrize("restart", [False, True])
def test_a_number_set_aside_before_with_other_bytes_is_a_conflict(
    bench: Bench, *, restart: bool
) -> None:
    device = bench.fleet[0]
    bench.send(riddle(device))
    if restart:
        bench.start()
    bench.send(bench.vitals(device))
    assert bench.refusals() == {"malformed": 1, "conflict": 1}
    assert bench.count("signed_frame") == 0
    assert bench.rows("SELECT reason FROM quarantine ORDER BY id") == [
        ("malformed",),
        ("conflict",),
    ]
    assert bench.rows("SELECT payload->>'condition' FROM outbox") == [("conflict",)]


def test_a_stored_number_with_a_riddle_is_a_conflict(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.send(bench.vitals(device))
    bench.send(riddle(device))
    assert bench.refusals() == {"conflict": 1}
    assert bench.count("signed_frame") == 1


def test_a_refused_frame_counts_once_however_often_it_comes(bench: Bench) -> None:
    device = bench.fleet[0]
    first, second = riddle(device, seq=1), riddle(device, seq=2)
    bench.send(first, second, *[second] * 40)
    for _ in range(40):
        bench.send(second)
    bench.start()
    for _ in range(20):
        bench.send(second)
    assert bench.refusals() == {"malformed": 2}
    assert bench.count("quarantine") == 2
    assert bench.one("SELECT duplicates FROM device_window") == 100
    [boot] = bench.acks(device).boots
    assert (boot.upto, boot.refused) == (2, [(1, "malformed"), (2, "malformed")])


def test_a_refused_frame_comes_again_in_another_seal(bench: Bench) -> None:
    device = bench.fleet[0]
    shared = wire.box_key(bench.keys.box_public, let_seal(bench, device))
    topic, frame = riddle(device)
    bench.send((topic, wire.make_sealed(frame, b"n" * 24, shared)))
    bench.start()
    bench.send((topic, wire.make_sealed(frame, b"m" * 24, shared)))
    assert bench.refusals() == {"malformed": 1}
    assert bench.count("quarantine") == 1


def test_what_was_replayed_is_told_again_when_it_comes_again(bench: Bench) -> None:
    device = bench.fleet[0]
    old = bench.vitals(device)
    device.seq = 9_000
    bench.send(bench.vitals(device))
    bench.send(old)
    bench.start()
    bench.send(old)
    assert bench.refusals() == {"replayed": 1}
    assert bench.count("quarantine") == 1
    assert wire.covers(bench.acks(device).boots[0], 1)


def test_a_riddle_of_an_old_boot_goes_into_its_own_window(bench: Bench) -> None:
    device = bench.fleet[0]
    for boot in range(1, 8):
        device.boot, device.seq = boot, 0
        bench.send(bench.vitals(device), bench.vitals(device))
    bench.start()
    bench.send(riddle(device, boot=1, seq=3))
    assert bench.rows("SELECT upto, highest, stored FROM device_window WHERE boot = 1") == [
        (3, 3, 2)
    ]
