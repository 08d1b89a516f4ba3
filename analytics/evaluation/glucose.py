"""Evaluation on ``diabetes`` (who has it) and ``cgm`` (who will be low within half an hour).

Sources: NHANES 2011-2012 (public domain), Vanderbilt Biostatistics (Schorling); Hall 2018 and
AZT1D (CC BY 4.0), PhysioCGM (CC0), harmonised by Glucose-ML.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import structs

from analytics.domain.vitals import Metric
from analytics.evaluation import forecasting, live
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import STUDY, Compared, Figure, Floats, Judged, figure, told
from analytics.evaluation.metrics import auroc
from analytics.evaluation.replay.recordings import RecordedMoment, Recording
from analytics.evaluation.thresholds import chances_of
from analytics.glucose.forecast import Forecaster, shipped
from analytics.rules.limits import CRITICAL_NAMES, LOW_NAMES
from analytics.settings.in_force import StoredPlan
from analytics.studies import datasets
from analytics.studies.diabetes import Table
from analytics.training import glucose as training
from analytics.training.diabetes import chances, cross_fitted, recipe_of
from analytics.training.glucose import GlucoseWearer

PROFILE = "home_stream"
CGM_FILES = ("hall_2018", "azt1d", "physiocgm")
STEP_MS = 5 * 60_000
HISTORY = 6
AHEAD = 6
EVERY = 3
DRAWS = 5
"""How often the folds of a table of people are drawn anew."""
WITHOUT = frozenset({"No diabetes", "Prediabetes"})
LOW_CONDITIONS = frozenset({LOW_NAMES[Metric.GLUCOSE], CRITICAL_NAMES[Metric.GLUCOSE]})
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
        others_table = taught[table.name]
        said = chances(table, recipe_of(table), others_table)
        judged = Judged(said=said, happened=table.bad, people=table.people)
        values = np.nan_to_num(table.rows[:, table.columns.index(column)])
        yield figure("diabetes", task, "auroc", judged, (rule, values))
        share = np.full(len(table.bad), table.bad.mean())
        yield figure("diabetes", task, "brier", judged, ("everybody's average", share))
        slope = live.slope_of("diabetes", task, judged, name="slope", path=STUDY)
        if not np.isnan([slope.value, *slope.ci95]).any():
            yield slope
        if others_table is None:
            yield _repeated(table, f"{task}, mean of {DRAWS} draws of the folds", (rule, values))


def _repeated(table: Table, task: str, rule: tuple[str, Floats]) -> Figure:
    """Return the AUROC over several draws of the folds: one draw alone is partly luck."""
    drawn = [
        auroc(cross_fitted(table, recipe_of(table), draw=draw), table.bad) for draw in range(DRAWS)
    ]
    compared = Compared(
        ours=lambda weights: float(np.mean([weigh(weights) for weigh in drawn])),
        plain=auroc(rule[1], table.bad),
        rule=rule[0],
        people=table.people,
        events=int(table.bad.sum()),
    )
    return told("diabetes", task, "auroc_repeated", compared, path=STUDY)


def cgm_figures(asked: EvaluationOptions) -> Iterator[Figure]:
    """Give what wearers meet, and lows within half an hour told from the half hour before."""
    before = _recordings(asked.fit) if asked.fit else []
    recordings = _recordings(asked.folder)
    played = live.play("cgm", recordings, before, asked, PROFILE, foresee=_foresee)
    yield from live.burden(played)
    yield from _low_alerts(played)
    yield from forecasting.warnings(played.courses)
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
            plan=plans.get(person, StoredPlan()),
        )
        for name in CGM_FILES
        for plans in (_plans(folder / f"{name}_subjects.csv"),)
        for person, times, values in _series(folder / f"{name}.csv.gz")
    ]


def _plans(path: Path) -> dict[str, StoredPlan]:
    """Return what a clinician would have set of each person: whether they have diabetes."""
    if not path.is_file():
        return {}
    return {
        row["person_id"]: StoredPlan(
            scoring={"adult_from_ms": 0, "diabetes": row["diabetes_type"] not in WITHOUT}
        )
        for row in datasets.rows(path, "person_id", "diabetes_type")
        if row["diabetes_type"]
    }


def _foresee(recordings: Sequence[Recording]) -> Forecaster:
    """Return the shipped forecaster with the chance of a low learnt from these people alone."""
    wearers = [
        GlucoseWearer(
            one.person,
            np.array([moment.t_ms for moment in one.moments], dtype=np.float64),
            np.array([moment.measured[0][1] for moment in one.moments]),
        )
        for one in recordings
    ]
    base, trees = training.low_part(training.moments(wearers))
    return structs.replace(shipped(), low_base=base, low_trees=trees)


def _low_alerts(played: live.Played) -> Iterator[Figure]:
    """Give how often a day a low was alerted, for people with diabetes and without."""
    for words, wanted in (("with diabetes, or not known", True), ("without diabetes", False)):
        courses = [
            c for c in played.courses if forecasting.may_have_diabetes(c.recording) is wanted
        ]
        if courses:
            counts = [
                float(sum(one.condition in LOW_CONDITIONS for one in course.reasons))
                for course in courses
            ]
            yield live.rate(
                *(played, "cgm_low_alerts_per_day", words, courses), (np.array(counts), None)
            )


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
