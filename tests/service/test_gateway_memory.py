"""What a worker holds in memory never runs ahead of what is stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import StoreUnavailable
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
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
