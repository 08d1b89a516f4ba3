"""Evaluation on ``tihm``: what people at home meet, against the alerts that clinicians had.

The labels are largely threshold-driven: they test alert behaviour, not prognosis. Label times
behave as UTC and reading times as British Summer Time; ``date_plus1h`` lines them up. A reading
counts as labelled if a label of its kind follows within 60 minutes; it is answered yes if an alert
about its metric stands on it, shown within the same 60 minutes.

Every label lies between 09:00 and 21:00: at night nobody of the monitoring team looked, and what
was measured then was labelled in the morning, however bad it was. So each figure is given twice:
by the clock, and (``_team_hours``) by an hour of the team's own time, which goes on the next
morning. Readings whose hour was not over when the recording ended are left out of the latter.
Source: Palermo et al., Sci Data 10:606 (2023).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analytics.domain.vitals import Metric
from analytics.evaluation import home_study, live
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import LIVE, Compared, Figure, Judged, figure, told
from analytics.evaluation.home_study import RULES, Labels, labels_of
from analytics.evaluation.metrics import constant, mean
from analytics.evaluation.replay.recordings import DAY_MS, RecordedMoment, Recording
from analytics.evaluation.replay.ward import Course, alerted
from analytics.rules.limits import CRITICAL_NAMES, HIGH_NAMES, LOW_NAMES
from analytics.studies.datasets import moment_ms, number, numbered, rows

DATASET = "tihm"
PROFILE = "home_spot"
WITHIN_MS = 60 * 60_000
TEAM_MS = (9 * 3_600_000, 21 * 3_600_000)
"""From when to when in a day labels were given."""
KINDS: Mapping[str, Metric] = {
    "Systolic blood pressure": Metric.SBP,
    "Diastolic blood pressure": Metric.DBP,
    "Heart rate": Metric.HR,
    "Body Temperature": Metric.TEMP,
    "Body weight": Metric.WEIGHT,
}
DEVICES: Mapping[Metric, str] = {Metric.TEMP: "thermometer", Metric.WEIGHT: "scale"}
CUFF = "cuff"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelTask:
    """One kind of label.

    Attributes:
        name: of its figures.
        label: its name in the files.
        metrics: whose alerts answer it.
    """

    name: str
    label: str
    metrics: tuple[Metric, ...]

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions that answer it."""
        return frozenset(
            names[metric]
            for metric in self.metrics
            for names in (LOW_NAMES, HIGH_NAMES, CRITICAL_NAMES)
        )


class ReadingAnswer(NamedTuple):
    """One reading: whose, when, whether an alert stood for it, and what the plain rule says."""

    person: str
    t_ms: int
    said: bool
    plain: bool


WORDS: Mapping[str, str] = {"": "", "_team_hours": " of the monitoring team's time"}
TASKS = (
    LabelTask(name="pressure", label="Blood pressure", metrics=(Metric.SBP, Metric.DBP)),
    LabelTask(name="pulse", label="Pulse", metrics=(Metric.HR,)),
)


def figures(asked: EvaluationOptions) -> Iterator[Figure]:
    """Give the figures of the data set."""
    before = recordings(asked.fit) if asked.fit else []
    played = live.play(DATASET, recordings(asked.folder), before, asked, PROFILE)
    labels = labels_of(asked.folder)
    for task in TASKS:
        yield from agreement(task, played.courses, labels.get(task.label, {}))
        yield from _events(task, played.courses, labels.get(task.label, {}))
    yield from live.burden(played)
    yield from live.risk(played)
    yield from home_study.figures(asked)


def recordings(folder: Path) -> list[Recording]:
    """Return what each person measured at home, by device in the order of time."""
    found: dict[str, dict[tuple[int, str], list[tuple[int, float]]]] = {}
    path = folder / "physiology.csv.gz"
    for row in rows(path, "patient_id", "date", "device_type", "value"):
        metric, value = KINDS.get(row["device_type"]), number(row["value"])
        if metric is not None and value == value:  # noqa: PLR0124 - not NaN
            at = (moment_ms(row["date"]), DEVICES.get(metric, CUFF))
            of_person = found.setdefault(row["patient_id"], {})
            of_person.setdefault(at, []).append((int(metric), value))
    return [
        Recording(
            person=person,
            moments=[
                RecordedMoment(t_ms, tuple(of[t_ms, device]), device) for t_ms, device in sorted(of)
            ],
        )
        for person, of in sorted(found.items())
    ]


def agreement(task: LabelTask, courses: Sequence[Course], labels: Labels) -> Iterator[Figure]:
    """Give how well the alerts agree with the labels, reading by reading."""
    answers = list(_answers(task, courses))
    if not answers:
        return
    over = _recorded_until(courses)
    for by, until in (("", _by_clock), ("_team_hours", by_team)):
        known = [one for one in answers if not by or until(one.t_ms) <= over]
        judged = Judged(
            said=np.array([one.said for one in known], dtype=float),
            happened=np.array(
                [_labelled(labels.get(one.person, []), one.t_ms, until) for one in known],
                dtype=bool,
            ),
            people=numbered([one.person for one in known]),
        )
        plain = np.array([one.plain for one in known], dtype=float)
        rule = home_study.rule_words(task.metrics)
        for metric in ("f1", "sensitivity", "ppv"):
            yield figure(
                DATASET,
                f"{task.label.lower()} alert within 60 min{WORDS[by]}, each reading",
                metric,
                judged,
                (rule, plain),
                path=LIVE,
                name=f"{metric}_{task.name}{by}",
            )


def _answers(task: LabelTask, courses: Sequence[Course]) -> Iterator[ReadingAnswer]:
    for course in courses:
        for at, moment in enumerate(course.recording.moments):
            values = [(m, v) for m, v in moment.measured if m in task.metrics]
            if values:
                yield ReadingAnswer(
                    course.recording.person,
                    moment.t_ms,
                    alerted(course, at, task.conditions, WITHIN_MS),
                    any(_outside(metric, value) for metric, value in values),
                )


def _recorded_until(courses: Sequence[Course]) -> int:
    """Return the end of the last day on which anybody measured."""
    newest = max(c.recording.moments[-1].t_ms for c in courses if c.recording.moments)
    return newest - newest % DAY_MS + DAY_MS


def _by_clock(t_ms: int) -> int:
    return t_ms + WITHIN_MS


def by_team(t_ms: int) -> int:
    """Return when an hour of the team's own time is over that begins at ``t_ms``."""
    opens, shuts = TEAM_MS
    day = t_ms - t_ms % DAY_MS
    if t_ms - day >= shuts:
        day, t_ms = day + DAY_MS, day + DAY_MS
    until = max(t_ms, day + opens) + WITHIN_MS
    beyond = until - (day + shuts)
    return until if beyond <= 0 else day + DAY_MS + opens + beyond


def _events(task: LabelTask, courses: Sequence[Course], labels: Labels) -> Iterator[Figure]:
    """Give how long before a label its alert was shown, of the labels that had one."""
    lead: list[float] = []
    people: list[str] = []
    for course in courses:
        shown = [one.raised_ms for one in course.reasons if one.condition in task.conditions]
        for label_ms in labels.get(course.recording.person, []):
            at = bisect_right(shown, label_ms) - 1
            near = at >= 0 and label_ms - shown[at] <= WITHIN_MS
            lead.append((label_ms - shown[at]) / 60_000 if near else float("nan"))
            people.append(course.recording.person)
    values, had = np.array(lead), ~np.isnan(np.array(lead, dtype=float))
    if not had.any():
        return
    name, whole = f"{task.label.lower()} alert", numbered(people)
    every = Judged(said=had.astype(float), happened=np.ones(len(had), dtype=bool), people=whole)
    none = ("no alert", np.zeros(len(had)))
    yield figure(
        DATASET, f"{name}: labels that had one", "sensitivity", every, none, path=LIVE,
        name=f"label_sensitivity_{task.name}",
    )  # fmt: skip
    compared = Compared(
        ours=mean(values, every.happened),
        plain=constant(0.0),
        rule="at the label",
        people=whole,
        events=int(had.sum()),
    )
    metric = f"lead_minutes_{task.name}"
    yield told(DATASET, f"{name}: shown before the label", metric, compared, path=LIVE)


def _outside(metric: int, value: float) -> bool:
    low, high = RULES[Metric(metric)]
    return not low <= value <= high


def _labelled(times: Sequence[int], t_ms: int, until: Callable[[int], int]) -> bool:
    at = bisect_left(times, t_ms)
    return at < len(times) and times[at] <= until(t_ms)
