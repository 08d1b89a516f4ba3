"""Many recordings run together in event time through lane, alerts, staff and the learning model.

The model that is learnt is everybody's: what a patient's example was given was said by the version
in force at that moment, so that each example is a test before it is a lesson (progressive).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge

from msgspec import Struct

from analytics.evaluation.replay.alerts import Alert, AlertBook, Shown
from analytics.evaluation.replay.recordings import DAY_MS, RecordedMoment, Recording, admitted
from analytics.evaluation.replay.staff import TAKES_ON, Staff
from analytics.glucose.forecast import Forecaster
from analytics.lane.lane import PatientLane
from analytics.risk.lessons import next_version
from analytics.risk.model import Example, PopulationModel
from analytics.risk.warm import shipped
from analytics.rules.hysteresis import condition_of
from analytics.settings import WardPolicy
from analytics.settings.in_force import Arrangement, WardRules

LESSON_EXAMPLES = 20
"""New examples from which the gateway learns at once, as shipped."""
NONE: frozenset[str] = frozenset()
Told = Callable[[int, int], None]


class LiveAnswer(Struct, gc=False):
    """What the live path said at one moment.

    Attributes:
        moment: what was measured.
        on: the conditions that the lane held once the moment was folded, waiting ones included.
        low: NEWS2's lower bound; None: nothing was scored.
        risk: the model's probability.
    """

    moment: RecordedMoment
    on: frozenset[str]
    low: int | None
    risk: float | None


@dataclass(slots=True, kw_only=True)
class Course:
    """What one person met.

    Attributes:
        recording: theirs.
        answers: one for each moment.
        alerts: that were shown, oldest first, clinical ones alone.
        reasons: of them, oldest first.
        examples: of the risk model that matured.
        refused: values that admission refused.
    """

    recording: Recording
    answers: list[LiveAnswer] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    reasons: list[Shown] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    refused: int = 0


class _Bed:
    """One person's lane and alerts on the way."""

    def __init__(
        self, recording: Recording, rules: WardPolicy, staff: Staff, forecaster: Forecaster | None
    ) -> None:
        self.course = Course(recording=recording)
        self._own = Arrangement(recording.plan, WardRules(0, rules.clinical))
        self.lane = PatientLane(self._own.policy)
        if forecaster is not None:
            self.lane.forecaster = forecaster
        self.book = AlertBook(rules.episodes, staff)
        self._rest_ms = rules.clinical.baseline_rest_ms

    def see(self, moment: RecordedMoment, model: PopulationModel) -> list[Example]:
        """Take one moment; return the examples that matured by it."""
        course, now_ms = self.course, moment.t_ms
        self.book.advance(now_ms)
        reading = admitted(moment, len(course.answers))
        course.refused += len(reading.refused)
        resting = self.book.resting(now_ms, self._rest_ms)
        plan = self._own.always or self._own.at(now_ms, paused=False)
        outcome = self.lane.fold(reading, plan, model, resting)
        for finding in outcome.findings:
            self.book.find(finding)
        on = frozenset(map(condition_of, self.lane.conditions)) if self.lane.conditions else NONE
        made = outcome.assessment
        low, risk = (None, None) if made is None else (made.low, made.risk)
        course.answers.append(LiveAnswer(moment, on, low, risk))
        course.examples += outcome.examples
        return outcome.examples

    def end(self) -> Course:
        """Let a day pass without readings; return what was met."""
        moments = self.course.recording.moments
        if moments:
            self.book.advance(moments[-1].t_ms + DAY_MS)
        self.course.alerts, self.course.reasons = self.book.alerts, self.book.reasons
        return self.course


def replay(
    recordings: Sequence[Recording],
    rules: WardPolicy,
    staff: Staff = TAKES_ON,
    *,
    model: PopulationModel | None = None,
    forecaster: Forecaster | None = None,
    told: Told | None = None,
) -> tuple[list[Course], PopulationModel]:
    """Run recordings as the ward would; return what each person met, and the model afterwards.

    Args:
        recordings: of any number of people; moments are taken in the order of their times.
        rules: what the ward decides by.
        staff: how people answer.
        model: in force at the beginning; None: the shipped one.
        forecaster: of glucose; None: the shipped one.
        told: is told how many moments of how many are done.
    """
    beds = [_Bed(recording, rules, staff, forecaster) for recording in recordings]
    model = model or shipped().version(1)
    waiting: list[Example] = []
    total = sum(len(recording.moments) for recording in recordings)
    for done, (_, at, moment) in enumerate(_in_order(recordings), 1):
        waiting += beds[at].see(moment, model)
        if len(waiting) >= LESSON_EXAMPLES:
            model, waiting = next_version(waiting, model), []
        if told is not None and (not done % 1000 or done == total):
            told(done, total)
    return [bed.end() for bed in beds], model


def _in_order(recordings: Sequence[Recording]) -> Iterator[tuple[int, int, RecordedMoment]]:
    return merge(*map(_timed, range(len(recordings)), recordings))


def _timed(at: int, recording: Recording) -> Iterator[tuple[int, int, RecordedMoment]]:
    return ((moment.t_ms, at, moment) for moment in recording.moments)


def alerted(course: Course, at: int, conditions: Collection[str], within_ms: int) -> bool:
    """Return whether an alert stood for a moment: a reason of it was on, and shown in time.

    Args:
        course: of one person.
        at: number of the moment.
        conditions: that would be right.
        within_ms: of the moment, by when the alert must be shown.
    """
    answer = course.answers[at]
    names = answer.on.intersection(conditions)
    t_ms = answer.moment.t_ms
    return bool(names) and any(
        one.condition in names
        and one.raised_ms <= t_ms + within_ms
        and (one.over_ms is None or one.over_ms > t_ms)
        for one in course.reasons
    )
