"""Figures of stays: how scores rank those that end in death, and whether alerts miss anything."""

from collections.abc import Iterator, Sequence

import numpy as np

from analytics.domain.alerts import Priority
from analytics.evaluation.figures import LIVE, Compared, Figure, Judged, figure, told
from analytics.evaluation.live import Played
from analytics.evaluation.metrics import Bools, Floats, constant, mean, ratio
from analytics.evaluation.replay.ward import Course, alerted
from analytics.policy import HOUR_MS
from analytics.studies.datasets import numbered

HIGH = "alert of high priority"
URGENT, IN_TIME_MS = 5, 10 * 60_000
BANDS = ("news2_urgent", "news2_emergency")


def scores(course: Course, until_ms: int | None = None) -> float:
    """Return the mean of NEWS2's lower bound over a stay, or over so long of its beginning."""
    moments = course.recording.moments
    first = moments[0].t_ms if moments else 0
    lows = [
        answer.low
        for answer in course.answers
        if answer.low is not None and (until_ms is None or answer.moment.t_ms - first <= until_ms)
    ]
    return float(np.mean(lows)) if lows else 0.0


def deaths(
    played: Played, died: Bools, plain: tuple[str, Floats], within: tuple[str, int | None]
) -> Iterator[Figure]:
    """Give how the mean score ranks the stays, and what alerts of high priority say of them.

    Args:
        played: the replay.
        died: of each stay.
        plain: name and values of the score to beat.
        within: in words and milliseconds, the part of each stay that is looked at.
    """
    words, until_ms = within
    people = numbered([course.recording.person for course in played.courses])
    said = np.array([scores(course, until_ms) for course in played.courses])
    judged = Judged(said=said, happened=died, people=people)
    task = f"death in hospital, {words}: mean NEWS2"
    yield figure(played.dataset, task, "auroc", judged, plain, path=LIVE, name="death_auroc")
    first = np.array([_first_high(course, until_ms) for course in played.courses])
    raised = Judged(said=(~np.isnan(first)).astype(float), happened=died, people=people)
    everybody = ("an alert for everybody", np.ones(len(died)))
    for metric in ("sensitivity", "ppv"):
        task, name = f"death in hospital, {words}: {HIGH}", f"death_{metric}"
        yield figure(played.dataset, task, metric, raised, everybody, path=LIVE, name=name)
    if (died & ~np.isnan(first)).any():
        yield _lead(played, died, first, words)


def _first_high(course: Course, until_ms: int | None) -> float:
    """Hours from the first alert of high priority to the last reading; NaN: there was none."""
    moments = course.recording.moments
    start, end = moments[0].t_ms, moments[-1].t_ms
    shown: Sequence[int] = [
        one.raised_ms
        for one in course.alerts
        if one.priority is Priority.HIGH
        and one.raised_ms <= end
        and (until_ms is None or one.raised_ms - start <= until_ms)
    ]
    return (end - shown[0]) / HOUR_MS if shown else float("nan")


def _lead(played: Played, died: Bools, first: Floats, words: str) -> Figure:
    compared = Compared(
        ours=mean(first, died),
        plain=constant(0.0),
        rule="at the last reading",
        people=numbered([course.recording.person for course in played.courses]),
        events=int((died & ~np.isnan(first)).sum()),
    )
    task = f"death in hospital, {words}: first {HIGH} before the last reading"
    return told(played.dataset, task, "death_lead_hours", compared, path=LIVE)


def onsets(played: Played) -> Iterator[Figure]:
    """Give the share of onsets of NEWS2 of 5 or more for which no alert of it stood.

    An onset is a moment at which the lower bound comes to 5 or more; its alert must be shown within
    10 min (proposed). Nothing is given where nobody comes to it.
    """
    found = [_onsets(course) for course in played.courses]
    begun = np.array([len(some) for some in found], dtype=float)
    if not begun.sum():
        return
    unmet = np.array(
        [
            sum(not alerted(course, at, BANDS, IN_TIME_MS) for at in some)
            for course, some in zip(played.courses, found, strict=True)
        ],
        dtype=float,
    )
    compared = Compared(
        ours=ratio(unmet, begun),
        plain=constant(1.0),
        rule="no alert",
        people=numbered([course.recording.person for course in played.courses]),
        events=int(unmet.sum()),
        n=int(begun.sum()),
    )
    task = f"onsets of NEWS2 of {URGENT} or more"
    yield told(played.dataset, task, "news2_onsets_without_alert", compared, path=LIVE)


def _onsets(course: Course) -> list[int]:
    """Return the numbers of the moments at which NEWS2 comes to 5 or more."""
    found, before = [], 0
    for at, answer in enumerate(course.answers):
        if answer.low is None:
            continue
        if answer.low >= URGENT > before:
            found.append(at)
        before = answer.low
    return found
