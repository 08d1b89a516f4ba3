"""Benchmark of throughput: capacity beside the floor, CPU a frame by size of the fleet."""

import statistics
from dataclasses import dataclass, replace

from deploy.bench.fleet import make_fleet
from deploy.bench.floor_run import FloorRun
from deploy.bench.report import BenchFigure, at_least, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import BenchWard, WardPlan

FLOOR_SHARE = 0.6
CPU_RATIO = 1.2
WORKERS_SHARE = 1.6
SMALL_BURSTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One burst: frames a second until the last was committed, and CPU microseconds a frame."""

    rate: float
    cpu_us: float


def burst(ward: BenchWard, count: int) -> Pass:
    """Publish ``count`` frames at once and wait for the last."""
    frames = ward.frames(count)
    cpu = ward.cpu_s()
    seconds = ward.send_and_wait(frames)
    return Pass(rate=count / seconds, cpu_us=(ward.cpu_s() - cpu) / count * 1e6)


def floor(run: BenchRun, ward: BenchWard, count: int) -> Pass:
    """The same for the floor, in the same ward, with the gateway stopped meanwhile."""
    runner = FloorRun(base=run.base, server=run.server, broker=ward.broker, database=ward.database)
    result = runner.measure(ward.fleet, ward.frames(count))
    return Pass(rate=count / result.wall_s, cpu_us=result.cpu_s / count * 1e6)


def median(passes: list[Pass]) -> Pass:
    """The median of each."""
    return Pass(
        rate=statistics.median(p.rate for p in passes),
        cpu_us=statistics.median(p.cpu_us for p in passes),
    )


def capacity(run: BenchRun) -> list[BenchFigure]:
    """500 devices: floor and gateway in turn, then the gateway's frames once more."""
    count, pairs = run.size.frames, run.size.pairs
    ours: list[Pass] = []
    floors: list[Pass] = []
    with run.ward(WardPlan(devices=500)) as ward:
        ward.warm_up()
        spare = replace(ward, fleet=make_fleet(500, seed=8))
        for _ in range(pairs):
            ours.append(burst(ward, count))
            floors.append(floor(run, spare, count))
        again = duplicates(ward, count)
    gateway, least = median(ours), median(floors)
    run.capacity, run.cpu_us = gateway.rate, gateway.cpu_us
    spread = ", ".join(f"{p.rate:,.0f}/{f.rate:,.0f}" for p, f in zip(ours, floors, strict=True))
    ratio = statistics.median(p.rate / f.rate for p, f in zip(ours, floors, strict=True))
    return [
        plain("floor", least.rate, "frames/s", f"{least.cpu_us:.0f} us CPU a frame"),
        plain("capacity, 500 devices", gateway.rate, "frames/s", f"pairs {spread}"),
        at_least("capacity / floor", ratio, "", FLOOR_SHARE, f"median of {pairs} pairs"),
        plain("CPU a frame, 500 devices", gateway.cpu_us, "us", "gateway, user + system"),
        plain("floor's CPU / gateway's CPU", least.cpu_us / gateway.cpu_us, "", "a frame"),
        at_least("duplicate storm / capacity", again / gateway.rate, "", 1.0, f"{again:,.0f}/s"),
    ]


def known_capacity(run: BenchRun) -> float:
    """Frames/s of one worker with 500 devices: as measured before in this run, else now."""
    if not run.capacity:
        with run.ward(WardPlan(devices=500)) as ward:
            ward.warm_up()
            run.capacity = median([burst(ward, run.size.frames) for _ in range(3)]).rate
    return run.capacity


def duplicates(ward: BenchWard, count: int) -> float:
    """Frames a second when all were stored before; the end is seen by one new frame a device."""
    frames = ward.frames(count)
    ward.send_and_wait(frames)
    sentinels = ward.frames(len(ward.fleet))
    before = ward.observer.stored()
    packets = ward.sender.packets([*frames, *sentinels])
    began = ward.sender.blast(packets)
    ward.observer.wait_stored(before + len(sentinels), 300.0)
    rate = len(packets) / (ward.observer.newest_commit() - began)
    if ward.observer.stored() != before + len(sentinels):
        raise AssertionError("a duplicate was stored")
    return rate


def large_fleet(run: BenchRun) -> list[BenchFigure]:
    """CPU a frame with 50,000 devices enrolled, some or all of them speaking, over that with 500.

    Every device speaks several times over more seconds than an acknowledgement may wait, so what
    each device costs by itself is in the figure. Both wards stand side by side and take turns: the
    machine drifts by more than what is looked for.
    """
    devices, count, pairs = run.size.large_fleet, run.size.frames, run.size.pairs
    few_plan, many_plan = WardPlan(devices=500, seed=9), WardPlan(devices=devices, seed=2)
    with run.ward(few_plan) as small, run.ward(many_plan) as ward:
        small.warm_up()
        ward.warm_up(vitals_each=1)
        ward.await_calm()
        around = [burst(small, count) for _ in range(SMALL_BURSTS)]
        everybody = burst(ward, run.size.fleet_rounds * devices)
        around += [burst(small, count) for _ in range(SMALL_BURSTS)]
        ward.await_calm()
        ward.fleet = ward.fleet[: len(small.fleet)]
        turns = [(burst(ward, count), burst(small, count)) for _ in range(pairs)]
    least = median(around)
    name = f"CPU a frame, {devices:,} devices / 500"
    note = (
        f"{everybody.cpu_us:.0f} us, {run.size.fleet_rounds} frames each, {everybody.rate:,.0f}/s;"
        f" 500: {', '.join(f'{p.cpu_us:.0f}' for p in around)}"
    )
    shown = ", ".join(f"{many.cpu_us:.0f}/{few.cpu_us:.0f}" for many, few in turns)
    ratio = statistics.median(many.cpu_us / few.cpu_us for many, few in turns)
    other = f"500 of them speak; median of {pairs} pairs, us: {shown}"
    return [
        at_most(name, everybody.cpu_us / least.cpu_us, "", CPU_RATIO, note),
        at_most(f"{name}, 500 active", ratio, "", CPU_RATIO, other),
    ]


def two_workers(run: BenchRun) -> list[BenchFigure]:
    """Two workers that share the groups, turn by turn with one that has them all."""
    with (
        run.ward(WardPlan(devices=500, seed=3)) as alone,
        run.ward(WardPlan(devices=500, workers=2, seed=3)) as shared,
    ):
        for ward in (alone, shared):
            ward.warm_up()
        count, pairs = run.size.frames, run.size.pairs
        turns = [(burst(alone, count).rate, burst(shared, count).rate) for _ in range(pairs)]
    ratio = statistics.median(both / one for one, both in turns)
    shown = ", ".join(f"{both:,.0f}/{one:,.0f}" for one, both in turns)
    both = statistics.median(both for _, both in turns)
    return [
        plain("capacity, 2 workers", both, "frames/s", f"pairs {shown}"),
        at_least("2 workers / 1", ratio, "", WORKERS_SHARE, f"median of {pairs} pairs"),
    ]
