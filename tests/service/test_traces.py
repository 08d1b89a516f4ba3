"""One trace from the broker's frame to the alert in the feed, by two programs, to a collector."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from analytics.tracing.ids import ids_of
from analytics.tracing.switch import tracer_of
from deploy.secrets.stack_secrets import Secrets
from gateway.ingest.decoder_thread import DecoderThread
from gateway.ingest.inbox import InboundMessage, Inbox
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.receivers import Receiver, receiving
from tests.support.ward import Ward, story, ward_in

GATEWAY = ["frame", "receive", "verify", "read", "lane", "store", "commit", "acknowledge"]
API = ["outbox", "engine", "alert", "stream"]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as made:
        made.answer = lambda _: 200
        monkeypatch.setenv("HOMEWARD_TRACING_URL", f"{made.origin}/v1/traces")
        monkeypatch.setenv("HOMEWARD_TRACING_EVERY_S", "0.1")
        monkeypatch.setenv("HOMEWARD_TRACING_SHARE", "0")
        yield made


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path, 3) as made:
        yield made


@pytest.fixture
def ward(database: Database, tmp_path: Path, stack_secrets: Secrets) -> Iterator[Ward]:
    with ward_in(database, tmp_path, stack_secrets.folder) as made:
        yield made


def spans(collector: Receiver) -> list[tuple[str, Any]]:
    """Every span that came, with the program that told it."""
    found = []
    for one in list(collector.got):
        for told in ExportTraceServiceRequest.FromString(one.body).resource_spans:
            said = {pair.key: pair.value.string_value for pair in told.resource.attributes}
            found += [
                (said["service.name"], span) for scope in told.scope_spans for span in scope.spans
            ]
    return found


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(40):
        while not holds():  # noqa: ASYNC110 - a collector tells nobody what it has got
            await asyncio.sleep(0.05)


def arrive(bench: Bench, *frames: tuple[str, bytes]) -> None:
    """One batch, through the thread that decodes beside the pipeline."""
    inbox = Inbox(bench.settings.inbox_bytes)
    opening = DecoderThread(bench.parts, inbox, bench.settings)
    opening.start()
    retained = False
    for topic, payload in frames:
        bench.mid += 1
        came = (bench.now_ms(), time.monotonic(), bench.heard, bench.mid)
        inbox.put(InboundMessage(topic, payload, retained, *came))
    left = len(frames)
    while left:
        items = opening.next_batch(10.0, left)
        assert items is not None
        bench.pipeline.commit(items)
        left -= len(items)
    opening.close()


def test_a_frame_that_calls_is_followed_to_its_alert_and_names_nobody(
    ward: Ward, bench: Bench, collector: Receiver
) -> None:
    """The others are not: no share of them was asked for."""
    tracer = bench.parts.tracer = tracer_of("gateway")
    assert tracer is not None
    bad, *good = bench.fleet
    for device in bench.fleet:
        bench.synced(device)

    async def main() -> None:
        async with ward.api(background=True):
            shock = (bad.topic, bad.vitals(bench.now_ms(), bench.rng, shock=True).frame)
            await asyncio.to_thread(arrive, bench, shock, *map(bench.vitals, good))
            await until(lambda: any(span.name == "stream" for _, span in spans(collector)))

    story(main())
    tracer.close()
    frame_id = ward.one(
        "SELECT frame_id FROM episode WHERE state = 'open' AND patient_no = (SELECT patient_no"
        " FROM device WHERE id = %s)",
        bad.name,
    )["frame_id"]
    ids = ids_of("ward", frame_id)
    mine = [one for one in spans(collector) if one[1].trace_id == ids.trace.to_bytes(16)]
    told = {(program, span.name) for program, span in mine}
    assert told == {("homeward-gateway", name) for name in GATEWAY} | {
        ("homeward-api", name) for name in API
    }
    for _, span in mine:
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.parent_span_id == (b"" if span.name == "frame" else ids.root.to_bytes(8))
    by_name = {span.name: span for _, span in mine}
    ends = [by_name[name].end_time_unix_nano for name in (*GATEWAY[1:], *API)]
    assert ends == sorted(ends)
    assert_names_nobody(ward, bench, collector)


def assert_names_nobody(ward: Ward, bench: Bench, collector: Receiver) -> None:
    """Numbers alone, under names of ours; no id of a person or device in any byte."""
    for _, span in spans(collector):
        assert {pair.key for pair in span.attributes} <= {
            "homeward.batch",
            "homeward.frame",
            "homeward.listeners",
        }
        assert all(pair.value.HasField("int_value") for pair in span.attributes)
        assert not span.events
    everything = b"".join(one.body for one in collector.got)
    people = [str(row["id"]) for row in ward.all("SELECT id FROM patient")]
    for word in (*people, *(device.name for device in bench.fleet)):
        assert word.encode() not in everything


def test_of_frames_that_lead_to_nothing_a_share_is_followed(
    bench: Bench, collector: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_TRACING_SHARE", "1")
    tracer = bench.parts.tracer = tracer_of("gateway")
    assert tracer is not None
    for device in bench.fleet:
        bench.synced(device)
    frames = [bench.vitals(device) for device in bench.fleet]
    arrive(bench, *frames)
    arrive(bench, *frames)  # redelivered: stored once, told once
    tracer.close()
    roots = [span for _, span in spans(collector) if span.name == "frame"]
    stored = [row[0] for row in bench.rows("SELECT frame_id FROM signed_frame ORDER BY 1")]
    said = sorted(
        pair.value.int_value
        for span in roots
        for pair in span.attributes
        if pair.key == "homeward.frame"
    )
    assert said == stored
    assert len(stored) == 2 * len(bench.fleet)
