"""What a worker holds in memory never runs ahead of what is stored."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from gateway import wire
from gateway.errors import StoreUnavailable
from gateway.ingest.lane_fold import FRAMES_A_SNAPSHOT, SNAPSHOTS_AT_ONCE
from gateway.worker.maintenance import Maintenance
from tests.support.databases import Database
from tests.support.pipelines import ALL, Bench, bench_on
from tests.support.replay_check import replay_differs


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def test_a_worker_told_to_stop_saves_nothing_of_a_batch_that_failed(bench: Bench) -> None:
    """The database cancels a commit, the connection lives, and the signal to stop has come."""
    device = bench.fleet[0]
    bench.synced(device)
    frame = bench.vitals(device)
    bench.run(
        """CREATE FUNCTION cancelled() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'canceled' USING ERRCODE = '57014'; END $$;
           CREATE TRIGGER cancels BEFORE INSERT ON patient_now
           FOR EACH ROW EXECUTE FUNCTION cancelled()"""
    )
    with pytest.raises(StoreUnavailable):
        bench.send(frame)
    bench.run("DROP TRIGGER cancels ON patient_now")
    bench.pipeline.save_lanes()
    assert bench.count("model_snapshot") == 0
    bench.start()
    bench.send(frame)
    assert bench.count("assessment") == 1
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []


def test_the_newest_good_reading_is_told_beside_a_poor_one(bench: Bench) -> None:
    """A sensor that gives nothing but poor readings must not look as if it covered its metric."""
    device = bench.fleet[0]
    bench.synced(device)
    good_ms = bench.now_ms()
    bench.send(bench.vitals(device, good_ms))
    device.seq += 1
    poor = wire.Sample(t=good_ms + 1_000, spo2=60.0, q=wire.SampleQuality.POOR)
    message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=[poor])
    bench.send(bench.signed(device, message))
    [(at, good, quality)] = bench.rows(
        "SELECT (latest->'spo2'->>'t')::bigint, (latest->'spo2'->>'g')::bigint,"
        " latest->'spo2'->>'q' FROM patient_now"
    )
    assert (at, good, quality) == (good_ms + 1_000, good_ms, "poor")


def test_an_input_that_cannot_be_read_holds_up_nobody(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.run(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, payload)"
        " SELECT no, bucket, 'observations', now(), %s FROM patient",
        Jsonb({"samples": [{"hr": "seventy"}]}),
    )
    bench.send(bench.vitals(device))
    assert bench.count("signed_frame") == 1
    assert bench.refusals() == {}
    assert bench.one("SELECT count(*) FROM lane_input WHERE folded_as IS NULL") == 0
    assert ("sensor",) in bench.rows("SELECT payload->>'condition' FROM outbox")
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []


def enter(bench: Bench, *payloads: dict[str, object]) -> None:
    for payload in payloads:
        bench.run(
            "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, payload)"
            " SELECT p.no, p.bucket, 'observations', now(), %s FROM patient p"
            " JOIN device d ON d.patient_no = p.no WHERE d.id = %s",
            Jsonb(payload),
            bench.fleet[0].name,
        )


def test_an_input_that_cannot_be_stored_stops_nothing_and_costs_no_device_anything(
    database: Database, tmp_path: Path
) -> None:
    """It was in the transaction of whatever frames came: they were halved and set aside for it."""
    with bench_on(database, tmp_path, rate_burst=1_500.0, rate_per_s=1.0) as bench:
        device, other = bench.fleet
        now = bench.now_ms()
        good = {"samples": [{"t": now, "hr": 71}]}
        no_time = {"samples": [{"t": 10**17, "hr": 72}]}
        enter(bench, good, no_time, good)
        for _ in range(3):
            bench.send(bench.vitals(device), bench.vitals(other))
        assert bench.count("signed_frame") == 6
        assert bench.count("quarantine") == 0
        assert bench.refusals() == {}
        entries = bench.rows(
            "SELECT folded_as IS NOT NULL, refused LIKE '%%DatetimeFieldOverflow%%'"
            " FROM lane_input ORDER BY id"
        )
        assert entries == [(True, None), (False, True), (True, None)]
        assert bench.one("SELECT count(*) FROM observation WHERE device_no IS NULL") == 2
        told = "SELECT count(*) FROM outbox WHERE payload->>'message' LIKE 'What was entered%%'"
        assert bench.one(told) == 1
        bench.start()
        bench.send(bench.vitals(device))
        assert bench.one(told) == 1
        bench.pipeline.save_lanes()
        assert replay_differs(database.superuser, [device.name, other.name]) == []


def test_lanes_that_were_restored_are_written_down_in_their_turn(
    database: Database, tmp_path: Path
) -> None:
    """After a restart every lane was overdue at once, and one batch wrote them all."""
    with bench_on(database, tmp_path, size=60) as ward:
        for device in ward.fleet:
            ward.synced(device)
        ward.send(*[ward.vitals(device) for device in ward.fleet])
        assert ward.count("model_snapshot") == 0
        ward.start()
        ward.send(*[ward.vitals(device) for device in ward.fleet])
        most = SNAPSHOTS_AT_ONCE + len(ward.fleet) // FRAMES_A_SNAPSHOT
        assert int(str(ward.one("SELECT count(*) FROM model_snapshot"))) <= most
        ward.run("UPDATE model_snapshot SET state = 'spoilt'")
        ward.start()
        ward.send(*[ward.vitals(device) for device in ward.fleet])
        assert int(str(ward.one("SELECT count(*) FROM model_snapshot"))) <= most


def test_a_snapshot_says_when_what_it_holds_was_received(bench: Bench) -> None:
    """A lane moved only by a person's word after a restart was written down as of 1970."""
    device, quiet = bench.fleet
    bench.synced(device)
    bench.send(bench.vitals(device))
    bench.start()
    bench.run(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, payload)"
        " SELECT no, bucket, 'outcome', now(), %s FROM patient",
        Jsonb({"at": bench.now_ms(), "deteriorated": False}),
    )
    bench.pipeline.commit([])
    bench.pipeline.save_lanes()
    assert bench.count("model_snapshot") == 2
    assert bench.one("SELECT min(taken_at) > now() - interval '1 hour' FROM model_snapshot")
    shown = bench.rows("SELECT patient_no, received > now() - interval '1 hour' FROM patient_now")
    assert [fresh for _, fresh in shown] == [True], "who sent nothing has nothing to show"
    assert replay_differs(bench.database.superuser, [device.name, quiet.name]) == []


def _alert(bench: Bench, condition: str, priority: str, hours: int) -> None:
    """Every patient has an alert of this one reason, raised so many hours ago."""
    bench.run(
        "WITH alert AS (INSERT INTO episode (patient_no, condition, kind, priority, state,"
        " started_at, measured_at, raised_at, message) SELECT no, %s, 'clinical', %s, 'open',"
        " now(), now(), now() - make_interval(hours => %s), '' FROM patient RETURNING *)"
        " INSERT INTO reason (patient_no, episode_id, condition, priority, state, started_at,"
        " measured_at, received_at, raised_at, message) SELECT patient_no, id, condition, priority,"
        " 'open', started_at, measured_at, measured_at, raised_at, '' FROM alert",
        condition,
        priority,
        hours,
    )


def test_a_patient_new_to_the_registry_is_folded_with_the_open_episode(bench: Bench) -> None:
    """The episodes were read for those whose devices were known before the registry was."""
    device = bench.fleet[0]
    _alert(bench, "news2_urgent", "medium", 0)
    bench.parts.registry.__init__()  # type: ignore[misc] # as before anybody was enrolled
    bench.send(bench.vitals(device))
    assert bench.rows("SELECT in_episode FROM signed_frame") == [(True,)]


def test_examples_that_teach_nothing_cost_no_reading(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.send(bench.vitals(device))
    bench.run(
        "INSERT INTO risk_example (patient_no, at, example)"
        " SELECT 1, now(), 'junk' FROM generate_series(1, 50)"
    )
    upkeep = Maintenance(bench.settings, bench.keys, bench.parts, bench.session)
    assert upkeep.run(time.monotonic() + 2 * bench.settings.training_s)
    bench.send(bench.vitals(device))
    assert bench.count("signed_frame") == 2
    assert bench.one("SELECT max(version) FROM population_model") == 1


def test_after_a_take_over_those_heard_last_are_told_first(
    database: Database, tmp_path: Path
) -> None:
    """Whoever spoke just before the crash waits; the others were most likely told."""
    with bench_on(database, tmp_path, size=6) as ward:
        began_ms = ward.now_ms() - 60_000
        for place, device in enumerate(ward.fleet):
            ward.at_ms = began_ms + 1_000 * place
            ward.synced(device)
        ward.at_ms = None
        ward.start()
        ward.heard.published.clear()
        ward.pipeline.owe_untold(ALL, most=2)
        ward.parts.devices.flush_acks(time.monotonic())
        ward.pipeline.tell_devices()
        told = {topic.split("/")[-2] for topic, _ in ward.heard.published}
        assert told == {device.name for device in ward.fleet[-2:]}


@pytest.mark.parametrize(
    ("condition", "priority", "hours", "rests"),
    [
        ("news2_urgent", "medium", 1, True),
        ("critical_hr", "high", 23, True),
        ("critical_hr", "high", 25, False),
        ("baseline_hr", "low", 1, False),
        ("baseline_hr", "medium", 1, False),
        ("incomplete_score", "low", 1, False),
    ],
)
def test_which_open_alert_lets_a_baseline_rest(
    bench: Bench, condition: str, priority: str, hours: int, *, rests: bool
) -> None:
    """Not the baseline's own, none of low priority, and none for longer than a day."""
    device = bench.fleet[0]
    _alert(bench, condition, priority, hours)
    bench.run(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, payload)"
        " SELECT no, bucket, 'observations', now(), %s FROM patient",
        Jsonb({"samples": [{"t": "2026-01-01T00:00:00Z", "hr": 70}]}),
    )
    bench.synced(device)
    bench.send(bench.vitals(device))
    assert bench.rows("SELECT DISTINCT in_episode FROM signed_frame WHERE kind = 1") == [(rests,)]
    folded = bench.rows("SELECT DISTINCT in_episode FROM lane_input WHERE folded_as IS NOT NULL")
    assert folded == [(rests,)]
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []
