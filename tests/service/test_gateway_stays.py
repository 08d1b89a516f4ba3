"""After a discharge a device adds nothing; a new stay's lane begins anew, after a restart too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.replay_check import replay_differs

MINUTE = 60_000


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path, size=1) as made:
        made.synced(made.fleet[0])
        made.send(made.vitals(made.fleet[0]))
        yield made


def end_use(bench: Bench, at_ms: int) -> None:
    bench.run("UPDATE device SET bound_to = to_timestamp(%s / 1000.0)", at_ms)


def begin_stay(bench: Bench, at_ms: int) -> None:
    bench.run(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, payload)"
        " SELECT no, bucket, 'encounter', to_timestamp(%s / 1000.0), %s FROM patient",
        at_ms,
        Jsonb({"encounter": "x"}),
    )
    bench.pipeline.commit([])


def state(bench: Bench) -> bytes:
    hold = bench.parts.lanes.get(1)
    assert hold is not None
    return hold.lane.snapshot()


def test_what_was_measured_after_the_discharge_is_refused_what_came_late_is_not(
    bench: Bench,
) -> None:
    device, now = bench.fleet[0], bench.now_ms()
    before = bench.count("observation")
    end_use(bench, now)
    bench.at_ms = now + 10 * MINUTE
    bench.send(bench.vitals(device, now + 1))
    assert bench.count("observation") == before
    assert bench.refusals() == {"not_bound": 6}
    bench.send(bench.vitals(device, now - 1))
    assert bench.count("observation") == before + 6
    assert bench.acks(device).boots[0].upto == device.seq


def test_a_new_stay_begins_with_an_empty_lane(bench: Bench) -> None:
    device, now = bench.fleet[0], bench.now_ms()
    for minute in range(1, 30):
        bench.at_ms = now + minute * MINUTE
        bench.send(bench.vitals(device))
    begun = now + 60 * MINUTE
    bench.at_ms = begun
    begin_stay(bench, begun)
    fresh = state(bench)
    assert bench.count("patient_now") == 0
    bench.at_ms = begun + 30 * MINUTE
    bench.send(bench.vitals(device, begun - 20 * MINUTE))
    assert state(bench) == fresh  # of the earlier stay: kept, and no part of this one
    assert bench.one("SELECT latest::text FROM patient_now") == "{}"
    bench.at_ms = begun + 31 * MINUTE
    bench.send(bench.vitals(device))
    assert state(bench) != fresh
    assert len(state(bench)) < 3_000


def test_nothing_of_an_erased_person_is_kept_and_their_lane_is_forgotten(bench: Bench) -> None:
    device = bench.fleet[0]
    assert bench.parts.lanes.get(1) is not None
    bench.run("UPDATE patient SET erased_at = now(), state = 'discharged'")
    bench.run("UPDATE device SET state = 'revoked'")
    bench.run("UPDATE device_key SET revoked_at = now()")
    bench.run("DELETE FROM patient_now")
    stored = bench.count("signed_frame")
    bench.send(bench.vitals(device), (device.topic, b"a word about Ada"))
    assert bench.refusals() == {"revoked_key": 1, "malformed": 1}
    assert bench.count("quarantine") == 0
    assert bench.count("signed_frame") == stored
    bench.pipeline.save_lanes()
    assert bench.count("model_snapshot") == 0
    assert bench.count("outbox") == 0
    bench.run("DELETE FROM care_plan")
    bench.start()  # as after the purge: there is not even a care plan
    bench.send(bench.vitals(device))
    assert bench.refusals()["revoked_key"] == 2


@pytest.mark.parametrize("saved", ["before", "after", "never"])
def test_a_restart_gives_the_state_of_the_new_stay_bit_for_bit(bench: Bench, saved: str) -> None:
    device, now = bench.fleet[0], bench.now_ms()
    bench.at_ms = now + MINUTE
    bench.send(bench.vitals(device))
    if saved == "before":
        bench.pipeline.save_lanes()
    bench.at_ms = now + 60 * MINUTE
    begin_stay(bench, bench.at_ms)
    bench.at_ms += MINUTE
    bench.send(bench.vitals(device))
    if saved == "after":
        bench.pipeline.save_lanes()
    bench.at_ms += MINUTE
    bench.send(bench.vitals(device))
    running = state(bench)
    bench.start()
    with bench.session.transaction() as connection:
        bench.parts.restorer.restore(connection, [1], bench.at_ms)
    assert state(bench) == running
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []
