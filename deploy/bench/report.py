"""The table that a person reads and the JSON lines that a program keeps."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.bench.stack import SOURCES

_COLUMNS = ("figure", "value", "target", "", "how")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchFigure:
    """One line of the table.

    Attributes:
        name: what was measured.
        value: the number.
        unit: of the number.
        target: what it should be, in words; empty when it is there for comparison only.
        good: whether it is; None without a target.
        note: how it came about.
    """

    name: str
    value: float
    unit: str
    target: str = ""
    good: bool | None = None
    note: str = ""

    def row(self) -> tuple[str, str, str, str, str]:
        """The line's cells."""
        verdict = {True: "ok", False: "MISSED", None: ""}[self.good]
        return (self.name, f"{_number(self.value)} {self.unit}", self.target, verdict, self.note)


def at_least(name: str, value: float, unit: str, least: float, note: str = "") -> BenchFigure:
    """A figure that should not be below ``least``."""
    target = f">= {_number(least)}"
    good = value >= least
    return BenchFigure(name=name, value=value, unit=unit, target=target, good=good, note=note)


def at_most(name: str, value: float, unit: str, most: float, note: str = "") -> BenchFigure:
    """A figure that should not be above ``most``."""
    target = f"<= {_number(most)}"
    good = value <= most
    return BenchFigure(name=name, value=value, unit=unit, target=target, good=good, note=note)


def plain(name: str, value: float, unit: str, note: str = "") -> BenchFigure:
    """A figure without a target."""
    return BenchFigure(name=name, value=value, unit=unit, note=note)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - looks


def table(figures: Sequence[BenchFigure]) -> str:
    """The figures as a table of aligned columns."""
    rows = [_COLUMNS, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def write_lines(folder: Path, stamp: str, figures: Iterable[BenchFigure]) -> Path:
    """Write one JSON line for each figure, each with the machine and the commit."""
    folder.mkdir(parents=True, exist_ok=True)
    about: dict[str, object] = {"at": stamp, "commit": _commit()}
    about |= {"machine": platform.platform(), "load": os.getloadavg()}
    about |= {"python": platform.python_version(), "cores": _cores()}
    file = folder / f"bench-{stamp.replace(':', '')}.jsonl"
    lines = [json.dumps(about | asdict(figure)) for figure in figures]
    file.write_text("\n".join(lines) + "\n")
    return file


def _cores() -> str:
    model = Path("/proc/cpuinfo")
    if not model.exists():
        return "?"
    return str(model.read_text().count("processor\t"))


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whatever git there is
        cwd=SOURCES,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def say(line: str) -> None:
    """Tell the person in front of the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
