"""Roll-ups answer as the readings do: late, corrected, entered by hand, after a restart, erased."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from analytics.domain.care import Role
from analytics.domain.vitals import Metric
from api.store import rollups
from api.store.rls_context import act_for
from gateway import migrations, wire
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on

MINUTE, HOUR = 60_000, 3_600_000
METRICS = [int(one) for one in Metric]
NAMES = ("start", "metric", "min", "mean", "max", "count")
WIDTHS = [
    (timedelta(seconds=20), None),
    (timedelta(minutes=1), None),
    (timedelta(minutes=5), None),
    (timedelta(minutes=7), None),
    (timedelta(hours=1), None),
    (timedelta(minutes=90), None),
    (timedelta(days=1), "Asia/Kolkata"),
    (timedelta(days=1), "Europe/Berlin"),
]
PLAIN = """
    SELECT {bucket} AS start, metric, min(value) AS min, avg(value) AS mean, max(value) AS max,
           count(*) AS count
      FROM observation o
     WHERE patient_no = 1 AND time >= %(from)s AND time < %(to)s
       AND NOT EXISTS (SELECT FROM reading_mark m WHERE m.patient_no = o.patient_no
             AND m.frame_id = o.frame_id AND m.metric = o.metric AND m.time = o.time)
     GROUP BY 1, 2 ORDER BY 1, 2
"""
SCORES = """
    SELECT {bucket} AS start, max(time) AS newest, max(low) AS low, max(high) AS high,
           max(band) AS band, max(score) AS score, max(risk) AS risk,
           bool_and(score IS NULL) AS partial
      FROM assessment
     WHERE patient_no = 1 AND superseded_as IS NULL AND time >= %(from)s AND time < %(to)s
     GROUP BY 1 ORDER BY 1
"""


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


@pytest.fixture
def start(bench: Bench) -> int:
    """The full hour half a day ago, in ms; the device's clock is known from then on."""
    bench.at_ms = at_ms = (bench.now_ms() - 12 * HOUR) // HOUR * HOUR
    bench.synced(bench.fleet[0])
    bench.at_ms = None
    return at_ms


def measure(bench: Bench, at_ms: int, received_ms: int | None = None, **values: float) -> None:
    device = bench.fleet[0]
    device.seq += 1
    calm = {"hr": 72.0, "spo2": 97.0, "rr": 15.0}
    samples = [wire.Sample(t=at_ms, **{**calm, **values})]
    if received_ms is not None and received_ms > at_ms:  # so that its clock stays known
        samples.append(wire.Sample(t=received_ms, **calm))
    message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=samples)
    bench.at_ms = received_ms or at_ms
    bench.send(bench.signed(device, message))
    bench.at_ms = None


def roll_up(bench: Bench, most: int = 100, dense: int = 4) -> int:
    [(done,)] = bench.rows("SELECT roll_up(%s::smallint[], %s, %s)", METRICS, most, dense)
    assert isinstance(done, int)
    return done


def states(bench: Bench) -> dict[int, str]:
    """What is known of each hour, by hours after the first."""
    rows = bench.rows("SELECT hour, state FROM rollup_hour WHERE patient_no = 1 ORDER BY hour")
    first = rows[0][0]
    assert isinstance(first, datetime)
    return {
        round((hour - first) / timedelta(hours=1)): str(state)
        for hour, state in rows
        if isinstance(hour, datetime)
    }


async def _asked(database: Database, span: tuple[datetime, datetime]) -> list[list[Any]]:
    async with (
        await AsyncConnection.connect(database.api, row_factory=dict_row) as conn,
        conn.transaction(),
    ):
        await conn.execute("SET LOCAL timezone TO 'UTC'")
        await act_for(conn, None, Role.ADMIN)
        found: list[list[Any]] = []
        for width, zone in WIDTHS:
            more = {"zone": zone, "limit": 10_000}
            rows = await rollups.observations(conn, 1, METRICS, span, width, after=None, **more)
            found.append([dict(zip(NAMES, row, strict=True)) for row in rows])
            found.append(await rollups.assessments(conn, 1, span, width, **more))
        return found


def _plain(database: Database, span: tuple[datetime, datetime]) -> list[list[Any]]:
    found: list[list[Any]] = []
    with psycopg.connect(database.superuser, row_factory=dict_row) as conn:
        conn.execute("SET timezone TO 'UTC'")
        for width, zone in WIDTHS:
            asked = {"width": width, "zone": zone, "from": span[0], "to": span[1]}
            bucket = rollups.BUCKET[zone is not None].format(at="time")
            found += [
                conn.execute(statement.format(bucket=bucket), asked).fetchall()
                for statement in (PLAIN, SCORES)
            ]
    return found


def check(bench: Bench, first_ms: int, last_ms: int) -> None:
    """What is answered must be what the readings themselves say, for every width."""
    span = (
        datetime.fromtimestamp(first_ms / 1000, UTC),
        datetime.fromtimestamp(last_ms / 1000, UTC),
    )
    answered, plain = asyncio.run(_asked(bench.database, span)), _plain(bench.database, span)
    for mine, theirs in zip(answered, plain, strict=True):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            assert one == {
                **other,
                **({"mean": pytest.approx(other["mean"])} if "mean" in other else {}),
            }


def nurse(bench: Bench) -> object:
    return bench.one(
        "INSERT INTO app_user (username, password_hash, role) VALUES ('n', 'x', 'nurse')"
        " ON CONFLICT (username) DO UPDATE SET role = 'nurse' RETURNING id"
    )


def enter(bench: Bench, at_ms: int, **values: float) -> None:
    payload = {"samples": [{"t": at_ms, **values}], "graded": True}
    bench.run(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)"
        " SELECT no, bucket, 'observations', now(), %s, %s FROM patient WHERE no = 1",
        *(nurse(bench), Jsonb(payload)),
    )
    bench.pipeline.commit([])


def mark(bench: Bench, value: float) -> None:
    """Say that a pulse was entered in error, as the API does."""
    [(frame, at)] = bench.rows(
        "SELECT frame_id, time FROM observation WHERE patient_no = 1 AND metric = 1 AND value = %s",
        value,
    )
    assert isinstance(at, datetime)
    bench.run(
        "INSERT INTO reading_mark VALUES (1, %s, 1, %s, now(), %s, 'x')", frame, at, nurse(bench)
    )


def test_the_newest_hour_stays_open_and_the_others_are_rolled_up(bench: Bench, start: int) -> None:
    for minute in range(0, 150, 10):
        measure(bench, start + minute * MINUTE, hr=60 + minute / 10)
    assert states(bench) == {0: "due", 1: "due", 2: "open"}
    assert roll_up(bench) == 2
    assert states(bench) == {0: "done", 1: "done", 2: "open"}
    rolled = bench.rows(
        "SELECT count, min, max, sum, last FROM observation_hour WHERE metric = 1 ORDER BY start"
    )
    assert rolled == [(6, 60.0, 65.0, 375.0, 65.0), (6, 66.0, 71.0, 411.0, 71.0)]
    check(bench, start, start + 3 * HOUR)
    check(bench, start + 7 * MINUTE, start + 2 * HOUR + 11 * MINUTE)


def test_late_readings_reach_what_is_rolled_up_already(bench: Bench, start: int) -> None:
    for hour in range(4):
        for minute in range(0, 60, 12):
            measure(bench, start + hour * HOUR + minute * MINUTE)
    assert roll_up(bench) == 3
    now = start + 4 * HOUR - MINUTE
    measure(bench, start + HOUR + 30 * MINUTE, now, hr=171)
    assert states(bench) == {0: "done", 1: "due", 2: "done", 3: "open"}
    check(bench, start, start + 4 * HOUR)
    assert roll_up(bench) == 1
    check(bench, start, start + 4 * HOUR)
    [(most,)] = bench.rows("SELECT max(max) FROM observation_hour WHERE metric = 1")
    assert most == 171


def test_what_a_person_enters_for_an_hour_of_before_reaches_it(bench: Bench, start: int) -> None:
    for hour in range(3):
        measure(bench, start + hour * HOUR)
    roll_up(bench)
    enter(bench, start + 20 * MINUTE, hr=120)
    assert states(bench)[0] == "due"
    check(bench, start, start + 3 * HOUR)
    roll_up(bench)
    check(bench, start, start + 3 * HOUR)


def test_a_reading_entered_in_error_leaves_its_roll_up_at_once(bench: Bench, start: int) -> None:
    for hour in range(3):
        measure(bench, start + hour * HOUR, hr=70 + hour)
    roll_up(bench)
    mark(bench, 70)
    check(bench, start, start + 3 * HOUR)
    assert states(bench) == {0: "due", 1: "done", 2: "open"}
    roll_up(bench)
    assert bench.rows("SELECT max FROM observation_hour WHERE metric = 1 ORDER BY start") == [
        (71.0,)
    ]
    check(bench, start, start + 3 * HOUR)
    mark(bench, 72)
    assert states(bench)[2] == "open", "what is open is nobody's to roll up"
    check(bench, start, start + 3 * HOUR)


def test_a_worker_that_remembers_nothing_loses_no_change(bench: Bench, start: int) -> None:
    for hour in range(3):
        measure(bench, start + hour * HOUR)
    roll_up(bench)
    bench.start()
    now = start + 2 * HOUR + MINUTE
    for minute in (5, 15):
        measure(bench, start + minute * MINUTE, now, hr=99 + minute)
        check(bench, start, start + 3 * HOUR)
        roll_up(bench)
        check(bench, start, start + 3 * HOUR)
    measure(bench, start + 3 * HOUR)
    roll_up(bench)
    check(bench, start, start + 4 * HOUR)
    assert list(states(bench).values()).count("open") == 1


def test_any_order_of_writing_rolling_up_and_correcting(bench: Bench, start: int) -> None:
    rng = random.Random(20)
    newest = start
    for turn in range(60):
        at = start + rng.randrange(6 * 60) * MINUTE + turn * 1000
        newest = max(newest, at)
        measure(bench, at, newest, hr=90 + turn)
        if turn % 5 == 4:
            roll_up(bench, most=rng.randrange(1, 4))
        if turn % 20 == 19:
            mark(bench, 90 + turn - rng.randrange(15))
            check(bench, start + 13 * MINUTE, start + 7 * HOUR)
        if turn == 30:
            bench.start()
    while roll_up(bench):
        pass
    assert "done" in states(bench).values()
    check(bench, start, start + 7 * HOUR)


def test_who_writes_and_who_rolls_up_never_miss_each_other(bench: Bench, start: int) -> None:
    """A write that is not committed yet is no roll-up's to overlook, and the other way round."""
    for hour in range(3):
        measure(bench, start + hour * HOUR)
    roll_up(bench)
    with psycopg.connect(bench.database.superuser) as writing:
        writing.execute(
            "INSERT INTO observation SELECT time + interval '1 min', received, device_time, 5,"
            " patient_no, device_no, metric, quality, 155 FROM observation"
            " WHERE metric = 1 ORDER BY time LIMIT 1"
        )
        writing.execute("UPDATE rollup_hour SET state = 'due' WHERE state = 'done'")
        assert roll_up(bench) == 0, "somebody is writing into them"
    assert roll_up(bench) == 2
    [(most,)] = bench.rows("SELECT max(max) FROM observation_hour WHERE metric = 1")
    assert most == 155


def test_an_hour_whose_readings_are_kept_no_more_keeps_its_roll_up(
    bench: Bench, start: int
) -> None:
    for hour in range(3):
        measure(bench, start + hour * HOUR)
    roll_up(bench)
    before = bench.count("observation_hour")
    bench.run("DELETE FROM observation WHERE time < to_timestamp(%s)", start / 1000 + 7200)
    bench.run("UPDATE rollup_hour SET state = 'due' WHERE state = 'done'")
    roll_up(bench)
    assert bench.count("observation_hour") == before > 0


def test_an_erasure_takes_the_roll_ups_along(bench: Bench, start: int) -> None:
    for hour in range(3):
        for minute in range(6):
            measure(bench, start + hour * HOUR + minute * MINUTE)
    roll_up(bench)
    tables = [
        "rollup_hour",
        *(
            f"{what}_{tier}"
            for what in ("observation", "assessment")
            for tier in ("hour", "minute")
        ),
    ]
    assert all(bench.count(table) for table in tables)
    bench.run("UPDATE patient SET purge_until = now() + interval '1 day' WHERE no = 1")
    bench.rows("SELECT purge_erased()")
    assert [bench.count(table) for table in tables] == [0] * len(tables)


def test_what_was_stored_before_there_were_roll_ups_is_rolled_up(empty_database: Database) -> None:
    [step] = (migrations.HERE / "versions").glob("v*_roll_ups.py")
    migrations.upgrade(empty_database.owner, f"{int(step.name[1:5]) - 1:04}")
    with psycopg.connect(empty_database.superuser, autocommit=True) as conn:
        conn.execute(
            "INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value)"
            " SELECT at, at, 1, 7, 1, 0, 70 FROM generate_series(now() - interval '5 hours', now(),"
            " interval '1 minute') at"
        )
        migrations.upgrade(empty_database.owner)
        found = conn.execute("SELECT roll_up('{1}', 100, 180)").fetchone()
        rolled = conn.execute("SELECT sum(count) FROM observation_hour").fetchone()
    assert found is not None
    assert found[0] in {5, 6}
    assert rolled == (301,)


def test_each_question_has_a_plan_of_its_own(bench: Bench, start: int) -> None:
    """A plan kept for any question would read the readings beside the roll-ups."""
    measure(bench, start)
    since = datetime.fromtimestamp(start / 1000, UTC)
    span = (since, since + timedelta(hours=3))

    async def kept() -> int:
        conn = await AsyncConnection.connect(bench.database.api, row_factory=dict_row)
        async with conn, conn.transaction():
            await act_for(conn, None, Role.ADMIN)
            more = {"zone": None, "limit": 100}
            for _ in range(2 * (conn.prepare_threshold or 0) + 2):
                width = timedelta(hours=1)
                await rollups.observations(conn, 1, METRICS, span, width, after=None, **more)
                await rollups.assessments(conn, 1, span, width, **more)
            found = await conn.execute(
                "SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE %s",
                ("%rollup_hour_seen%",),
            )
            row = await found.fetchone()
            return row["n"] if row else -1

    assert asyncio.run(kept()) == 0
