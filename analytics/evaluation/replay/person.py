"""One person's readings under two sets of settings, of which the alerts alone are kept.

Most of a month is the same under both: as long as it is, one lane stands for both, and what nothing
can come of is passed without an assessment, in runs of moments (``analytics.lane.quiet_run``) or
one by one (``analytics.lane.quiet``). Where the two part, each has a lane of its own, until both
remember the same again. The rules alone judge: the shipped risk model is not proven on anybody and
calls nobody, so that nothing of it is reckoned.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from analytics.evaluation.replay.alerts import Alert, AlertBook
from analytics.evaluation.replay.recordings import DAY_MS, RecordedMoment, admitted
from analytics.evaluation.replay.staff import Staff
from analytics.lane.foreseen import foreseen
from analytics.lane.interchangeable import interchangeable
from analytics.lane.lane import Outcome, PatientLane
from analytics.lane.quiet import QuietMoments
from analytics.lane.quiet_bounds import alike
from analytics.lane.quiet_run import QuietRuns
from analytics.lane.stretch import StretchColumns
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

    def __init__(
        self,
        side: SettingsSide,
        staff: Staff,
        columns: StretchColumns,
        like: "_Watched | None" = None,
    ) -> None:
        self.own = Arrangement(side.plan, WardRules(0, side.rules.clinical))
        self.lane, self.met = PatientLane(self.own.policy), Met()
        self.book = AlertBook(side.rules.episodes, staff)
        self.care = self.own.always or self.own.at(0, paused=False)
        self.resting = False
        self.place = 0
        self.runs: QuietRuns | None = None
        if self.own.always is not None:
            judged = self.own.policy, self.own.always
            known = like.runs.ahead if like is not None and like.runs is not None else None
            self.runs = QuietRuns(foreseen(columns, judged, known), [judged], DEVICE)
        self._columns, self._rest_ms = columns, side.rules.clinical.baseline_rest_ms
        self._quiet: tuple[CarePlan, QuietMoments] | None = None

    def arrive(self) -> None:
        """Let time pass until the moment that is next."""
        t_ms = self._columns.times[self.place]
        self.book.advance(t_ms)
        self.care = self.own.always or self.own.at(t_ms, paused=False)
        self.resting = self.book.resting(t_ms, self._rest_ms)

    def undisturbed(self, end: int) -> int:
        """Return the first moment, up to the end, by which time alone changes anything."""
        times = self._columns.times
        until_ms = self.book.changes_ms(times[self.place], self._rest_ms)
        return bisect_left(times, until_ms, self.place, end)

    def go_on(self, end: int) -> None:
        """Pass calm moments by oneself, at most up to the end, or take the one that is next."""
        self.arrive()
        at, runs, learn = self.place, self.runs, not self.resting
        if runs is not None:
            self.place = runs.pass_on(self.lane.state, at, self.undisturbed(end), learn=learn)
            self.met.lows += runs.ahead.lows[at : self.place]
        if self.place == at:
            self._see_moment(learn=learn)
            self.place += 1

    def _see_moment(self, *, learn: bool) -> None:
        t_ms, low = self._columns.times[self.place], None
        if self.runs is None or self.runs.ahead.calm[self.place]:
            if self._quiet is None or self._quiet[0] is not self.care:
                self._quiet = self.care, QuietMoments([(self.own.policy, self.care)])
            measured = self._columns.measured(self.place)
            low = self._quiet[1].passes(self.lane.state, t_ms, measured, DEVICE, learn=learn)
        if low is None:
            self.take(t_ms, self.fold())
        else:
            self.met.lows.append((t_ms, low))

    def fold(self) -> Outcome:
        """Fold the moment that is next."""
        measured = self._columns.measured(self.place)
        moment = RecordedMoment(self._columns.times[self.place], measured, DEVICE)
        return self.lane.fold(admitted(moment, self.place), self.care, None, self.resting)

    def take(self, t_ms: int, outcome: Outcome) -> None:
        """Let alerts follow what was found."""
        for finding in outcome.findings:
            self.book.find(finding)
        made = outcome.assessment
        if made is not None and made.low is not None:
            self.met.lows.append((t_ms, made.low))

    def end_day(self) -> Met:
        """Let a day pass without readings; return what was met."""
        if self._columns.times:
            self.book.advance(self._columns.times[-1] + DAY_MS)
        self.met.alerts = self.book.alerts
        return self.met


class _PairedSides:
    """Both sides, with one lane and one book of alerts while these stand for both."""

    def __init__(self, one: _Watched, other: _Watched, columns: StretchColumns) -> None:
        self._one, self._other, self._columns = one, other, columns
        alone = (one.care.spo2_scale, one.care.scoring) != (
            other.care.spo2_scale,
            other.care.scoring,
        )
        self._joinable = not alone and alike([one.own.policy, other.own.policy])
        self._flicker_ms = max(one.own.policy.flicker_ms, other.own.policy.flicker_ms)
        self._quiet: tuple[CarePlan, CarePlan, QuietMoments] | None = None
        self._runs: QuietRuns | None = None
        self._again = 0
        if self._joinable:
            if one.runs is not None and other.runs is not None:
                judged = [(one.own.policy, one.care), (other.own.policy, other.care)]
                ahead = one.runs.ahead.along(other.runs.ahead)
                self._runs = QuietRuns(ahead, judged, DEVICE)
            self._share()

    @property
    def _sides(self) -> tuple[_Watched, ...]:
        """Those whose alerts are followed."""
        one, other = self._one, self._other
        return (one,) if other.book is one.book else (one, other)

    def go_through(self) -> None:
        """Take all moments."""
        one, other, end = self._one, self._other, len(self._columns.times)
        while one.place < end or other.place < end:
            if other.lane is one.lane:
                self._go_on_together(end)
                continue
            behind, ahead = (one, other) if one.place < other.place else (other, one)
            behind.go_on(ahead.place if behind.place < ahead.place else end)
            if one.place == other.place:
                self._look_again()

    def _look_again(self) -> None:
        """Let one lane stand for both again if both remember the same."""
        one, other = self._one, self._other
        if self._joinable and one.place > self._again and not one.lane.conditions:
            self._again = one.place + _LOOK_AGAIN
            if interchangeable(one.lane.state, other.lane.state, self._flicker_ms):
                self._share()

    def _go_on_together(self, end: int) -> None:
        """Pass calm moments once for both, or take the one that is next; else let them part."""
        one, other = self._one, self._other
        at = one.place
        one.arrive()
        other.arrive()
        if one.resting != other.resting:
            self._part()
            return
        if self._runs is not None:
            end = min(one.undisturbed(end), other.undisturbed(end))
            learn = not one.resting
            one.place = self._runs.pass_on(one.lane.state, at, end, learn=learn)
            for side in self._sides:
                side.met.lows += self._runs.ahead.lows[at : one.place]
        if one.place == at and self._as_one():
            one.place += 1
        other.place = one.place
        if one.place == at:
            self._part()

    def _as_one(self) -> bool:
        """Take a moment once for both, if it is the same for both."""
        one, other = self._one, self._other
        if self._quiet is None or self._quiet[:2] != (one.care, other.care):
            judged = [(one.own.policy, one.care), (other.own.policy, other.care)]
            self._quiet = one.care, other.care, QuietMoments(judged)
        quiet, state = self._quiet[2], one.lane.state
        t_ms, measured = self._columns.times[one.place], self._columns.measured(one.place)
        low = None
        if self._runs is None or self._runs.ahead.calm[one.place]:
            low = quiet.passes(state, t_ms, measured, DEVICE, learn=not one.resting)
        if low is not None:
            for side in self._sides:
                side.met.lows.append((t_ms, low))
            return True
        if not quiet.same(state, t_ms, measured):
            return False
        outcome = one.fold()
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
    columns: StretchColumns, sides: Sequence[SettingsSide], staff: Staff
) -> tuple[Met, Met]:
    """Return what a person would have met under each of two sides.

    Args:
        columns: what was measured, in the order of time.
        sides: the two.
        staff: how people answer.
    """
    one = _Watched(sides[0], staff, columns)
    other = _Watched(sides[1], staff, columns, one)
    _PairedSides(one, other, columns).go_through()
    return one.end_day(), other.end_day()
