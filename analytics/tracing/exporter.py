"""OpenTelemetry: spans as its SDK makes them, told over OTLP/HTTP by a thread of its own.

A collector that is away costs nothing but its traces: the queue is bounded, the SDK drops the
oldest, and the log says once that it is away and once that it is back. Only what is set here
counts: no ``OTEL_*`` variable can add an address or words about the machine.
"""

import logging
import secrets
import threading
from collections import deque
from collections.abc import Sequence

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    set_span_in_context,
)
from typing_extensions import override

from analytics.tracing.ids import TraceIds, ids_of
from analytics.tracing.settings import TracingSettings
from analytics.tracing.spans import StageSpan

_log = structlog.get_logger()
_AT_ONCE = 512
_FOLLOWED = TraceFlags(TraceFlags.SAMPLED)


class _FrameIds(IdGenerator):
    """Numbers told beforehand for a trace and its first span, random ones for the others."""

    def __init__(self) -> None:
        self._spans: deque[int] = deque()
        self._trace = 0

    def preset(self, ids: TraceIds) -> None:
        """The next trace and its first span bear these."""
        self._trace = ids.trace
        self._spans.append(ids.root)

    @override
    def generate_trace_id(self) -> int:
        return self._trace

    @override
    def generate_span_id(self) -> int:
        return self._spans.popleft() if self._spans else secrets.randbits(64) or 1


class _ReportedExporter(SpanExporter):
    """Says in the log when the collector stops taking traces, and when it takes them again."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._away = False

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away != self._away:
            _log.warning("the collector of traces is away" if away else "the collector is back")
        self._away = away
        return result

    @override
    def shutdown(self) -> None:
        self._inner.shutdown()


class OtlpTracer:
    """Tells a collector of frames' ways."""

    def __init__(self, program: str, settings: TracingSettings) -> None:
        """Prepare; its thread begins at once and waits for spans."""
        logging.getLogger("opentelemetry").setLevel(
            logging.CRITICAL
        )  # said by ``_ReportedExporter``
        self._settings = settings
        self._ids = _FrameIds()
        self._making = threading.Lock()
        resource = Resource({"service.name": f"homeward-{program}", "homeward.site": settings.site})
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=resource,
            shutdown_on_exit=False,
            id_generator=self._ids,
        )
        told = OTLPSpanExporter(
            endpoint=settings.url,
            certificate_file=None if settings.ca_file is None else str(settings.ca_file),
            headers=settings.headers(),
            timeout=settings.answer_s,
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(
                _ReportedExporter(told),
                max_queue_size=settings.waiting,
                schedule_delay_millis=settings.every_s * 1_000,
                max_export_batch_size=min(_AT_ONCE, settings.waiting),
            )
        )
        self._tracer = self._provider.get_tracer("homeward")

    def follows(self, frame_id: int) -> bool:
        """See ``FrameTracer``."""
        return ids_of(self._settings.site, frame_id).within(self._settings.share)

    def begin_trace(self, frame_id: int, whole: StageSpan, parts: Sequence[StageSpan]) -> None:
        """See ``FrameTracer``."""
        ids = ids_of(self._settings.site, frame_id)
        with self._making:
            self._ids.preset(ids)
            self._tell(whole, Context(), SpanKind.CONSUMER, {"homeward.frame": frame_id})
        self.add_stages(frame_id, parts)

    def add_stages(self, frame_id: int, parts: Sequence[StageSpan]) -> None:
        """See ``FrameTracer``."""
        ids = ids_of(self._settings.site, frame_id)
        first = SpanContext(ids.trace, ids.root, is_remote=True, trace_flags=_FOLLOWED)
        below = set_span_in_context(NonRecordingSpan(first), Context())
        with self._making:
            for part in parts:
                self._tell(part, below, SpanKind.INTERNAL, {})

    def close(self) -> None:
        """See ``FrameTracer``; a collector that does not answer keeps nobody from ending."""
        ending = threading.Thread(target=self._provider.shutdown, name="traces-end", daemon=True)
        ending.start()
        ending.join(self._settings.answer_s)

    def _tell(self, part: StageSpan, below: Context, kind: SpanKind, more: dict[str, int]) -> None:
        span = self._tracer.start_span(
            part.name,
            context=below,
            kind=kind,
            attributes={**part.said, **more},
            start_time=part.began_ns,
        )
        span.end(end_time=part.ended_ns)
