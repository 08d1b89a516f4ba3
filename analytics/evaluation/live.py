"""Figures that every replay has: what is shown and called, and how good the live risk is."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import structs
from sklearn.model_selection import GroupKFold

from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import LIVE, Compared, Figure, Floats, Judged, figure, told
from analytics.evaluation.metrics import constant, ratio, reliability, slope
from analytics.evaluation.replay.recordings import Recording
from analytics.evaluation.replay.staff import MODELS, Staff
from analytics.evaluation.replay.ward import Course, replay
from analytics.glucose.forecast import Forecaster
from analytics.risk.model import PopulationModel
from analytics.risk.warm import shipped
from analytics.rules.limits import NONE, beyond
from analytics.settings import WardPolicy
from analytics.studies.datasets import numbered

PLAIN = "an alert for each reading outside a limit"
HORIZON = "NEWS2 of 5 or more within 4 h"
FOLDS = 5
Learn = Callable[[Sequence[Recording]], PopulationModel]
Foresee = Callable[[Sequence[Recording]], Forecaster]
RISK_SLOPE = "news2_within_4h_slope"
_RISK = ("auroc", "auprc", "brier", "slope", "ece")


class Taught(NamedTuple):
    """What was learnt from other people: the risk model, and a forecaster of glucose if any."""

    model: PopulationModel
    forecaster: Forecaster | None = None


class Played:
    """One replay of a data set under each model of the staff."""

    def __init__(self, dataset: str, rules: WardPolicy, by: Mapping[Staff, list[Course]]) -> None:
        self.dataset, self.rules, self.by = dataset, rules, by

    @property
    def courses(self) -> list[Course]:
        """What people met where alerts are taken on and nothing else."""
        return self.by[MODELS[0]]


def play(
    dataset: str,
    recordings: Sequence[Recording],
    before: Sequence[Recording],
    asked: EvaluationOptions,
    usual: str,
    *,
    learn: Learn | None = None,
    foresee: Foresee | None = None,
) -> Played:
    """Run recordings under each model of the staff.

    Args:
        dataset: their name.
        recordings: to judge.
        before: to learn from first; empty: the shipped model begins.
        asked: settings and progress.
        usual: the profile, if none was asked for.
        learn: makes a warm version of people. The shipped one was learnt from this very data set:
            each person then meets one that was learnt from others, as whoever is new does.
        foresee: makes a forecaster of glucose of people, likewise.
    """
    rules, taught = asked.rules(usual), Taught(shipped().version(1))
    if before:
        model = _learnt(dataset, before, asked, rules) if learn is None else learn(before)
        taught = Taught(model, foresee(before) if foresee is not None else None)
    apart = not before and (learn is not None or foresee is not None)
    parts = _others(recordings, learn, foresee) if apart else [(recordings, taught)]
    by: dict[Staff, list[Course]] = {}
    for staff in MODELS:
        courses: list[Course] = []
        for some, their in parts:
            told_of = asked.counting(f"{dataset}: {staff.name}")
            courses += replay(
                *(some, rules, staff), model=their.model, forecaster=their.forecaster, told=told_of
            )[0]
        place = {id(one): at for at, one in enumerate(recordings)}
        by[staff] = sorted(courses, key=lambda course: place[id(course.recording)])
    return Played(dataset, rules, by)


def _learnt(
    dataset: str, before: Sequence[Recording], asked: EvaluationOptions, rules: WardPolicy
) -> PopulationModel:
    told_of = asked.counting(f"{dataset}: learning")
    return replay(before, rules, MODELS[0], model=shipped().version(1), told=told_of)[1]


def _others(
    recordings: Sequence[Recording], learn: Learn | None, foresee: Foresee | None
) -> list[tuple[list[Recording], Taught]]:
    """Return the recordings in folds by person, each with what was learnt from all other people.

    With fewer people than folds the shipped versions begin: there is nobody to learn from.
    """
    people = numbered([one.person for one in recordings])
    begin = shipped().version(1)
    if len(np.unique(people)) <= FOLDS:
        return [(list(recordings), Taught(begin))]
    parts = []
    for taught, ask in GroupKFold(n_splits=FOLDS).split(people, groups=people):
        others = [recordings[at] for at in taught]
        model = begin if learn is None else learn(others)
        forecaster = None if foresee is None else foresee(others)
        parts.append(([recordings[at] for at in ask], Taught(model, forecaster)))
    return parts


def burden(played: Played) -> Iterator[Figure]:
    """Give alerts and calls a patient-day, in all and by condition, for each model of the staff."""
    plain = np.array([_outside(course, played.rules) for course in played.courses], dtype=float)
    for staff, courses in played.by.items():
        yield rate(played, "alerts_per_patient_day", staff.name, courses, (_alerts(courses), plain))
        yield rate(played, "calls_per_patient_day", staff.name, courses, (_calls(courses), plain))
    for name, _ in Counter(a.condition for c in played.courses for a in c.alerts).most_common():
        for metric, count in (
            ("alerts_per_patient_day", _alerts),
            ("calls_per_patient_day", _calls),
        ):
            counts = count(played.courses, name)
            task = f"{MODELS[0].name}: {name}"
            yield rate(played, metric, task, played.courses, (counts, None))


def _alerts(courses: Sequence[Course], only: str | None = None) -> Floats:
    return np.array(
        [sum(only in (None, one.condition) for one in course.alerts) for course in courses],
        dtype=float,
    )


def _calls(courses: Sequence[Course], only: str | None = None) -> Floats:
    return np.array(
        [
            sum(one.calls for one in course.alerts if only in (None, one.condition))
            for course in courses
        ],
        dtype=float,
    )


def rate(
    played: Played,
    metric: str,
    task: str,
    courses: Sequence[Course],
    counted: tuple[Floats, Floats | None],
) -> Figure:
    """Return how often a patient-day; ``counted`` is ours by course, and the plain rule's."""
    counts, plain = counted
    days = np.array([course.recording.days for course in courses], dtype=float)
    compared = Compared(
        ours=ratio(counts, days),
        plain=constant(0.0) if plain is None else ratio(plain, days),
        rule="no alert" if plain is None else PLAIN,
        people=numbered([course.recording.person for course in courses]),
        events=int(counts.sum()),
        n=int(days.sum()),
    )
    return told(played.dataset, task, metric, compared, path=LIVE)


def _outside(course: Course, rules: WardPolicy) -> int:
    """How many moments hold a value outside the ward's limits: what a rule without state says."""
    limits = rules.clinical.limits
    return sum(
        any(beyond(limits.get(metric, NONE), value) for metric, value in moment.measured)
        for moment in course.recording.moments
    )


def risk(played: Played) -> Iterator[Figure]:
    """Give how good the risk was that was shown, each example judged before it was learnt from."""
    pairs = [(c.recording.person, one) for c in played.courses for one in c.examples]
    happened = np.array([one.deteriorated for _, one in pairs], dtype=bool)
    if not happened.any() or happened.all():
        return
    people = numbered([person for person, _ in pairs])
    said = np.array([one.probability for _, one in pairs])
    judged = Judged(said=said, happened=happened, people=people)
    news2 = ("NEWS2 now", np.array([float(one.news2_low) for _, one in pairs]))
    average = ("everybody's average", np.full(len(pairs), happened.mean()))
    for metric in _RISK:
        name = f"news2_within_4h_{metric}"
        task = f"{HORIZON}, progressive"
        if metric == "slope":
            yield slope_of(played.dataset, task, judged)
            continue
        against = average if metric in ("brier", "ece") else news2
        yield figure(played.dataset, task, metric, judged, against, path=LIVE, name=name)


def slope_of(
    dataset: str, task: str, judged: Judged, *, name: str = RISK_SLOPE, path: str = LIVE
) -> Figure:
    """Return the calibration slope of what was said, with its curve."""
    compared = Compared(
        ours=slope(judged.said, judged.happened),
        plain=constant(1.0),
        rule="well calibrated",
        people=judged.people,
        events=int(judged.happened.sum()),
    )
    made = told(dataset, task, name, compared, path=path)
    return structs.replace(made, curve=reliability(judged.said, judged.happened))
