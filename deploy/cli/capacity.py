"""``homeward simulate --capacity``: the plan against fixed panels and greedy choice."""

import json
from dataclasses import asdict

import typer

from analytics.allocation.policies import Comparison, Mean, compare
from analytics.allocation.simulated_ward import Setup

_TITLES = {
    "late": "urgent, minutes late",
    "kept": "urgent in time",
    "moves": "open work moved",
    "cost": "cost",
    "spread": "spread of minutes",
}
_NAMES = {"fixed": "fixed panels", "greedy": "greedy", "ours": "Homeward"}


def run(*, patients: int, days: int, seed: int, as_json: bool) -> None:
    """Live the days, print the table or one JSON line."""
    setup = Setup(patients=patients, staff=max(4, round(patients / 12)))
    found = compare(setup, days, seed, lambda done: _say(done, days))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    typer.echo(table(found))


def _say(done: int, days: int) -> None:
    typer.echo(f"homeward: day {done} of {days}", err=True)


def table(found: Comparison) -> str:
    """Return the comparison as a table of aligned columns."""
    rows = [["", *_TITLES.values(), "lateness saved"]]
    for policy, figures in found.figures.items():
        cells = [_cell(figures[name], share=name == "kept") for name in _TITLES]
        saved = found.late_saved.get(policy)
        rows.append([_NAMES[policy], *cells, _cell(saved, share=True) if saved else ""])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(f"{cell:<{widths[at]}}" for at, cell in enumerate(row)) for row in rows]
    lines.append(f"Mean a day of {found.days} days, 95 % interval by day; the same days for all.")
    return "\n".join(line.rstrip() for line in lines)


def _cell(mean: Mean, *, share: bool = False) -> str:
    if share:
        return f"{mean.value:.0%} ({mean.low:.0%} to {mean.high:.0%})"
    return f"{mean.value:.0f} ({mean.low:.0f} to {mean.high:.0f})"
