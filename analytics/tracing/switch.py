"""The switch: a tracer where a collector is named, else none, and nothing of it is imported."""

from analytics.tracing.settings import TracingSettings
from analytics.tracing.spans import FrameTracer


def tracer_of(program: str, settings: TracingSettings | None = None) -> FrameTracer | None:
    """The tracer of a program, None when traces are off.

    Args:
        program: ``gateway`` or ``api``.
        settings: None reads ``HOMEWARD_TRACING_*``.

    Raises:
        OSError: the file of the collector's token cannot be read.
    """
    chosen = settings or TracingSettings()
    if chosen.url is None:
        return None
    from analytics.tracing.exporter import OtlpTracer  # noqa: PLC0415 - 0.3 s and 20 MB, for who wants it

    return OtlpTracer(program, chosen)
