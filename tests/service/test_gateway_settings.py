"""A ward's settings decide from the next batch on, and a replay uses those that were in force."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from gateway import wire
from tests.support.databases import Database
from tests.support.pipelines import Bench, BenchDevice, bench_on
from tests.support.replay_check import replay_differs

MINUTE_MS = 60_000


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path, snapshot_s=3_600.0) as made:
        made.at_ms = made.now_ms()
        yield made


def decide(bench: Bench, values: dict[str, float], profile: str = "standard") -> None:
    """Add a revision of the ward's settings, as its coordinator's request does."""
    bench.run(
        """INSERT INTO ward_settings (ward, revision, profile, settings, reason, set_at)
           SELECT 'main', coalesce(max(revision), 0) + 1, %s, %s, 'test', now()
             FROM ward_settings WHERE ward = 'main'""",
        profile,
        Jsonb(values),
    )


def own(bench: Bench, device: BenchDevice, **changes: object) -> None:
    """Add a revision of the patient's care plan."""
    bench.run(
        """WITH said AS (
               UPDATE patient SET plan_revision = plan_revision + 1
                WHERE no = (SELECT patient_no FROM device WHERE id = %s)
            RETURNING no, plan_revision)
           INSERT INTO care_plan (patient_no, revision, limits, settings, profile, set_at)
           SELECT no, plan_revision, %s, %s, %s, now() FROM said""",
        device.name,
        Jsonb(changes.get("limits", {})),
        Jsonb(changes.get("settings", {})),
        changes.get("profile"),
    )


def say(bench: Bench, device: BenchDevice, **values: float) -> None:
    """A reading of now, a minute after the last."""
    assert bench.at_ms is not None
    bench.at_ms += MINUTE_MS
    device.seq += 1
    sample = wire.Sample(t=bench.at_ms, **values)
    message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=[sample])
    bench.send(bench.signed(device, message))


def found(bench: Bench) -> list[str]:
    rows = bench.rows(
        "SELECT payload->>'condition' FROM outbox WHERE payload->>'change' = 'started'"
        " AND payload->>'condition' LIKE 'limit%%' ORDER BY id"
    )
    return [str(name) for (name,) in rows]


def delays(bench: Bench) -> list[float]:
    rows = bench.rows(
        "SELECT payload->>'persist_s' FROM outbox"
        " WHERE payload->>'condition' LIKE 'limit%%' ORDER BY id"
    )
    return [float(str(seconds)) for (seconds,) in rows]


def test_a_wards_limit_holds_from_the_next_batch_on(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    say(bench, device, hr=125.0)
    assert found(bench) == []
    decide(bench, {"limits.hr.high": 120.0, "delays.stream": 5.0})
    say(bench, device, hr=125.0)
    assert found(bench) == ["limit_hr_high"]
    assert delays(bench) == [5.0]
    assert bench.rows("SELECT settings_no FROM signed_frame WHERE kind = 1 ORDER BY frame_id") == [
        (0,),
        (bench.one("SELECT no FROM ward_settings"),),
    ]


def test_a_patients_own_limit_goes_over_the_wards_until_its_end(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    decide(bench, {"limits.hr.high": 120.0})
    assert bench.at_ms is not None
    until = datetime.fromtimestamp((bench.at_ms + 2 * MINUTE_MS) / 1000, UTC).isoformat()
    own(bench, device, limits={"hr": {"high": 140, "until": until}})
    say(bench, device, hr=125.0)
    assert found(bench) == []
    say(bench, device, hr=125.0)
    assert found(bench) == ["limit_hr_high"]


def test_a_patients_own_delay_is_theirs_alone(bench: Bench) -> None:
    mine, other = bench.fleet[:2]
    for device in (mine, other):
        bench.synced(device)
    own(bench, mine, settings={"delays.stream": 7})
    for device in (mine, other):
        say(bench, device, hr=135.0)
    assert delays(bench) == [7.0, 30.0]


def test_a_replay_judges_by_the_settings_that_were_in_force(bench: Bench) -> None:
    """Law 5: over changes of the ward's and of the patient's settings, bit for bit."""
    device = bench.fleet[0]
    bench.synced(device)
    say(bench, device, hr=125.0, spo2=93.0, rr=15.0, temp=36.8, sbp=120.0, dbp=80.0)
    decide(bench, {"limits.hr.high": 120.0, "ages.temp": 5.0, "delays.clear": 30.0})
    say(bench, device, hr=125.0, spo2=93.0)
    assert bench.at_ms is not None
    until = datetime.fromtimestamp((bench.at_ms + 3 * MINUTE_MS) / 1000, UTC).isoformat()
    own(bench, device, limits={"hr": {"high": 140, "until": until}}, profile="spot")
    for _ in range(5):
        say(bench, device, hr=125.0, spo2=90.0)
    decide(bench, {"limits.spo2.low": 88.0}, "stream")
    for value in (90.0, 84.0, 95.0):
        say(bench, device, hr=100.0, spo2=value)
    running = bench.parts.lanes.get(1)
    assert running is not None
    state = running.lane.snapshot()
    bench.start()
    say(bench, bench.fleet[1], hr=70.0)
    bench.parts.restorer.restore(bench.session.connection, [1], bench.now_ms())
    again = bench.parts.lanes.get(1)
    assert again is not None
    assert again.lane.snapshot() == state
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []


def test_another_wards_settings_are_not_ours(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    bench.run(
        "INSERT INTO ward_settings (ward, revision, settings, reason, set_at)"
        " VALUES ('north', 1, %s, 'test', now())",
        Jsonb({"limits.hr.high": 100.0}),
    )
    say(bench, device, hr=125.0)
    assert found(bench) == []
    bench.run("UPDATE patient SET ward = 'north'")
    say(bench, device, hr=125.0)
    assert found(bench) == ["limit_hr_high"]
