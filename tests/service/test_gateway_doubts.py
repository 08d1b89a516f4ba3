"""What evidence speaks against, and what was refused: stored, replayed and proved as it was."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.bench.fleet import BenchDevice
from gateway import wire
from gateway.store.evidence import Range
from gateway.verify import walk
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.replay_check import replay_differs

MINUTE = 60_000
QUESTIONABLE = 4


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def measured(bench: Bench, device: BenchDevice, *samples: wire.Sample) -> tuple[str, bytes]:
    device.seq += 1
    message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=list(samples))
    return bench.signed(device, message)


def a_course(bench: Bench, device: BenchDevice) -> None:
    """Codes, another unit, another person's weight, what cannot be, and good readings between."""
    start = bench.now_ms() - 20 * MINUTE
    bench.synced(device)
    steps: list[dict[str, float]] = [
        {"hr": 72.0, "temp": 36.8, "weight": 84.0},
        {"hr": 127.0, "temp": 97.2},
        {"hr": 255.0, "temp": 98.6, "weight": 52.3},
        {"hr": 0.0},
        {"hr": 71.0, "spo2": 0.97},
        {"hr": 70.0, "spo2": 0.96, "glucose": 20.8},
        {"hr": 73.0, "glucose": 3.0, "dbp": 999.0},
    ]
    for at, step in enumerate(steps):
        bench.send(measured(bench, device, wire.Sample(t=start + at * MINUTE, **step)))


def test_a_replay_gives_what_the_running_lane_knows(bench: Bench) -> None:
    device = bench.fleet[0]
    a_course(bench, device)
    hold = bench.parts.lanes.get(1)
    assert hold is not None
    running = hold.lane.snapshot()
    bench.run("DELETE FROM model_snapshot")
    bench.start()
    bench.send()
    with bench.session.transaction() as connection:
        bench.parts.restorer.restore(connection, [1], bench.now_ms())
    again = bench.parts.lanes.get(1)
    assert again is not None
    assert again.lane.snapshot() == running
    assert replay_differs(bench.database.superuser, [device.name]) == []


def test_a_doubted_reading_is_questionable_in_the_record_and_is_proved_so(bench: Bench) -> None:
    device = bench.fleet[0]
    a_course(bench, device)
    doubted = bench.rows(
        "SELECT metric, value FROM observation WHERE quality = %s ORDER BY time, metric",
        QUESTIONABLE,
    )
    assert (1, 127.0) in doubted
    assert (8, 52.3) in doubted
    assert (1, 255.0) in doubted
    assert (2, 0.97) in doubted
    out = io.StringIO()
    assert walk.run(bench.database.superuser, Range(), out) == 0, out.getvalue()
    bench.run("UPDATE observation SET quality = 0 WHERE metric = 8 AND value = 52.3")
    assert walk.run(bench.database.superuser, Range(), io.StringIO()) != 0


def test_a_finding_about_a_device_names_it(bench: Bench) -> None:
    device = bench.fleet[0]
    a_course(bench, device)
    told = bench.rows(
        "SELECT DISTINCT payload ->> 'condition', d.id FROM outbox o"
        " JOIN device d ON d.no = o.device_no"
        " WHERE payload ->> 'condition' <> 'clock' ORDER BY 1"
    )
    assert told == [("refused", device.name), ("sensor", device.name), ("units", device.name)]


def test_the_panel_shows_what_is_refused(bench: Bench) -> None:
    device = bench.fleet[0]
    a_course(bench, device)
    refused = bench.rows(
        "SELECT r ->> 'metric', r ->> 'reason' FROM patient_now,"
        " jsonb_array_elements(assessment -> 'refused') r ORDER BY 1"
    )
    assert refused == [
        ("dbp", "out_of_range"),
        ("glucose", "units"),
        ("spo2", "units"),
        ("temp", "units"),
        ("weight", "another_person"),
    ]
    latest = bench.one("SELECT latest -> 'weight' ->> 'q' FROM patient_now")
    assert latest == "questionable"
