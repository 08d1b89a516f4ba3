"""Evaluation on ``mimic_iv_demo``: hospital stays replayed through all that runs live.

Every stay is a lane of its own, with oxygen from the record. The study line learns the risk model
of a person from other persons only. The set is small: the intervals say so.
Source: Johnson et al. 2023, MIMIC-IV demo, ODbL 1.0.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

from analytics.domain.vitals import Metric
from analytics.errors import DatasetError
from analytics.evaluation import live, stays
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import Figure, Floats, Judged, figure
from analytics.evaluation.replay.recordings import DAY_MS, Recording, admitted, collected
from analytics.evaluation.replay.ward import Course
from analytics.news2.score import PARAMETERS, score
from analytics.risk.lessons import next_version
from analytics.risk.model import Example, ModelState, PopulationModel
from analytics.risk.warm import shipped
from analytics.studies.datasets import moment_ms, number, numbered, rows
from analytics.training import risk

DATASET = "mimic_iv_demo"
PROFILE = "hospital"
FOLDS = 5
COLUMNS: Mapping[str, Metric] = {
    "hr": Metric.HR,
    "sbp": Metric.SBP,
    "dbp": Metric.DBP,
    "resp": Metric.RR,
    "spo2": Metric.SPO2,
    "temp_c": Metric.TEMP,
}
FIVE = frozenset({Metric.HR, Metric.SBP, Metric.RR, Metric.SPO2, Metric.TEMP})
PLAIN = "five-parameter NEWS, mean"


def figures(asked: EvaluationOptions) -> Iterator[Figure]:
    """Give the figures of the data set."""
    found = recordings(asked.folder)
    before = [recording for recording, _ in recordings(asked.fit)] if asked.fit else []
    recorded = [recording for recording, _ in found]
    played = live.play(DATASET, recorded, before, asked, PROFILE, learn=learn)
    died = np.array([bad for _, bad in found], dtype=bool)
    for words, until in (("whole stay", None), ("first 24 h", DAY_MS)):
        plain = np.array([_five(recording, until) for recording in recorded])
        yield from stays.deaths(played, died, (PLAIN, plain), (words, until))
    yield from live.risk(played)
    yield from live.burden(played)
    yield from stays.onsets(played)
    if not asked.fit:
        yield from _study(played.courses)


def learn(recorded: Sequence[Recording]) -> PopulationModel:
    """Return a warm version of these people, made as the shipped one is."""
    prior = PopulationModel.initial()
    lived = [
        risk.live(one.person, [admitted(m, at) for at, m in enumerate(one.moments)], prior)
        for one in recorded
    ]
    try:
        taught = risk.lessons(lived)
    except DatasetError:  # too few people: as the ward begins
        return shipped().version(1)
    line, behind = risk.fit(taught), len(taught.worst)
    return PopulationModel(
        ModelState(
            version=1,
            weights=line.weights,
            intercept=line.intercept,
            behind=behind,
            origin="others",
        )
    )


def recordings(folder: Path) -> list[tuple[Recording, bool]]:
    """Return every stay in which anything was measured, and whether it ended in death."""
    found: dict[str, dict[int, list[tuple[int, float]]]] = {}
    whose: dict[str, tuple[str, bool]] = {}
    table = folder / "hospitalizations.csv.gz"
    for row in rows(table, "patient_id", "hospitalization_id", "hospital_expired"):
        whose[row["hospitalization_id"]] = row["patient_id"], row["hospital_expired"] == "1"
        found[row["hospitalization_id"]] = {}
    for row in rows(folder / "vitals.csv.gz", "hospitalization_id", "recorded_dttm", *COLUMNS):
        moment = moment_ms(row["recorded_dttm"])
        for column, metric in COLUMNS.items():
            _add(found, row["hospitalization_id"], moment, (int(metric), number(row[column])))
    table = folder / "oxygen_support.csv.gz"
    for row in rows(table, "hospitalization_id", "recorded_dttm", "device_category"):
        oxygen = float(row["device_category"] != "Room Air")
        moment = moment_ms(row["recorded_dttm"])
        _add(found, row["hospitalization_id"], moment, (int(Metric.O2), oxygen))
    return [
        (Recording(person=whose[stay][0], moments=list(collected(moments))), whose[stay][1])
        for stay, moments in found.items()
        if moments
    ]


def _add(
    found: Mapping[str, dict[int, list[tuple[int, float]]]],
    stay: str,
    t_ms: int,
    value: tuple[int, float],
) -> None:
    if stay in found and not np.isnan(value[1]):
        found[stay].setdefault(t_ms, []).append(value)


def _five(recording: Recording, until: int | None) -> float:
    """The plain score: five vitals as last seen, scored at every moment that has one; its mean."""
    carried: dict[int, float] = {}
    lows: list[float] = []
    first = recording.moments[0].t_ms
    for moment in recording.moments:
        if until is not None and moment.t_ms - first > until:
            break
        carried.update((metric, value) for metric, value in moment.measured if metric in FIVE)
        if carried:
            lows.append(float(score([carried.get(metric) for metric in PARAMETERS]).low))
    return float(np.mean(lows)) if lows else 0.0


def _study(courses: Sequence[Course]) -> Iterator[Figure]:
    pairs = [(course.recording.person, one) for course in courses for one in course.examples]
    people = numbered([person for person, _ in pairs])
    examples = [example for _, example in pairs]
    happened = np.array([example.deteriorated for example in examples])
    if len(np.unique(people)) < FOLDS or not happened.any():
        return
    plain = np.array([float(example.news2_low) for example in examples])
    judged = Judged(said=_cross_learnt(examples, people), happened=happened, people=people)
    task = f"{live.HORIZON}, learnt from other people"
    yield figure(DATASET, task, "auroc", judged, ("NEWS2 now", plain))
    share = np.full(len(examples), happened.mean())
    yield figure(DATASET, task, "brier", judged, ("everybody's average", share))


def _cross_learnt(examples: Sequence[Example], people: np.ndarray) -> Floats:
    """Return each example's probability under a model learnt online from other persons."""
    said = np.full(len(examples), np.nan)
    for taught, asked in GroupKFold(n_splits=FOLDS).split(people, groups=people):
        lesson = sorted((examples[at] for at in taught), key=lambda example: example.at_ms)
        model = next_version(lesson, PopulationModel.initial())
        for at in asked:
            said[at] = model.predict(examples[at].features)
    return said
