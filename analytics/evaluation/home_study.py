"""A study on ``tihm``: a model fitted to readings and own baselines; no patient meets it.

It says what more than limits could know of the labels. A bad reading of the last hour still
counts when the repeat is better. See ``analytics.evaluation.home`` for the labels.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analytics.domain.vitals import FACTS, Metric
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import Figure, Judged, figure
from analytics.evaluation.thresholds import said_of
from analytics.risk.baseline import FLOORS, Baseline
from analytics.studies.datasets import moment_ms, number, numbered, rows
from analytics.studies.diabetes import Table

DATASET = "tihm"
Labels = dict[str, list[int]]
FOLLOWS_MS = 60 * 60_000
KINDS: Mapping[str, Metric] = {
    "Systolic blood pressure": Metric.SBP,
    "Diastolic blood pressure": Metric.DBP,
    "Heart rate": Metric.HR,
}
RULES: Mapping[Metric, tuple[float, float]] = {
    Metric.SBP: (100, 160),
    Metric.DBP: (50, 100),
    Metric.HR: (50, 100),
}
"""The plain rule that the labels mostly follow: outside these is an alert."""
TASKS: tuple[tuple[str, str, tuple[Metric, ...]], ...] = (
    ("blood pressure alert within 60 min", "Blood pressure", (Metric.SBP, Metric.DBP)),
    ("pulse alert within 60 min", "Pulse", (Metric.HR,)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One spot reading at home, in event order for its person."""

    person: str
    t_ms: int
    values: Mapping[Metric, float]


def figures(asked: EvaluationOptions) -> Iterator[Figure]:
    """Give the figures of the model, learnt from other people."""
    spots, labels = _spots(asked.folder), labels_of(asked.folder)
    taught = (_spots(asked.fit), labels_of(asked.fit)) if asked.fit else None
    for task, kind, metrics in TASKS:
        table = _table(task, spots, labels.get(kind, {}), metrics)
        others = _table(task, taught[0], taught[1].get(kind, {}), metrics) if taught else None
        plain = (rule_words(metrics), _plain(spots, metrics))
        chances, above = said_of(table, others)
        for metric, said in (("auroc", chances), ("f1", above)):
            judged = Judged(said=said, happened=table.bad, people=table.people)
            yield figure(DATASET, task, metric, judged, plain)


def rule_words(metrics: Sequence[Metric]) -> str:
    """Return the plain rule in words."""
    return "fixed limits " + ", ".join(
        f"{metric.wire_name} {low:g}-{high:g}"
        for metric, (low, high) in RULES.items()
        if metric in metrics
    )


def _spots(folder: Path) -> list[Spot]:
    found: dict[tuple[str, int], dict[Metric, float]] = {}
    path = folder / "physiology.csv.gz"
    for row in rows(path, "patient_id", "date", "device_type", "value"):
        metric = KINDS.get(row["device_type"])
        value = number(row["value"])
        if metric is not None and _plausible(metric, value):
            moment = (row["patient_id"], moment_ms(row["date"]))
            found.setdefault(moment, {})[metric] = value
    return [
        Spot(person=person, t_ms=t_ms, values=values)
        for (person, t_ms), values in sorted(found.items(), key=lambda item: item[0])
    ]


def _plausible(metric: Metric, value: float) -> bool:
    low, high = FACTS[metric].plausible
    return low <= value <= high


def labels_of(folder: Path) -> dict[str, Labels]:
    """Return the times of the labels, by kind and person, in order."""
    found: dict[str, dict[str, list[int]]] = {}
    for row in rows(folder / "labels.csv.gz", "patient_id", "type", "date_plus1h"):
        of_kind = found.setdefault(row["type"], {})
        of_kind.setdefault(row["patient_id"], []).append(moment_ms(row["date_plus1h"]))
    for of_kind in found.values():
        for times in of_kind.values():
            times.sort()
    return found


def _table(
    task: str, spots: Sequence[Spot], labels: Mapping[str, list[int]], metrics: Sequence[Metric]
) -> Table:
    used = [spot for spot in spots if any(metric in spot.values for metric in metrics)]
    past = Past()
    columns = tuple(
        f"{metric.wire_name} {part}"
        for metric in metrics
        for part in ("value", "above", "below", "outside", "own")
    )
    return Table(
        name=task,
        columns=(*columns, "outside within the last hour"),
        rows=np.array([_features(spot, metrics, past) for spot in used]),
        bad=np.array([_followed(spot, labels) for spot in used]),
        people=numbered([spot.person for spot in used]),
    )


@dataclass(slots=True, kw_only=True)
class Past:
    """What is known of each person before the reading at hand."""

    baselines: dict[tuple[str, Metric], Baseline] = field(default_factory=dict)
    outside_ms: dict[str, int] = field(default_factory=dict)


def _features(spot: Spot, metrics: Sequence[Metric], past: Past) -> list[float]:
    """Return the row of one reading; the reading itself enters the past only afterwards."""
    out: list[float] = []
    outside_now = False
    for metric in metrics:
        value = spot.values.get(metric, float("nan"))
        low, high = RULES[metric]
        baseline = past.baselines.setdefault((spot.person, metric), Baseline())
        floor = FLOORS[metric]
        own = baseline.deviation(value, floor) if baseline.ready else float("nan")
        outside = value >= high or value <= low
        outside_now = outside_now or outside
        out += [value, max(0.0, value - high), max(0.0, low - value), float(outside), own]
        if not np.isnan(value):
            baseline.learn(value, spot.t_ms, floor)
    before = past.outside_ms.get(spot.person)
    out.append(float(before is not None and spot.t_ms - before <= FOLLOWS_MS))
    if outside_now:
        past.outside_ms[spot.person] = spot.t_ms
    return out


def _followed(spot: Spot, labels: Mapping[str, list[int]]) -> bool:
    times = labels.get(spot.person, [])
    at = bisect_left(times, spot.t_ms)
    return at < len(times) and times[at] - spot.t_ms <= FOLLOWS_MS


def _plain(spots: Sequence[Spot], metrics: Sequence[Metric]) -> np.ndarray:
    used = [spot for spot in spots if any(metric in spot.values for metric in metrics)]
    return np.array(
        [
            float(
                any(
                    not RULES[metric][0] <= spot.values[metric] <= RULES[metric][1]
                    for metric in metrics
                    if metric in spot.values
                )
            )
            for spot in used
        ]
    )
