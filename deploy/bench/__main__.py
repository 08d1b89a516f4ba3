"""``make bench``: run the scenarios one after the other and print the table."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from deploy.bench.allocation import plans
from deploy.bench.assessment import one_assessment
from deploy.bench.chart import chart_of_weeks
from deploy.bench.deciding import deciding_to_doctor, thousand_streams
from deploy.bench.feed import publish_to_feed
from deploy.bench.fhir import fhir_searches
from deploy.bench.hostile import one_hostile_device
from deploy.bench.memory import slope
from deploy.bench.outage import catch_up
from deploy.bench.paced import forged_flood, publish_to_stored
from deploy.bench.pages import pages
from deploy.bench.report import BenchFigure, say, table, write_lines
from deploy.bench.run import QUICK, BenchRun, Size
from deploy.bench.stack import SOURCES, base, database_server
from deploy.bench.throughput import capacity, large_fleet, two_workers
from deploy.bench.what_if import past_under_other_limits
from deploy.bench.whole import whole_ward
from deploy.services.binaries import find_services
from deploy.settings import StackSettings

SCENARIOS: Mapping[str, Callable[[BenchRun], list[BenchFigure]]] = {
    "capacity": capacity,
    "latency": publish_to_stored,
    "flood": forged_flood,
    "fleet": large_fleet,
    "workers": two_workers,
    "outage": catch_up,
    "memory": slope,
    "feed": publish_to_feed,
    "deciding": deciding_to_doctor,
    "streams": thousand_streams,
    "whole": whole_ward,
    "hostile": one_hostile_device,
    "allocation": plans,
    "assessment": one_assessment,
    "pages": pages,
    "fhir": fhir_searches,
    "chart": chart_of_weeks,
    "what_if": past_under_other_limits,
}


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: a look, no verdict")
    parser.add_argument("--only", nargs="+", choices=list(SCENARIOS), default=list(SCENARIOS))
    parser.add_argument("--outage-s", type=float, help="how long the database is away")
    parser.add_argument("--hostile-s", type=float, help="how long one device does its worst")
    parser.add_argument("--frames", type=int, help="frames in one burst")
    parser.add_argument("--out", type=Path, default=SOURCES / "bench-results")
    return parser.parse_args()


def size(asked: argparse.Namespace) -> Size:
    """How much of everything."""
    chosen = QUICK if asked.quick else Size()
    if asked.outage_s is not None:
        chosen = replace(chosen, outage_s=asked.outage_s)
    if asked.hostile_s is not None:
        chosen = replace(chosen, hostile_s=asked.hostile_s)
    if asked.frames is not None:
        chosen = replace(chosen, frames=asked.frames)
    return chosen


def scenario(name: str, run: BenchRun) -> list[BenchFigure]:
    """One scenario's figures; one that breaks says so and lets the others go on."""
    try:
        return SCENARIOS[name](run)
    except Exception as broken:  # noqa: BLE001 - the top of this program
        note = f"{type(broken).__name__}: {broken}"
        return [BenchFigure(name=f"{name} broke", value=0.0, unit="", good=False, note=note)]


def main() -> int:
    """Run what was asked for; 1 if a target was missed."""
    asked = arguments()
    now = datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - an edge
    binaries = find_services(StackSettings(), say)
    figures: list[BenchFigure] = []
    with base(binaries) as here, database_server(here) as server:
        run = BenchRun(base=here, server=server, size=size(asked), spare=server.fresh())
        for name in asked.only:
            say(f"{name} ...")
            found = scenario(name, run)
            say("\n".join("  ".join(figure.row()) for figure in found))
            figures += found
    say("")
    say(table(figures))
    say(f"\n{write_lines(asked.out, now, figures)}")
    return 1 if any(figure.good is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
