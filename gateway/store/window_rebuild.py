"""Replay windows made anew from the frames that are kept: a window may go, its frames stay.

Without it a frame that comes again after its window has gone would count a second time.
"""

from collections.abc import Sequence

from psycopg import Connection

from gateway.admission.replay_window import ReplayWindow
from gateway.store.connection import Row
from gateway.store.registry import to_ms

_RUNS = """
    SELECT no, boot, min(seq), max(seq), max(time) FROM (
        SELECT *, seq - row_number() OVER (PARTITION BY no, boot ORDER BY seq) AS run FROM (
            SELECT p.no, p.boot, f.seq, max(f.time) AS time
              FROM unnest(%s::int[], %s::bigint[]) p(no, boot)
              JOIN signed_frame f ON f.device_no = p.no AND f.boot = p.boot
             GROUP BY 1, 2, 3) numbers) numbered
     GROUP BY no, boot, run ORDER BY no, boot, 3
"""


def windows(
    connection: Connection[Row], pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], ReplayWindow]:
    """The windows of those (device, boot) of which a frame is kept; their clocks are not known."""
    found: dict[tuple[int, int], ReplayWindow] = {}
    rows = connection.execute(_RUNS, ([no for no, _ in pairs], [boot for _, boot in pairs]))
    for device_no, boot, first, last, newest in rows:
        window = found.setdefault((device_no, boot), ReplayWindow(boot))
        window.handle_run(first, last)
        window.stored += last - first + 1
        window.received_ms = max(window.received_ms, to_ms(newest) or 0)
    return found
