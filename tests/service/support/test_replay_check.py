"""The replay's check finds a state that no replay gives, and a snapshot that nobody can read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.replay_check import replay_differs


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    """Two patients with a snapshot each."""
    with bench_on(database, tmp_path) as made:
        for device in made.fleet:
            made.synced(device)
            made.send(made.vitals(device))
        made.pipeline.save_lanes()
        assert made.count("model_snapshot") == 2
        yield made


def differs(bench: Bench, *, spoilt: bool = False) -> list[int]:
    names = [device.name for device in bench.fleet]
    return replay_differs(bench.database.superuser, names, spoilt=spoilt)


def test_what_was_written_down_is_what_a_replay_gives(bench: Bench) -> None:
    assert differs(bench) == []


def test_the_state_of_somebody_else_is_found(bench: Bench) -> None:
    bench.run(
        "UPDATE model_snapshot SET frame_id = (SELECT max(frame_id) FROM model_snapshot),"
        " state = (SELECT state FROM model_snapshot WHERE patient_no = 2) WHERE patient_no = 1"
    )
    assert differs(bench) == [1]


def test_a_snapshot_that_cannot_be_read_is_found_unless_it_was_spoilt(bench: Bench) -> None:
    bench.run(r"UPDATE model_snapshot SET state = '\x00ff00'::bytea WHERE patient_no = 1")
    with pytest.raises(AssertionError, match="1 of the snapshots"):
        differs(bench)
    assert differs(bench, spoilt=True) == []
