"""The warning of a low through the gateway: before it, by the care plan, the same in a replay."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from deploy.bench.fleet import BenchDevice
from gateway import wire
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.replay_check import replay_differs

STEP = 5 * 60_000
FALLING = [130.0 - 4 * at for at in range(15)]


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def worn(bench: Bench, device: BenchDevice, values: list[float]) -> None:
    """One value each five minutes, heard when it was measured."""
    for value in values:
        bench.at_ms = bench.now_ms() + STEP
        device.seq += 1
        sample = wire.Sample(t=bench.at_ms, glucose=value)
        message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=[sample])
        bench.send(bench.signed(device, message))


def said(bench: Bench) -> list[object]:
    rows = bench.rows("SELECT payload->>'condition' FROM outbox ORDER BY id")
    return [condition for (condition,) in rows]


def begun(bench: Bench) -> BenchDevice:
    bench.at_ms = bench.now_ms() - len(FALLING) * STEP
    bench.synced(bench.fleet[0])
    return bench.fleet[0]


def test_a_low_to_come_is_told_and_a_killed_worker_goes_on_from_its_snapshot(bench: Bench) -> None:
    device = begun(bench)
    worn(bench, device, FALLING[:8])
    bench.pipeline.save_lanes()
    worn(bench, device, FALLING[8:10])
    bench.start()  # whatever was in memory is gone
    worn(bench, device, FALLING[10:])
    assert "glucose_low_soon" in said(bench)
    assert "glucose_low" not in said(bench)
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []


def test_who_has_no_diabetes_is_warned_of_nothing(bench: Bench) -> None:
    scoring = {"adult_from_ms": 0, "pregnant_ms": None, "pregnant": None, "diabetes": False}
    bench.run(
        "SELECT set_config('homeward.role', 'admin', false),"
        " set_scoring(no, %s, now()) FROM patient",
        Jsonb(scoring),
    )
    device = begun(bench)
    worn(bench, device, [*FALLING, 66.0, 61.0, 65.0, 80.0])
    assert said(bench) == []
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []
