"""Benchmark of latency: publish to stored at a steady rate, alone and under forged floods."""

import statistics
import threading
from collections.abc import Sequence
from typing import NamedTuple, Self

from deploy.bench.fleet import BenchDevice
from deploy.bench.observe import Latency, latency
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.sender import FleetSender
from deploy.bench.throughput import known_capacity
from deploy.bench.ward import BenchWard, WardPlan

RATE = 500.0
FORGED_RATE = 5_000.0
FORGED_POOL = 2_000
HONEST = 500
FORGERS = (1, 50)
P50_MS, P95_MS, FLOOD_RATIO = 25.0, 80.0, 2.0


def steady(ward: BenchWard, rate: float, seconds: float) -> Latency:
    """Publish at ``rate`` and compare when each frame went out with when it was committed."""
    frames = ward.frames(int(rate * seconds), rate)
    before, flushed = ward.observer.stored(), ward.observer.flushes()
    stamps = ward.sender.paced(ward.sender.packets(frames), rate)
    ward.observer.wait_stored(before + len(frames), 120.0)
    published = {ready.name: at for ready, at in zip(frames, stamps, strict=True)}
    flushes = ward.observer.flushes()
    count = max(flushes[0] - flushed[0], 1.0)
    flush_ms = (flushes[1] - flushed[1]) / count
    return latency(published, ward.observer.commits(stamps[0]), flush_ms)


def publish_to_stored(run: BenchRun) -> list[BenchFigure]:
    """At 500 frames/s, and at half of what the gateway can do."""
    half = known_capacity(run) / 2
    with run.ward(WardPlan(devices=500, seed=4)) as ward:
        ward.warm_up()
        calm = steady(ward, RATE, run.size.paced_s)
        busy = steady(ward, half, run.size.paced_s)
    note = f"n {calm.n:,}, p99 {calm.p99:.0f} ms; commit timestamp + mean log flush"
    return [
        at_most("publish to stored p50, 500/s", calm.p50, "ms", P50_MS, note),
        at_most("publish to stored p95, 500/s", calm.p95, "ms", P95_MS),
        plain("publish to stored p50, half capacity", busy.p50, "ms", f"{half:,.0f} frames/s"),
        plain("publish to stored p95, half capacity", busy.p95, "ms", f"p99 {busy.p99:.0f} ms"),
    ]


class Flood:
    """Forged frames in the names of some devices, from a connection and a thread of its own."""

    def __init__(self, ward: BenchWard, names: Sequence[BenchDevice], seconds: float) -> None:
        now = ward.now_ms()
        pool = [names[n % len(names)].forged(now, ward.rng) for n in range(FORGED_POOL)]
        port, password = ward.broker.private.fleet_port, ward.broker.fleet_password
        self._sender = FleetSender(port, password, "bench-forger")
        times = int(FORGED_RATE * seconds / FORGED_POOL) + 1
        packets = self._sender.packets(pool) * times
        self._stamps: list[float] = []
        self._thread = threading.Thread(
            target=lambda: self._stamps.extend(self._sender.paced(packets, FORGED_RATE)),
            daemon=True,
        )

    @property
    def rate(self) -> float:
        """Forged frames a second that really went out."""
        return len(self._stamps) / (self._stamps[-1] - self._stamps[0])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(timeout=120)
        self._sender.close()


class _Pair(NamedTuple):
    """Alone, then under a flood: what the gateway used of the cores, and how many were forged."""

    alone: Latency
    under: Latency
    cores: float
    forged: float

    @property
    def ratio(self) -> float:
        return self.under.p95 / self.alone.p95


def forged_flood(run: BenchRun) -> list[BenchFigure]:
    """Honest frames at 500/s while ten times as many forged ones come in others' names.

    Alone and under a flood in turn, as the machine drifts; the median of the pairs counts. Each
    flood comes in names of its own, whose allowances are still full.
    """
    figures, pairs = [], run.size.pairs
    with run.ward(WardPlan(devices=HONEST + pairs * sum(FORGERS), seed=5)) as ward:
        ward.warm_up()
        others, ward.fleet = ward.fleet[HONEST:], ward.fleet[:HONEST]
        for forgers in FORGERS:
            found = [_pair(ward, _some(others, forgers), run.size.flood_s) for _ in range(pairs)]
            ratio = statistics.median(pair.ratio for pair in found)
            cores = statistics.median(pair.cores for pair in found)
            shown = ", ".join(f"{pair.under.p95:.0f}/{pair.alone.p95:.0f}" for pair in found)
            forged = min(pair.forged for pair in found)
            note = f"{pairs} pairs, ms: {shown}; {forged:,.0f} forged/s, {cores:.2f} cores"
            name = f"p95 under 5,000 forged/s from {forgers} / without"
            figures.append(at_most(name, ratio, "", FLOOD_RATIO, note))
    return figures


def _some(others: list[BenchDevice], count: int) -> list[BenchDevice]:
    """Take that many away."""
    taken = others[:count]
    del others[:count]
    return taken


def _pair(ward: BenchWard, forgers: Sequence[BenchDevice], seconds: float) -> _Pair:
    alone = steady(ward, RATE, seconds)
    flood = Flood(ward, forgers, seconds)
    cpu = ward.cpu_s()
    with flood:
        under = steady(ward, RATE, seconds)
    return _Pair(alone, under, (ward.cpu_s() - cpu) / seconds, flood.rate)
