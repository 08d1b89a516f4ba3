"""``python -m deploy.bench.plan``: cells, machines, money for so many people at home, and a year.

What a frame, a patient, an answer cost is read from what ``make bench`` measured (``--figures``);
what is assumed is an option each, with its name in the output. Nothing is hard-coded in between.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from deploy.bench.plan_costs import FiguresMissingError, MeasuredCosts, read_costs
from deploy.bench.plan_sizing import CellPlan, PlanInputs, bounds, cell
from deploy.bench.plan_year import FailureInputs, YearOfCells, simulate
from deploy.bench.stack import SOURCES

RESULTS = SOURCES / "bench-results"
Inputs = TypeVar("Inputs", PlanInputs, FailureInputs)


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for on the command line; each input of the plan is an option."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bench.plan", description=__doc__)
    parser.add_argument("--figures", type=Path, nargs="+", default=[RESULTS])
    parser.add_argument("--seed", type=int, default=1, help="of the year's chance")
    for kind in (PlanInputs, FailureInputs):
        for one in fields(kind):
            parser.add_argument(
                f"--{one.name.replace('_', '-')}", type=type(one.default), default=one.default
            )
    return parser.parse_args(words)


def _inputs(kind: type[Inputs], asked: argparse.Namespace) -> Inputs:
    chosen: dict[str, Any] = {one.name: getattr(asked, one.name) for one in fields(kind)}
    return kind(**chosen)


def report(
    costs: MeasuredCosts, inputs: PlanInputs, failures: FailureInputs, seed: int
) -> Iterator[str]:
    """Return the plan, line by line."""
    plan = cell(inputs, costs)
    cells = -(-inputs.patients // plan.patients)
    yield from _section("Measured", _measured(costs))
    yield from _section("Assumed", _assumed(inputs, failures))
    yield from _section("What would break first", _first(inputs, costs))
    yield from _section("A cell", _cell(plan))
    yield from _section("The whole", _whole(plan, cells, inputs))
    year = simulate(plan, cells, inputs, failures, seed)
    yield from _section(f"A year by chance (seed {seed})", _year(year, cells, plan))


def _section(name: str, lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"{name}"
    for what, value in lines:
        yield f"  {what:<52} {value}"
    yield ""


def _measured(costs: MeasuredCosts) -> Iterator[tuple[str, str]]:
    for name, us in costs.cpu_us.items():
        yield f"CPU a frame: {name}", f"{us:,.0f} us"
    yield "memory of the gateway, a patient", f"{costs.memory_kib:,.1f} KiB"
    yield "a stored frame", f"{costs.frame_bytes:,.0f} bytes"
    yield "an answer of the panel", f"{costs.panel_ms:,.0f} ms"
    yield "a chart of 30 days at a reading a second", f"{costs.chart_ms:,.0f} ms"
    yield "a FHIR search", f"{costs.search_ms:,.0f} ms"
    for about in costs.measured:
        yield "measured", about


def _assumed(inputs: PlanInputs, failures: FailureInputs) -> Iterator[tuple[str, str]]:
    for kind in (inputs, failures):
        for one in fields(kind):
            value = getattr(kind, one.name)
            yield one.name, value if isinstance(value, str) else f"{value:,}"


def _first(inputs: PlanInputs, costs: MeasuredCosts) -> Iterator[tuple[str, str]]:
    for one in bounds(inputs, costs):
        yield f"{one.what}", f"{one.patients:>12,.0f} people a cell; then: {one.then}"


def _cell(plan: CellPlan) -> Iterator[tuple[str, str]]:
    yield "people", f"{plan.patients:,}"
    yield "frames a second at the peak", f"{plan.frames_s:,.0f}"
    for name, used in plan.cores.items():
        yield f"cores busy at the peak: {name}", f"{used:.2f}"
    for name, (count, cores, ram) in plan.machines.items():
        yield f"machines: {name}", f"{count} of {cores} cores, {ram} GB"
    yield "disk of each database", f"{plan.disk_gb / 1_000:,.1f} TB"


def _whole(plan: CellPlan, cells: int, inputs: PlanInputs) -> Iterator[tuple[str, str]]:
    machines = sum(count for count, _, _ in plan.machines.values())
    cores = sum(count * cpus for count, cpus, _ in plan.machines.values())
    month, per = plan.month * cells, plan.month / plan.patients
    yield "cells", f"{cells:,}"
    yield "machines", f"{machines * cells:,} ({cores * cells:,} cores)"
    yield "frames a second at the peak", f"{plan.frames_s * cells:,.0f}"
    yield "disks of databases, both of each pair", f"{2 * plan.disk_gb * cells / 1_000:,.0f} TB"
    yield "a month", f"{month:,.0f} {inputs.currency}"
    yield "a month, each patient", f"{per:.2f} {inputs.currency}"


def _year(year: YearOfCells, cells: int, plan: CellPlan) -> Iterator[tuple[str, str]]:
    share = 1 - year.down_s / (cells * 365 * 86_400)
    yield "outages of cells", f"{year.outages:,} ({year.outages / cells:.1f} each)"
    yield "readings stored at once", f"{share:.5%} of the time"
    yield "longest outage of a cell", f"{year.longest_s / 3_600:.1f} h"
    yield "then caught up within", f"{year.caught_up_s / 60:.1f} min"
    yield "most frames that waited in one cell", f"{year.most_waiting:,.0f}"
    yield "most people in outages at one moment", f"{year.most_people:,}"
    yield "patient-hours of readings late by over 2 min", f"{year.late / 60:,.0f}"
    each = year.late * 60 / (cells * plan.patients) / 3_600
    yield "the same, hours a patient", f"{each:.2f}"
    yield "cells restored from the backup", f"{year.restores}"


def main(words: Sequence[str] | None = None) -> int:
    """Print the plan; 2 if something was never measured."""
    asked = arguments(words)
    try:
        costs = read_costs(asked.figures)
    except (FiguresMissingError, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    inputs, failures = _inputs(PlanInputs, asked), _inputs(FailureInputs, asked)
    for line in report(costs, inputs, failures, asked.seed):
        sys.stdout.write(f"{line}\n".rstrip(" "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
