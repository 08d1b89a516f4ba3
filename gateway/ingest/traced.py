"""Tells of the frames that are followed, once they are stored: from the broker to the commit.

What is done for a whole batch is told of each frame in it, with the batch's size: a frame that was
slow because of its neighbours shows it. Called only while traces are on.
"""

from analytics.tracing.spans import FrameTracer, StageSpan, at_ns, now_ns
from gateway.ingest.batch import Batch, StageTimes
from gateway.ingest.decoding import InboundFrame


def tell_frames(tracer: FrameTracer, batch: Batch) -> None:
    """Tell of this committed batch's frames: of those that led to something, and of a share."""
    if not batch.stored or batch.times is None:
        return
    notable = {row.frame_id for row in batch.work.outbox}
    ended_ns = now_ns()
    for frame_id, item in batch.stored.items():
        if frame_id in notable or tracer.follows(frame_id):
            came_ns = at_ns(item.arrival.at_s)
            size = {"homeward.batch": len(batch.stored)}
            whole = StageSpan("frame", came_ns, ended_ns, size)
            tracer.begin_trace(frame_id, whole, _parts(item, batch.times, came_ns, ended_ns))


def _parts(item: InboundFrame, times: StageTimes, came_ns: int, ended_ns: int) -> list[StageSpan]:
    began_ns, read_ns, folded_ns, written_ns, committed_ns = map(at_ns, times)
    decoding_ns, decoded_ns = map(at_ns, item.decoded_s or (times.began_s, times.began_s))
    return [
        StageSpan("receive", came_ns, max(came_ns, decoding_ns)),
        StageSpan("verify", decoding_ns, decoded_ns),
        StageSpan("read", began_ns, read_ns),
        StageSpan("lane", read_ns, folded_ns),
        StageSpan("store", folded_ns, written_ns),
        StageSpan("commit", written_ns, committed_ns),
        StageSpan("acknowledge", committed_ns, ended_ns),
    ]
