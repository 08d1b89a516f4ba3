"""Onsets of an urgent score: each has an alert that stood in time, or is counted as missed."""

import pytest
from msgspec import structs

from analytics.domain.vitals import Metric
from analytics.evaluation import stays
from analytics.evaluation.live import Played
from analytics.evaluation.replay.recordings import RecordedMoment, Recording
from analytics.evaluation.replay.staff import MODELS
from analytics.evaluation.replay.ward import Course, replay
from analytics.settings import DEFAULTS

MINUTE = 60_000
WELL: dict[Metric, float] = {
    Metric.HR: 72,
    Metric.RR: 15,
    Metric.SPO2: 97,
    Metric.SBP: 120,
    Metric.TEMP: 37,
}
ILL: dict[Metric, float] = WELL | {Metric.HR: 115, Metric.RR: 22, Metric.TEMP: 39.2}


def course(*phases: dict[Metric, float]) -> Course:
    """A person seen every ten minutes, six times in each phase."""
    moments = [
        RecordedMoment(
            (phase * 6 + n) * 10 * MINUTE,
            tuple((int(metric), float(value)) for metric, value in values.items()),
        )
        for phase, values in enumerate(phases)
        for n in range(6)
    ]
    (lived,), _ = replay([Recording(person="a", moments=moments)], DEFAULTS)
    return lived


def share(lived: Course) -> tuple[float, int, int]:
    played = Played("made", DEFAULTS, {MODELS[0]: [lived]})
    (figure,) = stays.onsets(played)
    assert figure.metric == "news2_onsets_without_alert"
    return figure.value, figure.events, figure.n


def test_each_onset_is_counted_once_and_has_its_alert() -> None:
    assert share(course(WELL, ILL, WELL, ILL)) == (0.0, 0, 2)


def test_an_onset_whose_alert_came_too_late_or_never_is_missed() -> None:
    lived = course(WELL, ILL)
    first = lived.reasons[0].raised_ms
    late = [structs.replace(one, raised_ms=first + 11 * MINUTE) for one in lived.reasons]
    lived.reasons = late
    assert share(lived) == (1.0, 1, 1)
    lived.reasons = []
    assert share(lived) == (1.0, 1, 1)


@pytest.mark.parametrize("phases", [(WELL,), ()])
def test_nothing_is_told_where_nobody_is_ill(phases: tuple[dict[Metric, float], ...]) -> None:
    lived = course(*phases) if phases else Course(recording=Recording(person="a", moments=[]))
    assert list(stays.onsets(Played("made", DEFAULTS, {MODELS[0]: [lived]}))) == []
