"""The outlet on a real NATS server: once each by id, whatever is killed; nothing waits for it."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import nats
import pytest
from nats.js.errors import NotFoundError

from deploy.secrets.stack_secrets import Secrets
from deploy.services.ports import free_ports
from tests.support.databases import Database
from tests.support.nats_server import PrivateNats
from tests.support.pipelines import Bench, bench_on
from tests.support.servers import Running
from tests.support.ward import Patient, Ward, story, ward_in

DEVICES, ROUNDS = 5, 12


class Kept(NamedTuple):
    """One message as the stream keeps it."""

    subject: str
    id: str
    body: dict[str, Any]


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path, DEVICES) as made:
        yield made


@pytest.fixture
def ward(database: Database, tmp_path: Path, stack_secrets: Secrets) -> Iterator[Ward]:
    with ward_in(database, tmp_path, stack_secrets.folder) as made:
        yield made


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A NATS server that runs, and the settings by which the API finds it."""
    server = PrivateNats(folder=tmp_path / "nats", port=free_ports(1)[0])
    running = Running(server, tmp_path / "nats.log")
    monkeypatch.setenv("HOMEWARD_OUTLET_URL", server.url)
    monkeypatch.setenv("HOMEWARD_OUTLET_TICK_S", "0.05")
    monkeypatch.setenv("HOMEWARD_OUTLET_ANSWER_S", "2")
    monkeypatch.setenv("HOMEWARD_OUTLET_AT_ONCE", "20")
    running.start()
    yield running
    running.stop()


async def until(holds: Callable[[], bool], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - the database tells nobody but the product
            await asyncio.sleep(0.05)


async def kept(outside: Running) -> list[Kept]:
    """Everything that the stream keeps, in its order."""
    assert isinstance(outside.server, PrivateNats)
    client = await nats.connect(outside.server.url)
    try:
        stream = client.jetstream()
        try:
            state = (await stream.stream_info("HOMEWARD")).state
        except NotFoundError:
            return []
        found = []
        for n in range(state.first_seq, state.last_seq + 1):
            try:
                one = await stream.get_msg("HOMEWARD", n)
            except NotFoundError:
                continue
            assert one.subject is not None and one.data is not None  # noqa: PT018
            name = (one.headers or {})["Nats-Msg-Id"]
            found.append(Kept(one.subject, name, json.loads(one.data)))
        return found
    finally:
        await client.close()


def wanted(bench: Bench) -> bool:
    return bench.one("SELECT wanted_until IS NOT NULL FROM outlet_state") is True


def all_told(bench: Bench) -> bool:
    return bench.count("outlet") == 0 and bench.one(
        "SELECT alerts = (SELECT value FROM stream_position) FROM outlet_state"
    )


def send_rounds(bench: Bench, rounds: int) -> None:
    for _ in range(rounds):
        bench.send(*(bench.vitals(device) for device in bench.fleet))


def sync(bench: Bench) -> None:
    for device in bench.fleet:
        bench.synced(device)


def of_kind(found: list[Kept], kind: str) -> list[dict[str, Any]]:
    return [one.body for one in found if one.body["schema"] == f"homeward.{kind}/1"]


def ids_of_frames(found: list[Kept]) -> list[str]:
    """What is told of frames; the ward raises alerts of its own as time goes by."""
    return [one.id for one in found if one.body["schema"] != "homeward.alert/1"]


async def with_api(ward: Ward, bench: Bench, told: Callable[[], Awaitable[None]]) -> None:
    async with ward.api(background=True):
        await until(lambda: wanted(bench))
        await told()


def test_a_server_that_is_killed_in_the_middle_loses_nothing_and_keeps_nothing_twice(
    ward: Ward, bench: Bench, outside: Running
) -> None:
    sync(bench)
    patient = Patient(no=1, id=ward.one("SELECT id FROM patient WHERE no = 1")["id"], ward="main")

    async def told() -> None:
        for part in range(3):
            if part == 1:
                await asyncio.to_thread(outside.kill)  # whatever is under way
            await asyncio.to_thread(send_rounds, bench, ROUNDS)
            ward.finding(patient, f"limit_hr_{part}", datetime.now(UTC))
            await until(lambda part=part: len(ward.reasons(f"limit_hr_{part}")) == 1)
        assert bench.count("outlet") > 0
        await asyncio.to_thread(outside.start)
        await until(lambda: bool(all_told(bench)))

    async def main() -> None:
        await with_api(ward, bench, told)
        found = await kept(outside)
        assert max(Counter(one.id for one in found).values()) == 1
        frames = bench.rows("SELECT DISTINCT frame_id FROM observation ORDER BY 1")
        assert len(frames) == 3 * ROUNDS * DEVICES
        assert sorted(one["frame"] for one in of_kind(found, "readings")) == [f for (f,) in frames]
        readings = sum(len(one["readings"]) for one in of_kind(found, "readings"))
        assert readings == bench.count("observation")
        assert len(of_kind(found, "assessment")) == bench.count("assessment") > 0
        events = [one["row"] for one in of_kind(found, "alert")]
        last = ward.one("SELECT alerts FROM outlet_state")["alerts"]  # one may follow at the end
        assert events == [row["stream_id"] for row in ward.events() if row["stream_id"] <= last]
        assert len(events) >= 3  # each part raised one
        assert not of_kind(found, "gap")

    story(main())
    assert len(bench.heard.acknowledged) == (3 * ROUNDS + 1) * DEVICES


def test_a_process_that_falls_after_it_told_tells_the_same_under_the_same_id(
    ward: Ward, bench: Bench, outside: Running
) -> None:
    sync(bench)

    async def told() -> None:
        send_rounds(bench, 1)
        await until(lambda: bool(all_told(bench)))

    async def main() -> None:
        await with_api(ward, bench, told)
        before = await kept(outside)
        send_rounds(bench, 1)
        rows = bench.rows("SELECT * FROM outlet ORDER BY id")
        await with_api(ward, bench, lambda: until(lambda: bool(all_told(bench))))
        once = await kept(outside)
        assert len(ids_of_frames(once)) > len(ids_of_frames(before)) > 0
        for row in rows:  # as if what was told had not been forgotten yet
            bench.run("INSERT INTO outlet OVERRIDING SYSTEM VALUE SELECT (%s::outlet).*", row)
        await with_api(ward, bench, lambda: until(lambda: bool(all_told(bench))))
        assert ids_of_frames(await kept(outside)) == ids_of_frames(once)

    story(main())


def test_who_is_erased_leaves_the_stream_and_is_told_of(
    ward: Ward, bench: Bench, outside: Running
) -> None:
    sync(bench)

    async def told() -> None:
        send_rounds(bench, 2)
        await until(lambda: bool(all_told(bench)))
        bench.run("UPDATE patient SET erased_at = now() WHERE no = 1")
        send_rounds(bench, 1)  # a gateway that does not know of it yet
        await until(lambda: bool(all_told(bench)))

    async def main() -> None:
        await with_api(ward, bench, told)
        found = await kept(outside)
        gone = str(ward.one("SELECT id FROM patient WHERE no = 1")["id"])
        theirs = [one for one in found if gone in one.subject or one.body.get("patient") == gone]
        assert [one.body["schema"] for one in theirs] == ["homeward.erased/1"]
        assert len({one["patient"] for one in of_kind(found, "readings")}) == DEVICES - 1

    story(main())


def test_what_was_entered_in_error_is_told_again(
    ward: Ward, bench: Bench, outside: Running
) -> None:
    sync(bench)

    async def told() -> None:
        send_rounds(bench, 2)
        ((frame,),) = bench.rows("SELECT max(frame_id) FROM observation WHERE patient_no = 1")
        mark(bench, frame)
        await until(lambda: bool(all_told(bench)))

    async def main() -> None:
        await with_api(ward, bench, told)
        readings = [
            reading | {"row": one["row"]}
            for one in of_kind(await kept(outside), "readings")
            for reading in one["readings"]
        ]
        newest = {(one["device"], one["metric"], one["time"]): one for one in readings}
        assert [one["metric"] for one in newest.values() if one["entered_in_error"]] == ["hr"]

    story(main())


def mark(bench: Bench, frame: object) -> None:
    """Say of the pulse in a frame of the first patient that it was entered in error."""
    bench.run(
        """WITH user_made AS (INSERT INTO app_user (username, password_hash, role)
                VALUES ('n', 'x', 'nurse') RETURNING id),
                wrong AS (SELECT * FROM observation WHERE frame_id = %s AND metric = 1),
                marked AS (INSERT INTO reading_mark (patient_no, frame_id, metric, time, marked_at,
                                                     marked_by, reason)
                    SELECT w.patient_no, w.frame_id, w.metric, w.time, now(), u.id, 'x'
                      FROM wrong w, user_made u)
           INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)
           SELECT w.patient_no, p.bucket, 'entered_in_error', now(), u.id, jsonb_build_object(
                  'frame', w.frame_id, 'metric', 1,
                  't', (extract(epoch FROM w.time) * 1000)::bigint)
             FROM wrong w JOIN patient p ON p.no = w.patient_no, user_made u""",
        frame,
    )
    bench.pipeline.commit([])


def test_without_an_outlet_nothing_waits_for_one(bench: Bench) -> None:
    sync(bench)
    send_rounds(bench, 2)
    assert bench.count("outlet") == 0
    bench.run("UPDATE outlet_state SET wanted_until = now() - INTERVAL '1 second'")
    send_rounds(bench, 1)
    assert bench.count("outlet") == 0


def test_what_waited_too_long_is_dropped_and_the_gap_told(
    ward: Ward, bench: Bench, outside: Running
) -> None:
    sync(bench)
    bench.run("UPDATE outlet_state SET wanted_until = now() + INTERVAL '1 hour'")
    send_rounds(bench, 1)
    bench.run("UPDATE outlet SET at = at - INTERVAL '8 days'")
    send_rounds(bench, 1)

    async def main() -> None:
        await with_api(ward, bench, lambda: until(lambda: bool(all_told(bench))))
        found = await kept(outside)
        assert len(of_kind(found, "readings")) == DEVICES
        (gap,) = of_kind(found, "gap")
        assert gap["start"] <= gap["end"]

    story(main())
