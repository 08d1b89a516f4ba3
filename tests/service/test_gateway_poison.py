"""A frame that cannot be stored: set aside alone, covered, and paid for by its sender."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import wire
from gateway.errors import StoreUnavailable
from gateway.ingest.batch import Batch
from gateway.ingest.decoding import InboundFrame
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def spoil(bench: Bench, monkeypatch: pytest.MonkeyPatch, *bad: bytes) -> None:
    """Have the pipeline stumble over these frames."""
    keep = bench.parts.admitter.handle

    def fragile(item: InboundFrame, batch: Batch) -> None:
        if item.opened is not None and item.opened.frame in bad:
            raise ZeroDivisionError
        keep(item, batch)

    monkeypatch.setattr(bench.parts.admitter, "handle", fragile)


def test_a_frame_that_cannot_be_stored_is_set_aside_alone_and_covered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = bench.fleet[0]
    frames = [bench.vitals(device) for _ in range(9)]
    spoil(bench, monkeypatch, frames[4][1])
    bench.send(*frames)
    assert bench.count("signed_frame") == 8
    kept = bench.rows("SELECT reason, signed, boot, seq FROM quarantine")
    assert kept == [("malformed", True, 1, 5)]
    assert sorted(bench.heard.acknowledged) == list(range(1, 10))
    [boot] = bench.acks(device).boots
    assert (boot.upto, boot.refused) == (9, [(5, "malformed")])


def test_what_cannot_even_be_judged_is_set_aside_uncovered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = bench.fleet[0]
    keep = bench.parts.admitter.handle

    def fragile(item: InboundFrame, batch: Batch) -> None:
        if item.vouched is not None:
            raise ZeroDivisionError
        keep(item, batch)

    monkeypatch.setattr(bench.parts.admitter, "handle", fragile)
    bench.send(bench.vitals(device))
    assert bench.rows("SELECT reason, signed FROM quarantine") == [("malformed", False)]
    monkeypatch.setattr(bench.parts.admitter, "handle", lambda *_: 1 / 0)
    with pytest.raises(StoreUnavailable, match="cannot even be set aside"):
        bench.send(bench.vitals(device))


def test_who_sends_what_cannot_be_stored_pays_for_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench_on(database, tmp_path, rate_burst=1_500.0, rate_per_s=1.0) as bench:
        evil, honest = bench.fleet
        frames = [bench.vitals(evil) for _ in range(4)]
        spoil(bench, monkeypatch, *[frame for _, frame in frames])
        for frame in frames:
            bench.send(frame, bench.vitals(honest))
        assert bench.refusals() == {"malformed": 2, "rate_limited": 2}
        assert bench.count("signed_frame") == 4


def test_nobody_who_is_to_be_told_is_forgotten_for_the_frame_of_another(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil, quiet = bench.fleet
    spool = []
    for boot in range(1, 7):
        quiet.boot, quiet.seq = boot, 0
        spool.append(bench.vitals(quiet))
    bench.send(*spool)
    bench.heard.published.clear()
    bad = bench.vitals(evil)
    spoil(bench, monkeypatch, bad[1])
    bench.send(bad, bench.vitals(evil))
    told = [(boot.boot, boot.upto) for _ in range(2) for boot in bench.acks(quiet).boots]
    assert told == [(boot, 1) for boot in (6, 5, 4, 3, 6, 2, 1)]


def test_after_a_hand_over_only_those_who_stay_are_told(bench: Bench) -> None:
    stays, goes = bench.fleet
    assert stays.bucket != goes.bucket
    bench.send(bench.vitals(stays), bench.vitals(goes))
    bench.heard.published.clear()
    bench.pipeline.serve([int(stays.bucket, 16)])
    bench.parts.forget_patients(bench.pipeline.names)
    assert bench.acks(stays).boots[0].upto == 1
    topics = [topic for topic, _ in bench.heard.published if topic.endswith("acks")]
    assert topics == [wire.device_topic(stays.bucket, stays.name, wire.TopicKind.ACKS)]
    bench.send(bench.vitals(stays))
    assert bench.acks(stays).boots[0].upto == 2


def test_a_number_that_is_no_text_for_the_store_slows_nobody(
    database: Database, tmp_path: Path
) -> None:
    """Such a receipt was refused by the database, and a batch of 500 was halved nine times."""
    with bench_on(database, tmp_path, size=300) as bench:
        evil, *honest = bench.fleet
        evil.seq += 1
        receipt = wire.Receipt(
            device=evil.name,
            boot=1,
            seq=evil.seq,
            command_id="a\x00b",
            state=wire.ReceiptState.DONE,
            at=bench.now_ms(),
        )
        topic = wire.device_topic(evil.bucket, evil.name, wire.TopicKind.RECEIPTS)
        frames = [bench.vitals(device) for device in honest]
        began = time.perf_counter()
        bench.send(*frames[:150], (topic, bench.signed(evil, receipt)[1]), *frames[150:])
        took_s = time.perf_counter() - began
        assert "homeward_batches_total 2.0" in bench.parts.metrics.render().decode(), took_s
        assert bench.refusals() == {"malformed": 1}
        assert bench.acks(evil).boots[0].refused == [(1, "malformed")]
        assert bench.count("signed_frame") == 299
