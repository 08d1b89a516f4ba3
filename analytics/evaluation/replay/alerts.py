"""The alert of one patient in a replay: findings, time and the staff move it, as live.

The steps are those of the alert engine (``analytics.alerts.patient``). The engine reads alert and
reasons from the database and writes them there; here a small book holds them.
"""

from copy import deepcopy
from heapq import heappop, heappush
from math import inf

from msgspec import Struct

from analytics.alerts import patient
from analytics.domain.alerts import Finding, Kind, Priority, kind_of
from analytics.domain.episode import URGENCY
from analytics.domain.episode_policy import EpisodePolicy
from analytics.domain.reason import PatientAlert, Reason, Step
from analytics.evaluation.replay.staff import Staff

_RESTING = frozenset({Priority.HIGH, Priority.MEDIUM})


class Alert(Struct):
    """One alert that was shown.

    Attributes:
        condition: its leading reason, the first that was.
        priority: the worst it has been.
        raised_ms: when it was shown.
        calls: how often it has called anybody.
        closed_ms: when it ended; None: it still stands.
    """

    condition: str
    priority: Priority
    raised_ms: int
    calls: int = 0
    closed_ms: int | None = None


class Shown(Struct):
    """One reason that was shown, as part of an alert.

    Attributes:
        condition: its name.
        raised_ms: since when it was shown.
        over_ms: since when it was over; None: it still holds.
    """

    condition: str
    raised_ms: int
    over_ms: int | None = None


class AlertBook:
    """What stands open of one patient, and what has been shown."""

    def __init__(self, policy: EpisodePolicy, staff: Staff) -> None:
        self._policy, self._staff = policy, staff
        self._case = PatientAlert()
        self._reasons: dict[str, Shown] = {}
        self._errands: list[tuple[int, str]] = []
        self._next_ms = inf
        self._rest_from = -inf
        self.alerts: list[Alert] = []
        self.reasons: list[Shown] = []

    def copied(self) -> "AlertBook":
        """Return a book that holds the same and goes on by itself."""
        return deepcopy(self)

    def same(self, other: "AlertBook") -> bool:
        """Return whether another book holds the same, so that one can stand for both."""
        return (self._policy, self._case, self._reasons, self._errands, self.alerts) == (
            *(other._policy, other._case, other._reasons, other._errands, other.alerts),  # noqa: SLF001 - of the same class
        )

    def advance(self, until_ms: int) -> None:
        """Let time and the staff act until then, in the order of their moments."""
        while self._next_ms <= until_ms:
            due = self._case.due_ms
            first = self._errands[0][0] if self._errands else None
            if first is not None and first <= until_ms and (due is None or first <= due):
                self._answer(*heappop(self._errands))
            elif due is not None and due <= until_ms:
                self._take(patient.tick(self._case, due, self._policy))
            self._plan_next()

    def find(self, finding: Finding) -> None:
        """Apply what the lane found of the person; the equipment's is another alert."""
        if kind_of(finding.condition) is Kind.TECHNICAL or finding.late:
            return
        self._take(patient.apply(self._case, finding, finding.received_ms, self._policy))
        self._plan_next()

    def resting(self, now_ms: int, rest_ms: int) -> bool:
        """Whether baselines rest: a reason holds, as the gateway asks it for a batch."""
        return self._rest_from > now_ms - rest_ms

    def changes_ms(self, now_ms: int, rest_ms: int) -> float:
        """Return until when time by itself changes nothing: neither the alert nor the rest."""
        awake = self._rest_from + rest_ms
        return min(self._next_ms, awake) if awake > now_ms else self._next_ms

    def _plan_next(self) -> None:
        """Note what is asked before every moment: when time acts next, since when it rests."""
        due = self._case.due_ms
        first = self._errands[0][0] if self._errands else inf
        self._next_ms = first if due is None else min(first, due)
        since = -inf
        for name, one in self._case.reasons.items():
            if one.holds and (one.raised_ms or 0) > since and one.priority in _RESTING:
                since = since if name.startswith("baseline_") else one.raised_ms or 0
        self._rest_from = since

    def _answer(self, at_ms: int, what: str) -> None:
        alert = self._case.living
        if alert is None:
            return
        if what == "acknowledge":
            self._take(patient.acknowledge(self._case, at_ms, self._policy))
        elif alert.deadline_ms is not None and at_ms >= alert.deadline_ms:
            self._take(patient.resolve(self._case, at_ms, self._policy))

    def _take(self, steps: list[Step]) -> None:
        for step in steps:
            before, self._case = self._case.reasons, step.after
            for name, reason in step.after.reasons.items():
                if reason.raised_ms is not None and before.get(name) is not reason:
                    self._show_reason(reason, reason.raised_ms)
            self._show(step)
            if step.notify:
                self._plan(step)

    def _show_reason(self, reason: Reason, raised_ms: int) -> None:
        shown = self._reasons.get(reason.condition)
        if shown is None or shown.raised_ms != raised_ms:
            shown = Shown(reason.condition, raised_ms)
            self._reasons[reason.condition] = shown
            self.reasons.append(shown)
        shown.over_ms = None if reason.holds else reason.cleared_ms or reason.received_ms

    def _show(self, step: Step) -> None:
        alert = step.after.alert
        if alert is None or alert.raised_ms is None:
            return
        shown = self.alerts[-1] if self.alerts else None
        if shown is None or shown.raised_ms != alert.raised_ms:
            shown = Alert(alert.condition, alert.priority, alert.raised_ms)
            self.alerts.append(shown)
        if URGENCY[alert.priority] > URGENCY[shown.priority]:
            shown.priority = alert.priority
        shown.calls, shown.closed_ms = alert.calls, alert.closed_ms

    def _plan(self, step: Step) -> None:
        heappush(self._errands, (step.at_ms + self._staff.acknowledge_ms, "acknowledge"))
        alert = step.after.alert
        if self._staff.closes and alert is not None and alert.deadline_ms is not None:
            heappush(self._errands, (alert.deadline_ms, "close"))
