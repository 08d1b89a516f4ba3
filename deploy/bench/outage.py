"""Benchmark of catching up after the database was away."""

import threading
import time

from deploy.bench.fleet import FrameName
from deploy.bench.observe import Observer
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.throughput import known_capacity
from deploy.bench.ward import BenchWard, WardPlan

SHARE_OF_CAPACITY = 0.4
CAUGHT_UP_S = 1.0
RATIO = 1.3
BEFORE_S = 3.0


def catch_up(run: BenchRun) -> list[BenchFigure]:
    """Kill the database under load, start it again after a while, wait for the backlog to go."""
    load = SHARE_OF_CAPACITY * known_capacity(run)
    ideal = load / (load / SHARE_OF_CAPACITY - load)
    seconds = BEFORE_S + run.size.outage_s * (1 + 2 * ideal) + 5
    with run.ward(WardPlan(devices=500, seed=6)) as ward:
        ward.warm_up()
        outage, took, lag = _outage(ward, load, seconds, run.size.outage_s)
    expected = outage * ideal
    note = f"{outage:.1f} s at {load:,.0f} frames/s: {took:.1f} s, ideal {expected:.1f} s"
    return [
        at_most("catch-up / L*T/(C-L)", took / expected, "", RATIO, note),
        plain("longest wait of a frame", lag, "s", "publish to stored, across the outage"),
    ]


def _outage(
    ward: BenchWard, load: float, seconds: float, outage: float
) -> tuple[float, float, float]:
    """Return how long the database was away, how long the catching up took, the longest wait.

    Away: from the kill to its first answer, its own recovery included.
    """
    frames = ward.frames(int(load * seconds), load)
    packets, before = ward.sender.packets(frames), ward.observer.stored()
    stamps: list[float] = []
    thread = threading.Thread(
        target=lambda: stamps.extend(ward.sender.paced(packets, load)), daemon=True
    )
    thread.start()
    time.sleep(BEFORE_S)
    ward.observer.forget_seen()
    killed = time.time()  # noqa: TID251 - a benchmark is an edge
    ward.server.child.kill()
    time.sleep(outage)
    ward.server.child.start(60.0)
    back = time.time()  # noqa: TID251 - a benchmark is an edge
    thread.join(timeout=seconds * 2)
    ward.observer.wait_stored(before + len(frames), 300.0)
    published = {ready.name: at for ready, at in zip(frames, stamps, strict=True)}
    return back - killed, *_caught_up(ward.observer, published, back)


def _caught_up(
    observer: Observer, published: dict[FrameName, float], back: float
) -> tuple[float, float]:
    """From the database's answer to the last frame that had waited over a second."""
    stored = observer.commits(min(published.values()))
    waits = {name: stored[name] - at for name, at in published.items()}
    late = [stored[name] for name, wait in waits.items() if wait > CAUGHT_UP_S]
    return max(late, default=back) - back, max(waits.values())
