"""Evaluation on ``diabetes`` (who has it) and ``cgm`` (who will be low within half an hour).

Sources: NHANES 2011-2012 (public domain), Vanderbilt Biostatistics (Schorling); Hall 2018 and
AZT1D (CC BY 4.0), PhysioCGM (CC0), harmonised by Glucose-ML.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from analytics.domain.vitals import Metric
from analytics.evaluation import forecasting, live
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import Figure, Floats, Judged, figure
from analytics.evaluation.replay.recordings import RecordedMoment, Recording
from analytics.evaluation.thresholds import chances_of
from analytics.studies import datasets
from analytics.studies.diabetes import Table
from analytics.training.diabetes import chances, recipe_of

PROFILE = "home_stream"
CGM_FILES = ("hall_2018", "azt1d", "physiocgm")
STEP_MS = 5 * 60_000
HISTORY = 6
AHEAD = 6
EVERY = 3
LOW = 70.0
"""ADA level 1 hypoglycaemia, mg/dL."""
ALREADY_LOW = LOW


def diabetes_figures(asked: EvaluationOptions) -> Iterator[Figure]:
    """Give the figures of the two tables of people."""
    folder, others = asked.folder, asked.fit
    nhanes, vanderbilt = datasets.nhanes(folder), datasets.vanderbilt(folder)
    taught = {
        nhanes.name: datasets.nhanes(others) if others else None,
        vanderbilt.name: datasets.vanderbilt(others) if others else None,
    }
    plain = {
        "diagnosed diabetes (NHANES, no glucose)": (nhanes, "age", "Age"),
        "HbA1c 6.5 % or more (Vanderbilt)": (vanderbilt, "glucose alone", "stab_glu"),
    }
    for task, (table, rule, column) in plain.items():
        said = chances(table, recipe_of(table), taught[table.name])
        judged = Judged(said=said, happened=table.bad, people=table.people)
        values = np.nan_to_num(table.rows[:, table.columns.index(column)])
        yield figure("diabetes", task, "auroc", judged, (rule, values))
        share = np.full(len(table.bad), table.bad.mean())
        yield figure("diabetes", task, "brier", judged, ("everybody's average", share))


def cgm_figures(asked: EvaluationOptions) -> Iterator[Figure]:
    """Give what wearers meet, and lows within half an hour told from the half hour before."""
    before = _recordings(asked.fit) if asked.fit else []
    played = live.play("cgm", _recordings(asked.folder), before, asked, PROFILE)
    yield from live.burden(played)
    yield from forecasting.figures(asked.folder, asked.fit)
    table = _moments(asked.folder)
    said = chances_of(table, _moments(asked.fit) if asked.fit else None)
    judged = Judged(said=said, happened=table.bad, people=table.people)
    task = f"glucose below {LOW:g} mg/dL within {AHEAD * 5} min"
    now, slope = table.rows[:, 0], table.rows[:, 1]
    yield figure("cgm", task, "auroc", judged, ("lowest now", -now))
    yield figure("cgm", task, "auroc", judged, ("straight line ahead", -(now + AHEAD * slope)))
    share = np.full(len(table.bad), table.bad.mean())
    yield figure("cgm", task, "brier", judged, ("everybody's average", share))


def _recordings(folder: Path) -> list[Recording]:
    return [
        Recording(
            person=f"{name}:{person}",
            moments=[
                RecordedMoment(int(t_ms), ((int(Metric.GLUCOSE), float(value)),))
                for t_ms, value in zip(times, values, strict=True)
            ],
        )
        for name in CGM_FILES
        for person, times, values in _series(folder / f"{name}.csv.gz")
    ]


def _moments(folder: Path) -> Table:
    columns = ("now", "slope of 15 min", "slope of 30 min", "spread", "lowest", "now squared")
    features: list[list[float]] = []
    happened: list[bool] = []
    people: list[str] = []
    for name in CGM_FILES:
        for person, times, values in _series(folder / f"{name}.csv.gz"):
            for row, low in _windows(times, values):
                features.append(row)
                happened.append(low)
                people.append(f"{name}:{person}")
    return Table(
        name="cgm",
        columns=columns,
        rows=np.array(features),
        bad=np.array(happened),
        people=datasets.numbered(people),
    )


def _series(path: Path) -> Iterator[tuple[str, Floats, Floats]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for row in datasets.rows(path, "subject_id", "timestamp", "glucose_mgdl"):
        value = datasets.number(row["glucose_mgdl"])
        if value > 0:
            moment = datasets.moment_ms(row["timestamp"])
            found.setdefault(row["subject_id"], []).append((moment, value))
    for person, points in found.items():
        points.sort()
        yield (
            person,
            np.array([t_ms for t_ms, _ in points], dtype=np.float64),
            np.array([value for _, value in points]),
        )


def _windows(times: Floats, values: Floats) -> Iterator[tuple[list[float], bool]]:
    """Give every third moment with an unbroken half hour on both sides, not low already."""
    span = (HISTORY + AHEAD) * STEP_MS * 1.5
    for at in range(HISTORY, len(values) - AHEAD, EVERY):
        unbroken = times[at + AHEAD] - times[at - HISTORY] <= span
        if unbroken and values[at] >= ALREADY_LOW:
            before = values[at - HISTORY : at + 1]
            low = bool((values[at + 1 : at + 1 + AHEAD] < LOW).any())
            yield list(_row(before)), low


def _row(before: Floats) -> Sequence[float]:
    now = float(before[-1])
    return (
        now,
        float(before[-1] - before[-4]) / 3,
        float(before[-1] - before[0]) / HISTORY,
        float(before.std()),
        float(before.min()),
        now * now / 100,
    )
