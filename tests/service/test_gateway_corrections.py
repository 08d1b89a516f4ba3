"""A reading entered in error: the lane without it, what is told, and a restart in between."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from deploy.bench.fleet import BenchDevice
from gateway import wire
from gateway.store.evidence import Range
from gateway.verify import walk
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.replay_check import replay_differs

CALM = {"hr": 72.0, "spo2": 97.0, "rr": 15.0, "temp": 36.8, "sbp": 122.0, "dbp": 78.0}
MINUTE = 60_000


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        made.synced(made.fleet[0])
        yield made


def measured(bench: Bench, device: BenchDevice, at_ms: int, **values: float) -> None:
    device.seq += 1
    sample = wire.Sample(t=at_ms, **{**CALM, **values})
    message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=[sample])
    bench.at_ms = at_ms
    bench.send(bench.signed(device, message))
    bench.at_ms = None


def nurse(bench: Bench) -> UUID:
    row = bench.one(
        "INSERT INTO app_user (username, password_hash, role) VALUES ('n', 'x', 'nurse')"
        " ON CONFLICT (username) DO UPDATE SET role = 'nurse' RETURNING id"
    )
    assert isinstance(row, UUID)
    return row


def put(bench: Bench, kind: str, payload: dict[str, object], at_ms: int) -> None:
    bench.run(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)"
        " SELECT no, bucket, %s, %s, %s, %s FROM patient WHERE no = 1",
        *(kind, datetime.fromtimestamp(at_ms / 1000, UTC), nurse(bench), Jsonb(payload)),
    )


def enter(bench: Bench, at_ms: int, **values: float) -> None:
    put(bench, "observations", {"samples": [{"t": at_ms, **values}], "graded": True}, at_ms)
    bench.pipeline.commit([])


def mark(bench: Bench, metric: int, value: float, *, wait: bool = False) -> None:
    """Say that a stored reading was entered in error, as the API does."""
    [(frame, at)] = bench.rows(
        "SELECT frame_id, time FROM observation WHERE patient_no = 1 AND metric = %s"
        " AND value = %s",
        *(metric, value),
    )
    assert isinstance(at, datetime)
    bench.run(
        "INSERT INTO reading_mark VALUES (1, %s, %s, %s, now(), %s, 'x')",
        *(frame, metric, at, nurse(bench)),
    )
    t_ms = round(at.timestamp() * 1000)
    put(bench, "entered_in_error", {"frame": frame, "metric": metric, "t": t_ms}, bench.now_ms())
    if not wait:
        bench.pipeline.commit([])


def state(bench: Bench) -> bytes:
    hold = bench.parts.lanes.get(1)
    assert hold is not None
    return hold.lane.snapshot()


def told(bench: Bench) -> dict[str, object]:
    [(payload,)] = bench.rows("SELECT payload FROM outbox WHERE kind = 'correction'")
    assert isinstance(payload, dict)
    return payload


def test_the_lane_is_as_if_it_had_never_been_entered(bench: Bench) -> None:
    device = bench.fleet[0]
    start = bench.now_ms() - 30 * MINUTE
    for minute in range(5):
        measured(bench, device, start + minute * MINUTE)
    without = state(bench)
    enter(bench, start + 5 * MINUTE, hr=18)
    assert state(bench) != without
    mark(bench, 1, 18)
    assert state(bench) == without
    assert told(bench)["retracted"] == ["critical_hr"]
    assert told(bench)["by"] == str(nurse(bench))
    [(latest, low)] = bench.rows(
        "SELECT (latest->'hr'->>'v')::float, news2_low FROM patient_now WHERE patient_no = 1"
    )
    assert (latest, low) == (72.0, 0)
    assert walk.run(bench.database.superuser, Range(), out := io.StringIO()) == 0, out


def test_what_came_after_it_is_folded_again(bench: Bench) -> None:
    """Baselines, scores and conditions of later readings are those of the readings left."""
    device = bench.fleet[0]
    start = bench.now_ms() - 60 * MINUTE
    measured(bench, device, start)
    enter(bench, start + MINUTE, hr=150, sbp=85, dbp=50, spo2=88)
    for minute in range(2, 20):
        measured(bench, device, start + minute * MINUTE)
    mark(bench, 1, 150)
    bench.run("DELETE FROM outbox")
    mark(bench, 5, 85)
    mark(bench, 6, 50)
    bench.run("DELETE FROM outbox")
    mark(bench, 2, 88)
    assert replay_differs(bench.database.superuser, [device.name]) == []
    lows = bench.rows("SELECT low FROM assessment WHERE superseded_as IS NULL ORDER BY frame_id")
    assert {low for (low,) in lows} == {0}
    assert bench.one("SELECT count(*) FROM assessment WHERE superseded_as IS NOT NULL")


def test_a_condition_that_other_readings_hold_goes_on_in_their_words(bench: Bench) -> None:
    device = bench.fleet[0]
    start = bench.now_ms() - 60 * MINUTE
    measured(bench, device, start)
    measured(bench, device, start + MINUTE, spo2=78)
    measured(bench, device, start + 2 * MINUTE, spo2=62)
    mark(bench, 2, 62)
    assert "critical_spo2" not in told(bench)["retracted"]
    rows = bench.rows(
        "SELECT payload FROM outbox WHERE kind = 'finding' AND id >"
        " (SELECT id FROM outbox WHERE kind = 'correction')"
    )
    said = {one["condition"]: one for (one,) in rows if isinstance(one, dict)}
    assert "62" not in said["critical_spo2"]["message"]
    assert said["critical_spo2"]["change"] == "persists"


def test_a_deterioration_that_a_wrong_reading_ended_is_told(bench: Bench) -> None:
    device = bench.fleet[0]
    start = bench.now_ms() - 60 * MINUTE
    measured(bench, device, start, spo2=78)
    for second in range(60, 400, 20):
        enter(bench, start + second * 1000, spo2=98)
    for (value,) in bench.rows("SELECT DISTINCT value FROM observation WHERE value = 98"):
        assert value == 98
    frames = bench.rows("SELECT frame_id, time FROM observation WHERE value = 98 ORDER BY 1")
    for frame, at in frames:
        assert isinstance(at, datetime)
        t_ms = round(at.timestamp() * 1000)
        put(bench, "entered_in_error", {"frame": frame, "metric": 2, "t": t_ms}, bench.now_ms())
    bench.pipeline.commit([])
    newest = bench.rows(
        "SELECT payload->>'change', payload->>'message' FROM outbox WHERE kind = 'finding'"
        " AND payload->>'condition' = 'critical_spo2' ORDER BY id DESC LIMIT 1"
    )
    assert newest == [("started", "SpO2 78 %, critical")]


def test_a_restart_between_the_mark_and_its_fold_changes_nothing(bench: Bench) -> None:
    device = bench.fleet[0]
    start = bench.now_ms() - 30 * MINUTE
    for minute in range(5):
        measured(bench, device, start + minute * MINUTE)
    without = state(bench)
    enter(bench, start + 5 * MINUTE, hr=18)
    mark(bench, 1, 18, wait=True)
    bench.start()
    assert state(bench) == without
    bench.start()
    measured(bench, device, start + 6 * MINUTE)
    assert replay_differs(bench.database.superuser, [device.name]) == []
    assert bench.one("SELECT count(*) FROM outbox WHERE kind = 'correction'") == 1


def test_a_commit_that_fails_leaves_the_lane_as_it_was(bench: Bench) -> None:
    device = bench.fleet[0]
    start = bench.now_ms() - 30 * MINUTE
    measured(bench, device, start)
    without = state(bench)
    enter(bench, start + MINUTE, hr=18)
    bench.run(
        """CREATE FUNCTION cancelled() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'canceled' USING ERRCODE = '57014'; END $$;
           CREATE TRIGGER cancels BEFORE UPDATE ON lane_input
           FOR EACH ROW EXECUTE FUNCTION cancelled()"""
    )
    with pytest.raises(Exception, match="canceled"):
        mark(bench, 1, 18)
    bench.run("DROP TRIGGER cancels ON lane_input")
    assert bench.count("model_snapshot") == 0
    bench.start()
    assert state(bench) == without


def test_older_snapshots_are_where_a_correction_starts(database: Database, tmp_path: Path) -> None:
    with bench_on(database, tmp_path, snapshot_frames=2, snapshot_past_hours=0.1) as bench:
        device = bench.fleet[0]
        bench.synced(device)
        start = bench.now_ms() - 120 * MINUTE
        for minute in range(40):
            measured(bench, device, start + minute * MINUTE, hr=72.0 + minute % 3)
        kept = bench.one("SELECT count(*) FROM model_snapshot_past")
        assert 3 <= int(str(kept)) <= 10
        enter(bench, start + 40 * MINUTE, hr=160)
        for minute in range(41, 60):
            measured(bench, device, start + minute * MINUTE, hr=72.0 + minute % 3)
        wrong = bench.one("SELECT frame_id FROM observation WHERE value = 160")
        bench.run("DELETE FROM signed_frame WHERE time < to_timestamp(%s)", start / 1000 + 1_000)
        mark(bench, 1, 160)
        assert bench.one("SELECT max(frame_id) FROM model_snapshot_past") < wrong  # type: ignore[operator]
        assert bench.one("SELECT count(*) FROM assessment WHERE superseded_as IS NOT NULL")
        hold = bench.parts.lanes.get(1)
        assert hold is not None
        assert "critical_hr" not in hold.lane.conditions


def test_without_a_snapshot_the_work_is_bounded(database: Database, tmp_path: Path) -> None:
    with bench_on(database, tmp_path, correction_frames=5) as bench:
        device = bench.fleet[0]
        bench.synced(device)
        start = bench.now_ms() - 60 * MINUTE
        measured(bench, device, start, hr=171)
        for minute in range(1, 20):
            measured(bench, device, start + minute * MINUTE)
        mark(bench, 1, 171)
        assert bench.one("SELECT news2_low FROM patient_now") == 0
        bench.start()
        assert bench.parts.lanes.get(1) is None
        measured(bench, device, start + 20 * MINUTE)
        assert bench.one("SELECT count(*) FROM lane_input WHERE folded_as IS NULL") == 0


def test_a_mark_that_cannot_be_read_holds_up_nobody(bench: Bench) -> None:
    put(bench, "entered_in_error", {"frame": "one"}, bench.now_ms())
    measured(bench, bench.fleet[0], bench.now_ms())
    assert bench.count("signed_frame") == 2
    assert bench.one("SELECT count(*) FROM lane_input WHERE folded_as IS NULL") == 0
    assert ("sensor",) in bench.rows("SELECT payload->>'condition' FROM outbox")
