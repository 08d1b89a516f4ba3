"""Boots long silent: their windows may go, and still nothing counts twice and no loss is hidden."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from psycopg import Connection

from gateway.admission.replay_window import ReplayWindow
from gateway.store import window_rebuild
from gateway.store.connection import Row
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on

DAY_MS = 86_400_000


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        made.run("UPDATE device SET bound_from = now() - interval '60 days'")
        yield made


def a_month_ago(bench: Bench) -> None:
    bench.at_ms = time.time_ns() // 1_000_000 - 31 * DAY_MS


def clean_and_restart(bench: Bench) -> None:
    bench.at_ms = None
    bench.upkeep().run(time.monotonic())
    bench.start()


def test_a_frame_of_a_device_silent_for_a_month_does_not_count_again(bench: Bench) -> None:
    device = bench.fleet[0]
    a_month_ago(bench)
    bench.synced(device)
    frame = bench.vitals(device)
    bench.send(frame)
    clean_and_restart(bench)
    bench.send(frame)
    assert bench.one("SELECT count(*) FROM signed_frame WHERE kind = 1") == 1
    assert bench.count("observation") == 6
    assert bench.count("assessment") == 1
    assert [(boot.boot, boot.upto) for boot in bench.acks(device).boots] == [(1, 2)]


@pytest.mark.parametrize("all_gone", [False, True])
def test_a_boot_whose_window_is_gone_is_known_by_its_frames(bench: Bench, all_gone: bool) -> None:  # noqa: FBT001 - a case
    """A number that is new comes before the old ones: they must not pass for new beside it."""
    device = bench.fleet[0]
    a_month_ago(bench)
    old = [bench.vitals(device) for _ in range(4)]
    late = bench.vitals(device)
    bench.send(*old[:3])
    device.boot, device.seq = 2, 0
    bench.at_ms = None
    bench.send(bench.vitals(device))
    clean_and_restart(bench)
    assert bench.rows("SELECT boot FROM device_window") == [(2,)]
    if all_gone:
        bench.run("DELETE FROM device_window")
    for frame in (late, *old):
        bench.send(frame)
    assert bench.count("signed_frame") == 6
    assert bench.rows("SELECT upto, stored, duplicates FROM device_window WHERE boot = 1") == [
        (5, 5, 3)
    ]


def test_the_holes_of_a_boot_stay_known_however_long_it_is_silent(bench: Bench) -> None:
    device = bench.fleet[0]
    a_month_ago(bench)
    frames = [bench.vitals(device) for _ in range(6)]
    bench.send(frames[0], frames[2], frames[5])
    device.boot, device.seq = 2, 0
    bench.send(bench.vitals(device))
    device.boot, device.seq = 3, 0
    bench.at_ms = None
    bench.send(bench.vitals(device))
    clean_and_restart(bench)
    assert bench.rows("SELECT boot, upto, also FROM device_window ORDER BY boot") == [
        (1, 1, [3, 3, 6, 6]),
        (3, 1, []),
    ]


def test_the_first_frames_of_many_devices_are_looked_up_together_and_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    rebuilt = window_rebuild.windows

    def counted(
        connection: Connection[Row], pairs: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], ReplayWindow]:
        asked.append(len(pairs))
        return rebuilt(connection, pairs)

    monkeypatch.setattr(window_rebuild, "windows", counted)
    with bench_on(database, tmp_path, size=300) as bench:
        for boot in (1, 1, 2):
            for device in bench.fleet:
                device.boot, device.seq = boot, device.seq if device.boot == boot else 0
            bench.send(*[bench.vitals(device) for device in bench.fleet])
        assert bench.count("signed_frame") == 900
    assert asked == [300]
