"""One person's readings under two sets of settings, of which the alerts alone are kept.

Most of a month is the same under both: as long as it is, one lane stands for both, and what nothing
can come of is passed without an assessment (``analytics.lane.quiet``). Where the two part, each has
a lane of its own, until both remember the same again. The rules alone judge: the shipped risk model
is not proven on anybody and calls nobody, so that nothing of it is reckoned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from analytics.evaluation.replay.alerts import Alert, AlertBook
from analytics.evaluation.replay.recordings import DAY_MS, Measured, RecordedMoment, admitted
from analytics.evaluation.replay.staff import Staff
from analytics.lane.interchangeable import interchangeable
from analytics.lane.lane import Outcome, PatientLane
from analytics.lane.quiet import QuietMoments
from analytics.lane.quiet_bounds import alike
from analytics.settings import WardPolicy
from analytics.settings.in_force import Arrangement, StoredPlan, WardRules

if TYPE_CHECKING:
    from analytics.domain.care import CarePlan

DEVICE = "recorded"
_LOOK_AGAIN = 30
"""Moments until it is asked again whether two lanes have come to the same."""


class SettingsSide(NamedTuple):
    """What one of the two is judged by: the ward's settings and the person's own care plan."""

    rules: WardPolicy
    plan: StoredPlan


@dataclass(slots=True, kw_only=True)
class Met:
    """What one person met.

    Attributes:
        alerts: that were shown, oldest first, clinical ones alone.
        lows: NEWS2's lower bound after each moment that was scored, by event time.
    """

    alerts: list[Alert] = field(default_factory=list)
    lows: list[tuple[int, int]] = field(default_factory=list)


class _Watched:
    """The person as one side sees them; lane, alerts and what was met may be the other's, too."""

    def __init__(self, side: SettingsSide, staff: Staff) -> None:
        self.own = Arrangement(side.plan, WardRules(0, side.rules.clinical))
        self.lane, self.met = PatientLane(self.own.policy), Met()
        self.book = AlertBook(side.rules.episodes, staff)
        self.care = self.own.always or self.own.at(0, paused=False)
        self.resting = False
        self._rest_ms = side.rules.clinical.baseline_rest_ms
        self._quiet: tuple[CarePlan, QuietMoments] | None = None

    def arrive(self, t_ms: int) -> None:
        """Let time pass until a moment."""
        self.book.advance(t_ms)
        self.care = self.own.always or self.own.at(t_ms, paused=False)
        self.resting = self.book.resting(t_ms, self._rest_ms)

    def see_moment(self, t_ms: int, measured: Measured, number: int) -> None:
        """Take a moment by oneself."""
        if self._quiet is None or self._quiet[0] is not self.care:
            self._quiet = self.care, QuietMoments([(self.own.policy, self.care)])
        low = self._quiet[1].passes(self.lane.state, t_ms, measured, DEVICE, learn=not self.resting)
        if low is None:
            self.take(t_ms, self.fold(t_ms, measured, number))
        else:
            self.met.lows.append((t_ms, low))

    def fold(self, t_ms: int, measured: Measured, number: int) -> Outcome:
        """Fold a moment."""
        reading = admitted(RecordedMoment(t_ms, measured, DEVICE), number)
        return self.lane.fold(reading, self.care, None, self.resting)

    def take(self, t_ms: int, outcome: Outcome) -> None:
        """Let alerts follow what was found."""
        for finding in outcome.findings:
            self.book.find(finding)
        made = outcome.assessment
        if made is not None and made.low is not None:
            self.met.lows.append((t_ms, made.low))

    def end_day(self, t_ms: int) -> Met:
        """Let a day pass without readings; return what was met."""
        self.book.advance(t_ms + DAY_MS)
        self.met.alerts = self.book.alerts
        return self.met


class _PairedSides:
    """Both sides, with one lane and one book of alerts while these stand for both."""

    def __init__(self, one: _Watched, other: _Watched) -> None:
        self._one, self._other = one, other
        alone = (one.care.spo2_scale, one.care.scoring) != (
            other.care.spo2_scale,
            other.care.scoring,
        )
        self._joinable = not alone and alike([one.own.policy, other.own.policy])
        self._flicker_ms = max(one.own.policy.flicker_ms, other.own.policy.flicker_ms)
        self._quiet: tuple[CarePlan, CarePlan, QuietMoments] | None = None
        self._again = 0
        if self._joinable:
            self._share()

    @property
    def _sides(self) -> tuple[_Watched, ...]:
        """Those whose alerts are followed."""
        one, other = self._one, self._other
        return (one,) if other.book is one.book else (one, other)

    def see_moment(self, t_ms: int, measured: Measured, number: int) -> None:
        """Take a moment."""
        one, other = self._one, self._other
        one.arrive(t_ms)
        other.arrive(t_ms)
        joined = other.lane is one.lane
        if joined and one.resting == other.resting and self._as_one(t_ms, measured, number):
            return
        if joined:
            self._part()
        one.see_moment(t_ms, measured, number)
        other.see_moment(t_ms, measured, number)
        if self._joinable and number >= self._again and not one.lane.conditions:
            self._again = number + _LOOK_AGAIN
            if interchangeable(one.lane.state, other.lane.state, self._flicker_ms):
                self._share()

    def _as_one(self, t_ms: int, measured: Measured, number: int) -> bool:
        """Take a moment once for both, if it is the same for both."""
        one, other = self._one, self._other
        if self._quiet is None or self._quiet[:2] != (one.care, other.care):
            judged = [(one.own.policy, one.care), (other.own.policy, other.care)]
            self._quiet = one.care, other.care, QuietMoments(judged)
        quiet, state = self._quiet[2], one.lane.state
        low = quiet.passes(state, t_ms, measured, DEVICE, learn=not one.resting)
        if low is not None:
            for side in self._sides:
                side.met.lows.append((t_ms, low))
            return True
        if not quiet.same(state, t_ms, measured):
            return False
        outcome = one.fold(t_ms, measured, number)
        for side in self._sides:
            side.take(t_ms, outcome)
        return True

    def _share(self) -> None:
        """Let one lane stand for both, and one book if the alerts were the same so far."""
        one, other = self._one, self._other
        other.lane = one.lane
        if other.book.same(one.book) and other.met.lows == one.met.lows:
            other.book, other.met = one.book, one.met

    def _part(self) -> None:
        """Let each go on by itself."""
        one, other = self._one, self._other
        other.lane = PatientLane.restore(one.lane.snapshot(), other.own.policy)
        if other.book is one.book:
            other.book, other.met = one.book.copied(), Met(lows=list(one.met.lows))


def met_under(
    moments: Iterator[tuple[int, Measured]], sides: Sequence[SettingsSide], staff: Staff
) -> tuple[Met, Met]:
    """Return what a person would have met under each of two sides.

    Args:
        moments: event time and measured values, in the order of time.
        sides: the two.
        staff: how people answer.
    """
    one, other = (_Watched(side, staff) for side in sides)
    pair, t_ms = _PairedSides(one, other), 0
    for number, (t_ms, measured) in enumerate(moments):
        pair.see_moment(t_ms, measured, number)
    return one.end_day(t_ms), other.end_day(t_ms)
