"""Keys change hands on a real database: a device's, the gateway's own, and a one-time token's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from deploy.secrets.gateway_key_rotation import Progress, rotate_gateway_key
from gateway import wire
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on

DAY_MS = 86_400_000
LONG = timedelta(days=30)


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def told(bench: Bench, kind: str) -> list[bytes]:
    return [payload for topic, payload in bench.heard.published if topic.endswith(kind)]


def test_the_old_key_counts_for_seven_days_and_lower_numbers_only(bench: Bench) -> None:
    device = bench.fleet[0]
    start = bench.now_ms()
    spooled = [bench.vitals(device) for _ in range(3)]
    old, device.secret = device.secret, bench.enrol_next(device)
    bench.send(spooled[0])
    bench.send(bench.vitals(device))
    device.secret = old
    higher = bench.vitals(device)
    bench.send(higher)
    assert bench.refusals() == {"revoked_key": 1}
    bench.at_ms = start + 7 * DAY_MS - 60_000
    bench.send(spooled[1])
    assert bench.count("signed_frame") == 3
    bench.at_ms = start + 7 * DAY_MS + 60_000
    bench.start()
    bench.send(spooled[2])
    assert bench.refusals() == {"revoked_key": 2}
    assert bench.count("signed_frame") == 3
    assert bench.rows("SELECT upto, also FROM device_window") == [(2, [4, 4])]


def test_a_one_time_token_is_forgotten_once_received_or_too_late(bench: Bench) -> None:
    now, name = datetime.now(UTC), bench.fleet[0].name
    for expires in (now + timedelta(hours=1), now - timedelta(seconds=1)):
        bench.run(
            "INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at)"
            " SELECT d.no, p.bucket, 'rotate_key', %s, %s, %s, %s"
            " FROM device d JOIN patient p ON p.no = d.patient_no WHERE d.id = %s",
            *(Jsonb({"token": "once"}), now, expires, now, name),
        )
    bench.pipeline.commit([])
    rows = bench.rows("SELECT state, args FROM command ORDER BY state")
    assert rows == [("expired", {}), ("sent", {"token": "once"})]
    bench.synced(bench.fleet[0])
    frame, again = told(bench, "commands")
    assert frame == again
    command = wire.decode_gateway_message(wire.unverified_message(frame))
    assert isinstance(command, wire.Command)
    assert command.args == {"token": "once"}
    device = bench.fleet[0]
    device.seq += 1
    receipt = wire.Receipt(
        device=name,
        boot=1,
        seq=device.seq,
        command_id=command.id,
        state=wire.ReceiptState.DELIVERED,
        at=bench.now_ms(),
    )
    bench.send((device.topic.replace("vitals", "receipts"), bench.signed(device, receipt)[1]))
    rows = bench.rows("SELECT state, args FROM command ORDER BY state")
    assert rows == [("delivered", {}), ("expired", {})]


def rotate(bench: Bench, after: timedelta = LONG) -> Progress:
    file = bench.settings.gateway_sign_key_file
    return rotate_gateway_key(bench.database.owner, file, datetime.now(UTC), after)


def signers(bench: Bench, publics: list[bytes], kind: str) -> list[int]:
    """By which of the keys what was published is signed."""
    return [
        next(
            number
            for number, public in enumerate(publics)
            if not isinstance(wire.open_signed(frame, public), wire.Refusal)
        )
        for frame in told(bench, kind)
    ]


def test_the_gateways_key_changes_when_every_device_trusts_the_next(bench: Bench) -> None:
    file = bench.settings.gateway_sign_key_file
    old = bench.keys.sign_public
    assert rotate(bench) == Progress(devices=2, trusting=0, retired=False)
    assert rotate(bench) == Progress(devices=2, trusting=0, retired=False)
    assert len(file.read_bytes()) == 64
    assert bench.count("command") == 2
    new = wire.signing_keys(file.read_bytes()[32:])[0]
    upkeep = bench.upkeep()
    upkeep.run(1e9)
    bench.pipeline.commit([])
    for device in bench.fleet:
        bench.send(bench.vitals(device))
        bench.acks(device)
    assert set(signers(bench, [old, new], "commands")) == {0}
    bench.run("UPDATE command SET state = 'done' WHERE device_no = 1")
    assert rotate(bench) == Progress(devices=2, trusting=1, retired=False)
    bench.run("UPDATE command SET state = 'done'")
    assert rotate(bench) == Progress(devices=2, trusting=2, retired=True)
    assert file.read_bytes()[:32] == bytes(32)
    upkeep.run(2e9)
    bench.send(bench.vitals(bench.fleet[0]))
    keys = bench.rows("SELECT sign_public FROM gateway_key WHERE retired_at IS NULL")
    assert keys == [(new,)]
    bench.heard.published.clear()
    bench.keys = upkeep.keys
    bench.acks(bench.fleet[0])
    assert set(signers(bench, [old, new], "acks")) == {1}


def test_a_device_that_never_answers_holds_a_rotation_up_for_so_long_only(bench: Bench) -> None:
    rotate(bench)
    bench.run("UPDATE command SET state = 'declined'")
    assert not rotate(bench).retired
    assert bench.count("command") == 4
    assert rotate(bench, timedelta(0)) == Progress(devices=2, trusting=0, retired=True)
    bench.start()
    assert bench.one("SELECT count(*) FROM gateway_key WHERE retired_at IS NULL") == 1


def test_a_file_of_somebody_else_is_left_alone(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_bytes(b"x" * 32)
    with pytest.raises(ValueError, match="does not hold the key"):
        rotate_gateway_key(bench.database.owner, other, datetime.now(UTC), LONG)
    assert other.read_bytes() == b"x" * 32
    assert bench.count("gateway_key") == 1
