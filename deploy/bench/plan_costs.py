"""What the plan rests on: figures that ``deploy.bench`` measured, read from the lines it keeps."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PARTS = ("gateway", "api", "broker", "postgres")
"""Programs whose CPU a frame is measured (``--only whole``)."""
NEEDED = {
    **{f"CPU a frame: {part}": "whole" for part in PARTS},
    "memory an active patient": "memory",
    "a stored frame": "chart",
    "chart of 30 days at 1 Hz, p95": "chart",
    "panel of 10,000 patients, median": "pages",
    "FHIR search p95": "fhir",
}
"""Each figure by its name, and the scenario of ``make bench`` that measures it."""


class FiguresMissingError(Exception):
    """A figure was never measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCosts:
    """What one thing costs, as it was measured.

    Attributes:
        cpu_us: CPU a frame by program, microseconds; each with its share of alerts and pages.
        memory_kib: of the gateway, a patient.
        frame_bytes: of the database with its indexes, a frame of six readings and a score.
        panel_ms: time of one answer of the panel, of the API and the database together.
        chart_ms: the same of a chart of a month at a reading a second.
        search_ms: the same of a FHIR search.
        measured: where, when and at which commit the lines were made.
    """

    cpu_us: Mapping[str, float]
    memory_kib: float
    frame_bytes: float
    panel_ms: float
    chart_ms: float
    search_ms: float
    measured: tuple[str, ...]

    @property
    def cpu_us_frame(self) -> float:
        """CPU a frame of the whole ward, microseconds."""
        return sum(self.cpu_us.values())


def read_costs(places: Iterable[Path]) -> MeasuredCosts:
    """Read the newest line of each figure.

    Args:
        places: files of lines, or folders of such files.

    Raises:
        FiguresMissingError: a figure is in none of them; says what measures it.
    """
    newest = _newest(places)
    missing = sorted({NEEDED[name] for name in NEEDED if name not in newest})
    if missing:
        again = f"python -m deploy.bench --only {' '.join(missing)}"
        raise FiguresMissingError(f"not measured yet; run: {again}")
    value = {name: float(str(newest[name]["value"])) for name in NEEDED}
    about = {f"{one['at']}, commit {one['commit']}" for one in newest.values()}
    return MeasuredCosts(
        cpu_us={part: value[f"CPU a frame: {part}"] for part in PARTS},
        memory_kib=value["memory an active patient"],
        frame_bytes=value["a stored frame"],
        panel_ms=value["panel of 10,000 patients, median"],
        chart_ms=value["chart of 30 days at 1 Hz, p95"],
        search_ms=value["FHIR search p95"],
        measured=tuple(sorted(about)),
    )


def _newest(places: Iterable[Path]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for place in places:
        for file in sorted(place.glob("*.jsonl")) if place.is_dir() else [place]:
            for line in file.read_text().splitlines():
                one = json.loads(line)
                known = found.get(one["name"])
                if one["name"] in NEEDED and (known is None or str(known["at"]) <= one["at"]):
                    found[one["name"]] = one
    return found
