"""One run of the benchmarks: its servers, its size, and what later scenarios need of earlier."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from deploy.bench.stack import BenchBase, DatabaseServer
from deploy.bench.ward import BenchWard, WardPlan, ward


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything.

    Attributes:
        frames: in one burst.
        pairs: how often floor and gateway take turns, and calm and flood.
        paced_s: how long a paced run takes.
        flood_s: how long each of a pair with and without a flood takes.
        outage_s: how long the database is away.
        large_fleet: enrolled devices of the large fleet.
        fleet_rounds: frames of each of them in one burst.
        patients: fewest and most patients of the memory slope.
        rounds: frames of each patient there.
        hostile_s: how long one device does its worst.
        planned: patients and staff of the ward that is planned.
        replayed: patients and days whose readings are judged by other settings.
    """

    frames: int = 20_000
    pairs: int = 5
    paced_s: float = 20.0
    flood_s: float = 10.0
    outage_s: float = 60.0
    large_fleet: int = 50_000
    fleet_rounds: int = 4
    patients: tuple[int, int] = (1_000, 10_000)
    rounds: int = 20
    hostile_s: float = 600.0
    planned: tuple[int, int] = (2_000, 100)
    replayed: tuple[int, int] = (100, 30)


QUICK = Size(
    frames=8_000,
    pairs=1,
    paced_s=6.0,
    flood_s=6.0,
    outage_s=10.0,
    large_fleet=5_000,
    patients=(200, 1_000),
    rounds=10,
    hostile_s=20.0,
    planned=(500, 25),
    replayed=(10, 3),
)


@dataclass(slots=True, kw_only=True)
class BenchRun:
    """What all scenarios share.

    Attributes:
        base: programs and secrets.
        server: one database server for all wards.
        size: how much of everything.
        spare: name of a database for the floor.
        capacity: frames/s of one worker with 500 devices, once measured.
        cpu_us: CPU a frame there.
    """

    base: BenchBase
    server: DatabaseServer
    size: Size
    spare: str
    capacity: float = 0.0
    cpu_us: float = 0.0

    def ward(self, plan: WardPlan) -> AbstractContextManager[BenchWard]:
        """A fresh ward."""
        return ward(self.base, self.server, plan)
