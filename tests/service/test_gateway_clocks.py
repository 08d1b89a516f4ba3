"""Wrong clocks through the pipeline and the store: what is stored, and that it still pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway import wire
from gateway.admission.clock_offset import ClockState
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.real_device import BAD, WELL, RealDevice

MINUTE = 60_000
HOUR = 60 * MINUTE
STEP = 20 * MINUTE
LATEST = 4_294_967_295_000
PAGES = (
    "SELECT payload->>'change' FROM outbox WHERE payload->>'condition' = 'news2_emergency'"
    " AND payload->>'late' = 'false' ORDER BY id"
)
STORED = """SELECT o.device_time, o.time, o.received, f.clock_state, f.offset_ms
    FROM observation o JOIN signed_frame f USING (frame_id)
    WHERE o.metric = 1 ORDER BY frame_id DESC LIMIT 1"""


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def lates(bench: Bench) -> list[bool]:
    return [bool(late) for (late,) in bench.rows("SELECT late FROM assessment ORDER BY frame_id")]


def test_a_step_back_within_a_silence_silences_nobody(bench: Bench) -> None:
    """A cuff every 30 min; 25 min after the last its clock is set back by 20."""
    cuff = RealDevice(bench, bench.fleet[0])
    cuff.measure(WELL)
    cuff.at(25)
    cuff.step(-STEP)
    cuff.at(30)
    cuff.measure(BAD)
    assert lates(bench) == [False, False]
    assert bench.rows(PAGES) == [("started",)]


@pytest.mark.parametrize("heard_min", [0.2, 24.5])
def test_a_device_that_echoes_what_it_heard_before_the_step_is_asked(
    bench: Bench, heard_min: float
) -> None:
    """Its echo is from right after its last reading, or from after the time its clock shows now."""
    began = bench.at_ms = bench.now_ms()
    device = bench.fleet[0]
    bench.synced(device)
    bench.send(bench.vitals(device))
    before = len(bench.heard.published)

    def say(minutes: float, echo: wire.ClockEcho | None = None) -> None:
        bench.at_ms = began + round(minutes * MINUTE)
        device.seq += 1
        now, name = bench.at_ms - STEP, device.name
        message: wire.DeviceMessage = wire.Vitals(
            device=name, boot=1, seq=device.seq, samples=[wire.Sample(t=now, **BAD)]
        )
        if echo is not None:
            message = wire.Clock(device=name, boot=1, seq=device.seq, now=now, echo=echo)
        bench.send(bench.signed(device, message))

    heard = began + round(heard_min * MINUTE)
    say(25, wire.ClockEcho(gateway=heard, heard=heard))
    kinds = [topic.rpartition("/")[2] for topic, _ in bench.heard.published[before:]]
    assert kinds == ["acks", "commands"]
    asked = began + 25 * MINUTE
    say(25.01, wire.ClockEcho(gateway=asked, heard=asked - STEP + 100))
    say(30)
    assert lates(bench) == [False, False]
    assert bench.rows(PAGES) == [("started",)]


@pytest.mark.parametrize("since", ["the start", "a minute later"])
@pytest.mark.parametrize("reads", ["an hour ahead", "an hour behind", "1970", "2106"])
def test_a_clock_that_is_far_off_is_mapped_and_pages(bench: Bench, reads: str, since: str) -> None:
    now = bench.now_ms()
    off = {
        "an hour ahead": HOUR,
        "an hour behind": -HOUR,
        "1970": 12_345 - now,
        "2106": LATEST - HOUR - now,
    }[reads]
    device = RealDevice(bench, bench.fleet[0], ahead_ms=off if since == "the start" else 0)
    device.measure(WELL)
    if since != "the start":
        device.at(1)
        device.step(off)
    device.at(2)
    device.measure(BAD)
    assert lates(bench) == [False, False]
    assert bench.rows(PAGES) == [("started",)]
    [(device_time, at, received, state, offset)] = bench.rows(STORED)
    arrived = datetime.fromtimestamp((bench.at_ms or 0) / 1000, UTC)
    assert device_time == arrived + timedelta(milliseconds=off)
    assert received == arrived
    assert isinstance(at, datetime)
    assert abs(at - arrived) < timedelta(seconds=1)
    assert state == ClockState.MAPPED
    assert abs(int(str(offset)) + off) < 1_000
