"""Tells what the engine did with the frames that led to something; called while traces are on."""

from collections.abc import Sequence

from analytics.tracing.spans import FrameTracer, StageSpan
from api.store.types import Row


def tell_taken(tracer: FrameTracer, rows: Sequence[Row], times_ns: Sequence[int]) -> None:
    """Tell of a committed batch of the outbox.

    Args:
        tracer: where to.
        rows: the batch.
        times_ns: when it began, was read, was turned into alerts, and was committed.
    """
    size = {"homeward.batch": len(rows)}
    names = ("outbox", "engine", "alert")
    ways = zip(names, times_ns, times_ns[1:], strict=False)
    parts = [StageSpan(name, began_ns, ended_ns, size) for name, began_ns, ended_ns in ways]
    for frame_id in {row["frame_id"] for row in rows} - {None}:
        tracer.add_stages(frame_id, parts)
