"""From what one frame costs to cells, machines and money: arithmetic on named inputs.

A cell is doors, workers, a pair of API machines and a pair of databases (primary and standby)
under one set of wards. Everything that has one place in a cell bounds how many people it can have;
the smallest of these bounds is what would break first.
"""

import math
from dataclasses import dataclass

from deploy.bench.plan_costs import MeasuredCosts
from gateway.ownership.shares import GROUPS

YEAR_S = 365 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """What is assumed. None of it is measured: each is an option of the command.

    Attributes:
        patients: people at home at the same time.
        frames_minute: frames a minute of each.
        peak: busiest minute over the mean one.
        busy: share of a core that may be used at the peak.
        staff: people at an open page for 1,000 patients.
        page_s: a page asks for its list once in so many seconds.
        charts_hour: charts of a month that each of them opens an hour.
        searches_day: FHIR searches a patient and day.
        keep_years: years for which readings are kept.
        squeezed: bytes that stay of one after compression (1: the Apache edition has none).
        database_cores: cores of one database machine.
        database_disk_tb: its disk.
        disk_full: share of it that may be filled.
        largest_cell: most people that one failure may concern, whatever a machine could bear.
        price_core: of a core for a month.
        price_ram_gb: of memory for a month.
        price_disk_gb: of a disk for a month.
        price_backup_gb: of the backups' storage for a month.
        currency: of the prices.
    """

    patients: int = 1_000_000
    frames_minute: float = 1.0
    peak: float = 2.0
    busy: float = 0.5
    staff: float = 20.0
    page_s: float = 10.0
    charts_hour: float = 6.0
    searches_day: float = 24.0
    keep_years: float = 2.0
    squeezed: float = 1.0
    database_cores: int = 32
    database_disk_tb: float = 30.0
    disk_full: float = 0.7
    largest_cell: int = 20_000
    price_core: float = 20.0
    price_ram_gb: float = 2.5
    price_disk_gb: float = 0.1
    price_backup_gb: float = 0.02
    currency: str = "EUR"

    @property
    def frames_s(self) -> float:
        """Frames a second of one patient at the peak."""
        return self.frames_minute / 60 * self.peak


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBound:
    """How many people a cell can have before one thing is full, and what helps then."""

    what: str
    patients: float
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPlan:
    """One cell.

    Attributes:
        patients: people in it.
        frames_s: frames a second at the peak.
        cores: cores that are busy at the peak, by program.
        workers: gateway processes, one of them standing by.
        api: API processes over two machines.
        disk_gb: of one database.
        machines: cores and memory (GB) of each machine, by its name.
        month: what it costs.
    """

    patients: int
    frames_s: float
    cores: dict[str, float]
    workers: int
    api: int
    disk_gb: float
    machines: dict[str, tuple[int, int, int]]
    month: float


def asked_s(inputs: PlanInputs, costs: MeasuredCosts) -> float:
    """Seconds of answering (API and database together) a second and patient, at the peak."""
    person = costs.panel_ms / inputs.page_s + costs.chart_ms * inputs.charts_hour / 3_600
    searches = costs.search_ms * inputs.searches_day / 86_400
    return inputs.peak * (inputs.staff / 1_000 * person + searches) / 1_000


def bounds(inputs: PlanInputs, costs: MeasuredCosts) -> list[CellBound]:
    """Return what bounds a cell, the first to break first."""
    us = {name: value * inputs.frames_s / 1e6 for name, value in costs.cpu_us.items()}
    stored = inputs.frames_minute * YEAR_S / 60 * inputs.keep_years * costs.frame_bytes
    disk = inputs.database_disk_tb * 1e12 * inputs.disk_full
    database = us["postgres"] + asked_s(inputs, costs) / 2
    found = [
        CellBound(
            what="one alert engine on one core",
            patients=inputs.busy / us["api"],
            then="a smaller cell: one process of a cell raises its alerts",
        ),
        CellBound(
            what=f"{GROUPS} workers of a core each",
            patients=GROUPS * inputs.busy / us["gateway"],
            then="more groups than 16",
        ),
        CellBound(
            what="one door on one core",
            patients=inputs.busy / us["broker"],
            then="one more door, each takes its share",
        ),
        CellBound(
            what=f"a database of {inputs.database_cores} cores",
            patients=inputs.database_cores * inputs.busy / database,
            then="replicas for reading, then a smaller cell",
        ),
        CellBound(
            what=f"its disk of {inputs.database_disk_tb:g} TB, {inputs.keep_years:g} years",
            patients=disk / (stored * inputs.squeezed),
            then="a shorter retention, compression, a larger disk",
        ),
        CellBound(
            what="how many one failure may concern",
            patients=float(inputs.largest_cell),
            then="a decision of the site, not of a machine",
        ),
    ]
    return sorted(found, key=lambda one: one.patients)


def cell(inputs: PlanInputs, costs: MeasuredCosts) -> CellPlan:
    """Return the cell that the plan is made of: as large as nothing in it is too full."""
    most = min(one.patients for one in bounds(inputs, costs) if "door" not in one.what)
    count = math.ceil(inputs.patients / max(1, math.floor(most)))
    people = math.ceil(inputs.patients / count)
    rate = people * inputs.frames_s
    cores = {name: us * rate / 1e6 for name, us in costs.cpu_us.items()}
    answers = people * asked_s(inputs, costs)
    cores["api"] += answers / 2
    cores["postgres"] += answers / 2
    workers = math.ceil(cores["gateway"] / inputs.busy) + 1
    api = max(2, math.ceil(cores["api"] / inputs.busy))
    doors = max(2, math.ceil(cores["broker"] / inputs.busy))
    year = inputs.frames_minute * YEAR_S / 60 * costs.frame_bytes * inputs.squeezed
    disk_gb = people * year * inputs.keep_years / inputs.disk_full / 1e9
    database = max(4, math.ceil(cores["postgres"] / inputs.busy))
    lanes_gb = math.ceil(people * costs.memory_kib / 1e6 / max(1, workers - 1)) + 1
    machines = {
        "door": (doors, 1, 2),
        "worker": (workers, 1, lanes_gb),
        "API": (2, math.ceil(api / 2), 2 * math.ceil(api / 2)),
        "database": (2, database, 4 * database),
        "witness (etcd)": (1, 1, 2),
    }
    compute = sum(
        n * (cpus * inputs.price_core + ram * inputs.price_ram_gb)
        for n, cpus, ram in machines.values()
    )
    disks = disk_gb * (2 * inputs.price_disk_gb + inputs.price_backup_gb)
    return CellPlan(
        patients=people,
        frames_s=rate,
        cores=cores,
        workers=workers,
        api=api,
        disk_gb=disk_gb,
        machines=machines,
        month=compute + disks,
    )
