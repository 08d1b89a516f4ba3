"""What a worker holds in memory never runs ahead of what is stored."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from gateway import wire
from gateway.errors import StoreUnavailable
from gateway.upkeep import Upkeep
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


def test_examples_that_teach_nothing_cost_no_reading(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.send(bench.vitals(device))
    bench.run(
        "INSERT INTO risk_example (patient_no, at, example)"
        " SELECT 1, now(), 'junk' FROM generate_series(1, 50)"
    )
    upkeep = Upkeep(bench.settings, bench.keys, bench.parts, bench.session)
    assert upkeep.run(time.monotonic() + 2 * bench.settings.training_s)
    bench.send(bench.vitals(device))
    assert bench.count("signed_frame") == 2
    assert bench.one("SELECT max(version) FROM population_model") == 0


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
        ward.parts.devices.rush(time.monotonic())
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
    bench.run(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,"
        " measured_at, raised_at, message) SELECT no, %s, 'clinical', %s, 'open', now(), now(),"
        " now() - make_interval(hours => %s), '' FROM patient",
        condition,
        priority,
        hours,
    )
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
