"""The pipeline on a real database: what counts, what does not, and what devices are told."""

import io
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from nacl.bindings import crypto_scalarmult_base
from psycopg.types.json import Jsonb

from deploy.bench.fleet import sample
from gateway import wire
from gateway.store.evidence import Range
from gateway.verify import walk
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.replay_check import replay_differs


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def test_a_frame_becomes_rows_and_is_acknowledged(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    bench.send(bench.vitals(device))
    assert bench.count("signed_frame") == 2
    assert bench.count("observation") == 6
    assert bench.count("assessment") == 1
    assert bench.heard.acknowledged == [1, 2]
    [boot] = bench.acks(device).boots
    assert (boot.boot, boot.upto, boot.also) == (1, 2, [])
    latest = bench.one("SELECT latest->'hr'->>'v' FROM patient_now")
    assert float(str(latest)) > 0


def test_a_frame_counts_once_however_often_it_comes(bench: Bench) -> None:
    device = bench.fleet[0]
    one = bench.vitals(device)
    bench.send(one, one)
    bench.send(one)
    bench.start()
    bench.send(one, bench.vitals(device))
    assert bench.count("signed_frame") == 2
    assert bench.one("SELECT duplicates FROM device_window") == 3
    assert bench.acks(device).boots[0].upto == 2


def test_the_same_number_with_other_bytes_is_a_conflict(bench: Bench) -> None:
    device = bench.fleet[0]
    first = bench.vitals(device)
    device.seq = 0
    other = device.topic, device.vitals(bench.now_ms() - 5, random.Random(99)).frame
    bench.send(first, other)
    bench.start()
    device.seq = 0
    third = device.topic, device.vitals(bench.now_ms() - 9, random.Random(98)).frame
    bench.send(other, third)
    bench.send(first)
    assert bench.count("signed_frame") == 1
    assert bench.refusals() == {"conflict": 2}
    assert bench.rows("SELECT signed, boot, seq FROM quarantine") == [(True, 1, 1)] * 2
    conditions = bench.rows("SELECT payload->>'condition' FROM outbox")
    assert ("conflict",) in conditions


def test_holes_are_not_covered(bench: Bench) -> None:
    device = bench.fleet[0]
    frames = [bench.vitals(device) for _ in range(6)]
    bench.send(frames[0], frames[2], frames[5])
    [boot] = bench.acks(device).boots
    assert (boot.upto, boot.also) == (1, [(3, 3), (6, 6)])
    bench.start()
    bench.send(frames[1])
    [boot] = bench.acks(device).boots
    assert (boot.upto, boot.also) == (3, [(6, 6)])


def test_a_spool_of_seven_boots_is_covered_though_answers_are_lost(bench: Bench) -> None:
    """One answer has room for four boots, and the device may hear none of them but the last."""
    device = bench.fleet[0]
    frames = []
    for boot in range(1, 8):
        device.boot, device.seq = boot, 0
        frames.append(bench.vitals(device))
    bench.send(*frames)
    bench.acks(device)
    covered = {boot.boot for boot in bench.acks(device).boots if boot.upto == 1}
    assert covered == {7, 3, 2, 1}
    again = [frame for boot, frame in enumerate(frames, 1) if boot not in covered]
    bench.send(*again)
    covered |= {boot.boot for boot in bench.acks(device).boots if boot.upto == 1}
    assert covered == set(range(1, 8))
    assert bench.count("signed_frame") == 7


def test_a_repeated_frame_of_a_boot_out_of_memory_is_covered_by_its_digest(bench: Bench) -> None:
    device = bench.fleet[0]
    frames = []
    for boot in range(1, 8):
        device.boot, device.seq = boot, 0
        frames.append(bench.vitals(device))
        bench.send(frames[-1])
        bench.acks(device)
    state = bench.parts.devices.get(1)
    assert state is not None
    assert 1 not in state.windows
    bench.send(frames[0])
    assert [(boot.boot, boot.upto) for boot in bench.acks(device).boots] == [(7, 1), (1, 1)]


def test_what_cannot_be_read_leaves_the_window_of_an_old_boot_as_it_was(bench: Bench) -> None:
    device = bench.fleet[0]
    for boot in range(1, 8):
        device.boot, device.seq = boot, 0
        bench.send(bench.vitals(device), bench.vitals(device))
        bench.acks(device)
    message = {"type": "vitals/1", "device": device.name, "boot": 1, "seq": 3, "samples": 7}
    bench.send((device.topic, wire.make_signed(json.dumps(message).encode(), device.secret)))
    assert bench.rows("SELECT upto, stored FROM device_window WHERE boot = 1") == [(3, 2)]


def test_a_number_far_below_the_window_is_replayed(bench: Bench) -> None:
    device = bench.fleet[0]
    old, seen = bench.vitals(device), bench.vitals(device)
    device.seq = 9_000
    bench.send(seen, bench.vitals(device))
    bench.send(old, seen)
    assert bench.refusals() == {"replayed": 1}
    assert bench.one("SELECT duplicates FROM device_window") == 1
    assert (1, "replayed") in bench.acks(device).boots[0].refused


def test_strangers_forgers_and_wrong_topics_touch_nothing(bench: Bench) -> None:
    one, two = bench.fleet
    stranger = "homeward/v1/00/nobody-knows/vitals", bench.vitals(one)[1]
    forged = one.topic, one.forged(bench.now_ms(), bench.rng).frame
    stolen = two.topic, bench.vitals(one)[1]
    bucket = "00" if one.bucket != "00" else "01"
    astray = wire.device_topic(bucket, one.name, wire.TopicKind.VITALS), bench.vitals(one)[1]
    bench.send(stranger, forged, stolen, astray, (one.topic, b""), ("homeward/v2/x", b"x"))
    assert bench.refusals() == {
        "unknown_device": 1,
        "bad_signature": 1,
        "topic_mismatch": 3,
        "malformed": 1,
    }
    assert bench.count("signed_frame") == 0
    assert bench.count("device_window") == 0
    assert bench.count("quarantine") == 6
    assert len(bench.heard.acknowledged) == 6


def test_a_revoked_key_ends_at_once(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.send(bench.vitals(device))
    bench.run("UPDATE device_key SET revoked_at = now() - interval '1 s'")
    bench.send(bench.vitals(device))
    assert bench.refusals() == {"revoked_key": 1}
    assert bench.acks(device).boots[0].upto == 1


def test_a_new_key_supersedes_the_old_from_its_first_stored_frame(bench: Bench) -> None:
    device = bench.fleet[0]
    early, later = bench.vitals(device), bench.vitals(device)
    secret = bench.enrol_next(device)
    old_secret, device.secret = device.secret, secret
    first_under_new = bench.vitals(device)
    device.secret = old_secret
    after = bench.vitals(device)
    bench.send(later, first_under_new)
    bench.send(early, after)
    assert bench.count("signed_frame") == 3
    assert bench.refusals() == {"revoked_key": 1}
    assert bench.rows("SELECT superseded_boot, superseded_seq FROM device_key ORDER BY id")[0] == (
        1,
        3,
    )


def test_a_device_enrolled_while_its_frame_was_on_the_way_is_heard(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.run("UPDATE device_key SET sign_public = %s WHERE device_no = 1", b"x" * 32)
    bench.send()
    bench.send(bench.vitals(device))
    assert bench.refusals() == {"bad_signature": 1}
    before = bench.vitals(device)
    bench.run("UPDATE device_key SET sign_public = %s WHERE device_no = 1", device.public)
    bench.send(before)
    assert bench.count("signed_frame") == 1


def test_readings_are_checked_one_by_one(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    now = bench.now_ms()
    day = 86_400_000
    samples = [
        wire.Sample(t=now, hr=400.0, spo2=97.0),
        wire.Sample(t=now - 8 * day, hr=70.0),
        wire.Sample(t=now + 600_000, hr=70.0),
        wire.Sample(t=now - 2 * day, hr=70.0),
        wire.Sample(t=now, acvpu=0.5, o2=0.0),
        wire.Sample(t=now, sbp=120.0, dbp=118.0),
    ]
    device.seq += 1
    message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=samples)
    bench.send(bench.signed(device, message))
    assert bench.refusals() == {
        "out_of_range": 2,
        "too_old": 1,
        "from_the_future": 1,
        "not_bound": 1,
    }
    stored = bench.rows("SELECT metric, quality FROM observation ORDER BY metric")
    assert stored == [(2, 0), (5, 4), (6, 4), (11, 0)]
    assert bench.rows("SELECT cardinality(refused) FROM signed_frame WHERE kind = 1") == [(10,)]


def test_a_clock_set_back_in_the_middle_still_counts_as_live(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    now = bench.now_ms()
    bench.send(bench.vitals(device, now))
    bench.send(bench.vitals(device, now - 3_600_000))
    states = bench.rows("SELECT clock_state FROM signed_frame ORDER BY frame_id")
    assert states == [(0,), (0,), (2,)]
    late = bench.rows("SELECT late FROM assessment ORDER BY frame_id")
    assert late == [(False,), (False,)]
    newest = bench.one("SELECT max(time) - min(time) FROM observation")
    assert isinstance(newest, timedelta)
    assert newest < timedelta(seconds=10)
    assert any(topic.endswith("commands") for topic, _ in bench.heard.published)
    changes = bench.rows(
        "SELECT payload->>'change' FROM outbox WHERE payload->>'condition' = 'clock' ORDER BY id"
    )
    assert changes == [("started",)]


def test_sealed_frames_are_opened_and_junk_is_not(bench: Bench) -> None:
    device = bench.fleet[0]
    private = b"d" * 32
    public = crypto_scalarmult_base(private)
    bench.run("UPDATE device_key SET box_public = %s WHERE device_no = 1", public)
    shared = wire.box_key(bench.keys.box_public, private)
    topic, frame = bench.vitals(device)
    bench.send((topic, wire.make_sealed(frame, b"n" * 24, shared)))
    bench.send((topic, wire.make_sealed(frame, b"m" * 24, shared)))
    bench.send((topic, b"\x02" + bytes(100)))
    assert bench.count("signed_frame") == 1
    assert bench.one("SELECT duplicates FROM device_window") == 1
    assert bench.refusals() == {"unsealable": 1}


def test_a_flood_is_counted_and_kept_within_bounds(database: Database, tmp_path: Path) -> None:
    with bench_on(database, tmp_path, rate_burst=50.0, rate_per_s=1.0) as bench:
        device, honest = bench.fleet
        flood = [(device.topic, device.forged(bench.now_ms(), bench.rng).frame) for _ in range(200)]
        bench.send(*flood, bench.vitals(honest))
        refused = bench.refusals()
        assert refused["bad_signature"] + refused["rate_limited"] == 200
        assert refused["bad_signature"] < 10
        assert bench.count("quarantine") == 8
        assert bench.count("signed_frame") == 1
        assert len(bench.heard.acknowledged) == 201


def test_staff_entries_and_outcomes_are_folded_in_order(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    bench.send(bench.vitals(device))
    user = bench.one(
        "INSERT INTO app_user (username, password_hash, role) VALUES ('n', 'x', 'nurse')"
        " RETURNING id"
    )
    at = datetime.now(UTC)
    entry = {"samples": [{"t": at.isoformat(), "acvpu": 0, "o2": 0, "rr": 16}]}
    outcome = {"deteriorated": True, "at": int(at.timestamp() * 1000)}
    for kind, payload in (("observations", entry), ("outcome", outcome)):
        bench.run(
            "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)"
            " SELECT no, bucket, %s, %s, %s, %s FROM patient WHERE id = %s",
            *(kind, at, user, Jsonb(payload), device.patient),
        )
    bench.pipeline.commit([])
    assert bench.rows("SELECT folded_as IS NULL FROM lane_input") == [(False,), (False,)]
    mine = bench.rows("SELECT metric FROM observation WHERE entered_by IS NOT NULL ORDER BY 1")
    assert mine == [(3,), (10,), (11,)]
    bench.send(bench.vitals(device))
    assert bench.one("SELECT score IS NOT NULL FROM assessment ORDER BY frame_id DESC LIMIT 1")
    running = bench.parts.lanes.get(1)
    assert running is not None
    state = running.lane.snapshot()
    bench.start()
    bench.send(bench.vitals(device))
    assert replay_differs(bench.database.superuser, [device.name]) == []
    assert len(state) > 100


def test_restored_state_is_the_running_state_bit_for_bit(
    database: Database, tmp_path: Path
) -> None:
    with bench_on(database, tmp_path, snapshot_frames=7) as bench:
        device = bench.fleet[0]
        bench.synced(device)
        start = bench.now_ms() - 3_600_000
        for number in range(40):
            bench.send(bench.vitals(device, start + number * 60_000))
        running = bench.parts.lanes.get(1)
        assert running is not None
        before = running.lane.snapshot()
        bench.start()
        bench.send()
        with bench.session.transaction() as connection:
            bench.parts.restorer.restore(connection, [1], bench.now_ms())
        restored = bench.parts.lanes.get(1)
        assert restored is not None
        assert restored.lane.snapshot() == before
        assert restored.latest == running.latest


def test_commands_are_sent_once_and_receipts_move_them_on(bench: Bench) -> None:
    device = bench.fleet[0]
    now = datetime.now(UTC)
    identity = uuid4()
    for number, expires in ((identity, now + timedelta(hours=1)), (uuid4(), now)):
        bench.run(
            "INSERT INTO command (id, device_no, bucket, command, args, issued, expires,"
            " changed_at) SELECT %s, d.no, p.bucket, 'message', %s, %s, %s, %s"
            " FROM device d JOIN patient p ON p.no = d.patient_no WHERE d.id = %s",
            *(number, Jsonb({"text": "drink"}), now, expires, now, device.name),
        )
    bench.pipeline.commit([])
    bench.pipeline.commit([])
    commands = [payload for topic, payload in bench.heard.published if topic.endswith("commands")]
    assert len(commands) == 1
    assert bench.rows("SELECT state FROM command ORDER BY state") == [("expired",), ("sent",)]
    device.seq += 1
    receipt = wire.Receipt(
        device=device.name,
        boot=1,
        seq=device.seq,
        command_id=str(identity),
        state=wire.ReceiptState.DONE,
        at=bench.now_ms(),
    )
    topic = wire.device_topic(device.bucket, device.name, wire.TopicKind.RECEIPTS)
    bench.send((topic, bench.signed(device, receipt)[1]))
    assert bench.one("SELECT state FROM command WHERE id = %s", identity) == "done"


def test_verify_names_a_row_a_frame_and_a_key(bench: Bench) -> None:
    one, two = bench.fleet
    for device in (one, two):
        bench.synced(device)
        bench.send(bench.vitals(device), bench.vitals(device))
    out = io.StringIO()
    assert walk.run(bench.database.superuser, Range(), out) == 0, out.getvalue()
    bench.run(
        "UPDATE observation SET value = 200 WHERE metric = 1 AND patient_no = 1 AND frame_id ="
        " (SELECT min(frame_id) FROM observation WHERE patient_no = 1)"
    )
    bench.run(
        "UPDATE signed_frame SET frame = set_byte(frame, 80, 0) WHERE patient_no = 1 AND"
        " frame_id = (SELECT max(frame_id) FROM signed_frame WHERE patient_no = 1)"
    )
    bench.run("UPDATE device_key SET revoked_at = now() - interval '1 day' WHERE device_no = 2")
    out = io.StringIO()
    assert walk.run(bench.database.superuser, Range(), out) == 1
    found = {line.split()[0] for line in out.getvalue().splitlines()[:-1]}
    assert found == {"row", "frame", "key"}
    patient = str(two.patient)
    later = Range(patient=patient, since=datetime.now(UTC) + timedelta(hours=1))
    assert walk.run(bench.database.superuser, later, io.StringIO()) == 0


def test_status_is_noted(bench: Bench) -> None:
    device = bench.fleet[0]
    topic = wire.device_topic(device.bucket, device.name, wire.TopicKind.STATUS)
    bench.send((topic, wire.encode_status(online=True)), retained=True)
    assert bench.rows("SELECT online FROM device_now") == [(True,)]
    bench.send((topic, wire.encode_status(online=False)), (topic, b"{"))
    assert bench.rows("SELECT online FROM device_now") == [(False,)]


def test_what_comes_late_is_marked_late(bench: Bench) -> None:
    device = bench.fleet[0]
    spooled = bench.vitals(device, bench.now_ms() - 3_600_000)
    bench.synced(device)
    bench.send(spooled)
    assert bench.rows("SELECT late FROM assessment") == [(True,)]


def test_retained_vitals_are_ignored(bench: Bench) -> None:
    bench.send(bench.vitals(bench.fleet[0]), retained=True)
    assert bench.count("signed_frame") == 0
    assert bench.heard.acknowledged == [1]


def test_unknown_members_are_ignored_and_counted(bench: Bench) -> None:
    device = bench.fleet[0]
    message = {
        "type": "vitals/1",
        "device": device.name,
        "boot": 1,
        "seq": 1,
        "firmware": "2.1",
        "samples": [{"t": bench.now_ms(), "hr": 70, "hrv": 41, "gait": {"left": 1}}],
    }
    frame = wire.make_signed(json.dumps(message).encode(), device.secret)
    bench.send((device.topic, frame), (device.topic, frame))
    assert bench.count("observation") == 1
    assert "homeward_unknown_members_total 3.0" in bench.parts.metrics.render().decode()


def test_five_hundred_frames_take_a_moment(database: Database, tmp_path: Path) -> None:
    with bench_on(database, tmp_path, size=50) as bench:
        for device in bench.fleet:
            bench.synced(device)
        frames = []
        for number in range(500):
            device = bench.fleet[number % 50]
            device.seq += 1
            one = sample(bench.now_ms(), bench.rng)
            message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=[one])
            frames.append(bench.signed(device, message))
        began = time.perf_counter()
        bench.send(*frames)
        assert time.perf_counter() - began < 5
        assert bench.count("observation") == 3_000
