"""One device that sends what nobody asked for fills nothing, and is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.ingest.quarantine import TOPIC_CHARS
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path, flood_frames=50, rate_burst=200.0, rate_per_s=1.0) as made:
        yield made


def told(bench: Bench) -> list[tuple[object, ...]]:
    return bench.rows(
        "SELECT payload->'detail'->>'device', payload->'detail'->>'reason', patient_no IS NOT NULL"
        " FROM outbox WHERE payload->>'condition' = 'refused'"
    )


def mistyped(name: str, count: int, chars: int = 60_000) -> list[tuple[str, bytes]]:
    """Topics that a broker takes whose access list leaves the bucket open."""
    return [(f"homeward/v1/{n}{'x' * chars}/{name}/vitals", b"junk") for n in range(count)]


def test_topics_of_a_senders_choice_are_not_kept(bench: Bench) -> None:
    device = bench.fleet[0]
    topics = bench.parts.opener._topics  # noqa: SLF001 - what is held is the question
    bench.send(bench.vitals(device))
    before = dict(topics)
    bench.send(*mistyped(device.name, 100))
    assert topics == before
    kept = bench.rows("SELECT max(length(topic)), count(*) > 0 FROM quarantine")
    assert kept == [(TOPIC_CHARS, True)]


def test_the_owner_of_mistyped_topics_pays_for_them_and_is_named(bench: Bench) -> None:
    device, honest = bench.fleet
    bench.send(*mistyped(device.name, 300, 100), bench.vitals(honest))
    assert bench.rows("SELECT DISTINCT device_no FROM refusal_count") == [(1,)]
    assert bench.refusals()["rate_limited"] >= 95
    assert bench.count("signed_frame") == 1
    assert told(bench) == [(device.name, "topic_mismatch", True)]
    bench.send(*mistyped(device.name, 300, 100), *mistyped("w-stranger", 100, 10))
    assert len(told(bench)) == 1, "once in a while is enough"
    assert sorted(bench.heard.acknowledged) == list(range(1, bench.mid + 1))


def test_a_flood_over_the_rate_is_told_and_a_few_refusals_are_not(bench: Bench) -> None:
    device, other = bench.fleet
    bench.send(*[(other.topic, b"\x01junk") for _ in range(5)])
    assert told(bench) == []
    bench.send(*[bench.vitals(device) for _ in range(260)])
    assert told(bench) == [(device.name, "rate_limited", True)]
