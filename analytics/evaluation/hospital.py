"""Evaluation on ``mimic_iv_demo``: the product's own lane, run over real hospital stays.

Every stay is folded by :class:`analytics.lane.lane.PatientLane` as the gateway would fold it, with
oxygen from the record. The risk model of a person is learnt from other persons only. The set is
small: the intervals say so. Source: Johnson et al. 2023, MIMIC-IV demo, ODbL 1.0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

from analytics.domain.care import CarePlan
from analytics.domain.vitals import Metric
from analytics.evaluation.figures import Figure, Floats, Judged, figure
from analytics.lane.lane import PatientLane, Reading, Sample
from analytics.news2.score import PARAMETERS, score
from analytics.policy import HOUR_MS
from analytics.risk.model import Example, PopulationModel
from analytics.studies.datasets import moment_ms, number, numbered, rows

DATASET = "mimic_iv_demo"
FOLDS = 5
DAY_MS = 24 * HOUR_MS
COLUMNS: Mapping[str, Metric] = {
    "hr": Metric.HR,
    "sbp": Metric.SBP,
    "dbp": Metric.DBP,
    "resp": Metric.RR,
    "spo2": Metric.SPO2,
    "temp_c": Metric.TEMP,
}
FIVE = frozenset({Metric.HR, Metric.SBP, Metric.RR, Metric.SPO2, Metric.TEMP})


@dataclass(slots=True, kw_only=True)
class Stay:
    """One hospital stay: who, whether they died, and all samples by time."""

    person: str
    died: bool
    moments: dict[int, list[Sample]] = field(default_factory=dict)
    lows: list[tuple[int, float]] = field(default_factory=list)
    plain: list[tuple[int, float]] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)


def figures(folder: Path) -> Iterator[Figure]:
    """Give the figures of the data set."""
    stays = [stay for stay in _stays(folder) if stay.moments]
    for stay in stays:
        _live(stay)
    people = numbered([stay.person for stay in stays])
    died = np.array([stay.died for stay in stays])
    for task, until in (("death, whole stay", None), ("death, first 24 h", DAY_MS)):
        said = np.array([_mean(stay.lows, until) for stay in stays])
        plain = np.array([_mean(stay.plain, until) for stay in stays])
        judged = Judged(said=said, happened=died, people=people)
        yield figure(DATASET, task, "auroc", judged, ("five-parameter NEWS, mean", plain))
    yield from _deterioration(stays)


def _stays(folder: Path) -> list[Stay]:
    stays: dict[str, Stay] = {}
    table = folder / "hospitalizations.csv.gz"
    for row in rows(table, "patient_id", "hospitalization_id", "hospital_expired"):
        died = row["hospital_expired"] == "1"
        stays[row["hospitalization_id"]] = Stay(person=row["patient_id"], died=died)
    for row in rows(folder / "vitals.csv.gz", "hospitalization_id", "recorded_dttm", *COLUMNS):
        moment = moment_ms(row["recorded_dttm"])
        for column, metric in COLUMNS.items():
            _add(stays, row["hospitalization_id"], metric, moment, number(row[column]))
    table = folder / "oxygen_support.csv.gz"
    for row in rows(table, "hospitalization_id", "recorded_dttm", "device_category"):
        oxygen = float(row["device_category"] != "Room Air")
        moment = moment_ms(row["recorded_dttm"])
        _add(stays, row["hospitalization_id"], Metric.O2, moment, oxygen)
    return list(stays.values())


def _add(stays: Mapping[str, Stay], key: str, metric: Metric, t_ms: int, value: float) -> None:
    if key in stays and value == value:  # noqa: PLR0124 - not NaN
        stays[key].moments.setdefault(t_ms, []).append(Sample(int(metric), t_ms, value))


def _live(stay: Stay) -> None:
    """Fold the stay as the gateway would; keep each assessment's bound and the plain score."""
    lane, plan, model = PatientLane(), CarePlan(), PopulationModel.initial()
    carried: dict[int, float] = {}
    for at, t_ms in enumerate(sorted(stay.moments)):
        samples = tuple(stay.moments[t_ms])
        reading = Reading(frame_id=at, received_ms=t_ms, samples=samples)
        outcome = lane.fold(reading, plan, model, in_episode=False)
        stay.examples += outcome.examples
        if outcome.assessment is None or outcome.assessment.low is None:
            continue
        stay.lows.append((t_ms, float(outcome.assessment.low)))
        carried.update({s.metric: s.value for s in samples if Metric(s.metric) in FIVE})
        five = score([carried.get(metric) for metric in PARAMETERS])
        stay.plain.append((t_ms, float(five.low)))


def _mean(scores: Sequence[tuple[int, float]], until: int | None) -> float:
    if not scores:
        return 0.0
    first = scores[0][0]
    return float(np.mean([low for t_ms, low in scores if until is None or t_ms - first <= until]))


def _deterioration(stays: Sequence[Stay]) -> Iterator[Figure]:
    pairs = [(stay.person, example) for stay in stays for example in stay.examples]
    people = numbered([person for person, _ in pairs])
    examples = [example for _, example in pairs]
    happened = np.array([example.deteriorated for example in examples])
    plain = np.array([float(example.news2_low) for example in examples])
    judged = Judged(said=_cross_learnt(examples, people), happened=happened, people=people)
    task = "NEWS2 of 5 or more within 4 h"
    yield figure(DATASET, task, "auroc", judged, ("NEWS2 now", plain))
    share = np.full(len(examples), happened.mean())
    yield figure(DATASET, task, "brier", judged, ("everybody's average", share))


def _cross_learnt(examples: Sequence[Example], people: np.ndarray) -> Floats:
    """Return each example's probability under a model learnt online from other persons."""
    said = np.full(len(examples), np.nan)
    for taught, asked in GroupKFold(n_splits=FOLDS).split(people, groups=people):
        lesson = sorted((examples[at] for at in taught), key=lambda example: example.at_ms)
        model = PopulationModel.trained_on(lesson, PopulationModel.initial())
        for at in asked:
            said[at] = model.predict(examples[at].features)
    return said
