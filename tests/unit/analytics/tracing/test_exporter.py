"""What a collector gets over HTTP, and what happens while there is none."""

import time
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from analytics.tracing.exporter import OtlpTracer
from analytics.tracing.ids import ids_of
from analytics.tracing.settings import TracingSettings
from analytics.tracing.spans import StageSpan
from deploy.services.ports import free_ports
from tests.support.receivers import receiving

WHOLE = StageSpan("frame", 1_000, 9_000, {"homeward.batch": 3})
PARTS = [StageSpan("receive", 1_000, 2_000), StageSpan("commit", 3_000, 8_000)]


def test_a_trace_arrives_whole_under_the_frames_number(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("abc")
    with receiving() as collector:
        collector.answer = lambda _: 200
        url = f"{collector.origin}/v1/traces"
        settings = TracingSettings(url=url, site="north", token_file=token)
        gateway, api = OtlpTracer("gateway", settings), OtlpTracer("api", settings)
        gateway.begin_trace(7, WHOLE, PARTS)
        api.add_stages(7, [StageSpan("alert", 10_000, 11_000)])
        gateway.close()
        api.close()
    first, second = (ExportTraceServiceRequest.FromString(one.body) for one in collector.got)
    assert {one.headers["authorization"] for one in collector.got} == {"Bearer abc"}
    said = {
        pair.key: pair.value.string_value for pair in first.resource_spans[0].resource.attributes
    }
    assert said == {"service.name": "homeward-gateway", "homeward.site": "north"}
    frame, receive, commit = first.resource_spans[0].scope_spans[0].spans
    (alert,) = second.resource_spans[0].scope_spans[0].spans
    ids = ids_of("north", 7)
    assert [one.name for one in (frame, receive, commit, alert)] == [
        "frame",
        "receive",
        "commit",
        "alert",
    ]
    assert {one.trace_id for one in (frame, receive, commit, alert)} == {ids.trace.to_bytes(16)}
    assert frame.span_id == ids.root.to_bytes(8)
    assert not frame.parent_span_id
    assert {one.parent_span_id for one in (receive, commit, alert)} == {frame.span_id}
    assert (frame.start_time_unix_nano, frame.end_time_unix_nano) == (1_000, 9_000)
    counts = {pair.key: pair.value.int_value for pair in frame.attributes}
    assert counts == {"homeward.batch": 3, "homeward.frame": 7}


def test_a_collector_that_is_away_holds_nobody_up() -> None:
    settings = TracingSettings(
        url=f"http://127.0.0.1:{free_ports(1)[0]}/v1/traces", waiting=512, every_s=0.05, answer_s=1
    )
    tracer = OtlpTracer("gateway", settings)
    began_s = time.monotonic()
    for frame in range(1_000):
        tracer.begin_trace(frame, WHOLE, PARTS)
    tracer.close()
    assert time.monotonic() - began_s < 60  # an answer each would take many minutes
