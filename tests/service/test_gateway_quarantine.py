"""Quarantine: its quotas, how long it keeps, who is told when it is full, and what is counted."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from gateway import wire
from gateway.telemetry import Health, pages
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.riddles import riddle


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def full(bench: Bench) -> list[tuple[object, ...]]:
    """What coordinators are told of a quarantine that has no room left."""
    return bench.rows(
        "SELECT payload->>'condition', payload->'detail'->>'device', payload->'detail'->>'reason'"
        " FROM outbox WHERE payload->>'message' LIKE 'Quarantine has no room%%'"
    )


@pytest.mark.parametrize("quota", ["quarantine_signed", "quarantine_signed_bytes"])
def test_a_full_signed_quarantine_counts_covers_nothing_and_is_told(
    database: Database, tmp_path: Path, quota: str
) -> None:
    most = 2 if quota == "quarantine_signed" else 300
    with bench_on(database, tmp_path, **{quota: most}) as bench:
        device, other = bench.fleet
        frames = [riddle(device, seq=seq) for seq in (1, 2, 3, 4)]
        assert 2 * len(frames[0][1]) < 300 < 3 * len(frames[0][1])
        bench.send(frames[0])
        assert full(bench) == []
        bench.send(*frames[1:])
        bench.send(riddle(other))
        assert bench.refusals() == {"malformed": 5}
        assert bench.rows("SELECT device_no, seq FROM quarantine ORDER BY id") == [
            (1, 1),
            (1, 2),
            (2, 1),
        ]
        assert full(bench) == [("sensor", device.name, "malformed")]
        bench.start()
        bench.send(frames[3], frames[0])
        assert bench.count("quarantine") == 3
        [boot] = bench.acks(device).boots
        assert (boot.upto, boot.also) == (2, [])
        bench.run("UPDATE quarantine SET received = received - interval '31 days'")
        bench.upkeep().run(1e9)
        bench.send(frames[2])
        assert bench.acks(device).boots[0].upto == 3


def test_quarantine_keeps_the_newest_unsigned_frames_of_each_device(
    database: Database, tmp_path: Path
) -> None:
    with bench_on(database, tmp_path, quarantine_unsigned_burst=300.0) as bench:
        one, two = bench.fleet
        now = bench.now_ms()
        forged = [(one.topic, one.forged(now + n, bench.rng).frame) for n in range(4)]
        bench.send(*forged, (two.topic, b"x"), riddle(one))
        bench.run(
            "INSERT INTO quarantine (received, device_no, topic, reason, signed, payload)"
            " SELECT received, device_no, topic, reason, signed, payload FROM quarantine,"
            " generate_series(1, 250) WHERE device_no = 1 AND NOT signed AND id ="
            " (SELECT min(id) FROM quarantine)"
        )
        unsigned = "SELECT id FROM quarantine WHERE device_no = 1 AND NOT signed ORDER BY id DESC"
        before = bench.rows(unsigned)
        assert len(before) == 254
        bench.upkeep().run(1e9)
        assert bench.rows(unsigned) == before[:200]
        assert bench.one("SELECT count(*) FROM quarantine WHERE device_no = 2") == 1
        assert bench.one("SELECT count(*) FROM quarantine WHERE signed") == 1


def test_quarantine_forgets_bytes_after_thirty_days_and_no_count(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.send(riddle(device, seq=1), riddle(device, seq=2), (device.topic, b"x"))
    bench.run(
        "UPDATE quarantine SET received = now() - make_interval(days => 30, mins =>"
        " CASE seq WHEN 1 THEN 1 ELSE -1 END)"
    )
    bench.upkeep().run(1e9)
    assert bench.rows("SELECT seq FROM quarantine ORDER BY id") == [(2,), (None,)]
    assert bench.refusals() == {"malformed": 3}


def test_refusals_are_counted_by_reason_for_prometheus(bench: Bench) -> None:
    device = bench.fleet[0]
    forged = device.topic, device.forged(bench.now_ms(), bench.rng).frame
    bench.send(riddle(device, seq=2), riddle(device, seq=3), forged)
    status, _, body = pages(bench.parts.metrics, Health())["/metrics"]()
    text = body.decode()
    assert status == HTTPStatus.OK
    assert 'homeward_refused_total{reason="malformed"} 2.0' in text
    assert 'homeward_refused_total{reason="bad_signature"} 1.0' in text


def test_a_flood_of_status_is_shed_and_counted(database: Database, tmp_path: Path) -> None:
    with bench_on(database, tmp_path, rate_burst=50.0, rate_per_s=0.001) as bench:
        device, honest = bench.fleet
        topic = wire.device_topic(device.bucket, device.name, wire.TopicKind.STATUS)
        online = [(topic, wire.encode_status(online=True))] * 50
        bench.send(*online, (topic, wire.encode_status(online=False)), bench.vitals(honest))
        assert bench.refusals() == {"rate_limited": 1}
        assert bench.rows("SELECT online FROM device_now WHERE device_no = 1") == [(True,)]
        assert bench.count("signed_frame") == 1


def test_a_status_of_nobody_known_is_only_ignored(bench: Bench) -> None:
    bench.send(("homeward/v1/00/nobody-knows/status", wire.encode_status(online=True)))
    assert bench.refusals() == {}
    assert 'homeward_frames_total{result="ignored"} 1.0' in bench.parts.metrics.render().decode()
