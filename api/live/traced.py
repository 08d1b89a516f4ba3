"""Tells when raised alerts were handed to whoever listens; called while traces are on."""

from collections.abc import Sequence

from analytics.tracing.spans import FrameTracer, StageSpan, now_ns
from api.store import stream
from api.store.types import Conn, Row


async def tell_handed_out(
    conn: Conn, tracer: FrameTracer, rows: Sequence[Row], began_ns: int, listeners: int
) -> None:
    """Tell of rows of the feed that are in the listeners' queues now.

    Args:
        conn: the feed's, as the engine.
        tracer: where to.
        rows: of the feed.
        began_ns: when they had been read.
        listeners: streams that are open.
    """
    raised = {row["episode_id"] for row in rows if row["event"] == "alert.raised"}
    if raised:
        part = StageSpan("stream", began_ns, now_ns(), {"homeward.listeners": listeners})
        for frame_id in await stream.frames_behind(conn, raised):
            tracer.add_stages(frame_id, [part])
