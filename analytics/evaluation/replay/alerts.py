"""The alerts of one patient in a replay: findings, time and the staff move them, as live.

The transitions are those of the alert engine (``analytics.alerts.transitions``). The engine reads
its episodes from the database and writes them there; here a small book holds them.
"""

from heapq import heappop, heappush

from msgspec import Struct

from analytics.alerts import transitions
from analytics.domain.alerts import Finding, Kind, Priority, State, kind_of
from analytics.domain.episode import Episode, EpisodePolicy, Transition
from analytics.evaluation.replay.staff import Staff

_NEVER = 2**62
_RESTING = frozenset({Priority.HIGH, Priority.MEDIUM})


class Alert(Struct):
    """One alert that was shown.

    Attributes:
        condition: its name.
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


class AlertBook:
    """What stands open of one patient, and what has been shown."""

    def __init__(self, policy: EpisodePolicy, staff: Staff) -> None:
        self._policy, self._staff = policy, staff
        self._episodes: dict[str, Episode] = {}
        self._shown: dict[str, Alert] = {}
        self._errands: list[tuple[int, str, str]] = []
        self.alerts: list[Alert] = []

    def advance(self, until_ms: int) -> None:
        """Let time and the staff act until then, in the order of their moments."""
        while True:
            due, condition = self._next_due()
            if self._errands and self._errands[0][0] <= min(due, until_ms):
                at_ms, what, whom = heappop(self._errands)
                self._answer(at_ms, what, whom)
            elif due <= until_ms:
                self._take(
                    condition, transitions.tick(self._episodes[condition], due, self._policy)
                )
            else:
                return

    def find(self, finding: Finding) -> None:
        """Apply what the lane found."""
        before = self._episodes.get(finding.condition)
        made = transitions.apply(before, finding, finding.received_ms, self._policy)
        self._take(finding.condition, made)

    def standing(self) -> frozenset[str]:
        """Conditions that are shown and whose violation is not known to be over."""
        return frozenset(
            name
            for name, one in self._episodes.items()
            if one.raised_ms is not None and one.live and one.cleared_ms is None
        )

    def resting(self, now_ms: int, rest_ms: int) -> bool:
        """Whether baselines rest: an alert stands, as the gateway asks it for a batch."""
        return any(
            one.state in (State.OPEN, State.ACKNOWLEDGED)
            and one.priority in _RESTING
            and kind_of(name) is Kind.CLINICAL
            and not name.startswith("baseline_")
            and (one.raised_ms or 0) > now_ms - rest_ms
            for name, one in self._episodes.items()
        )

    def _next_due(self) -> tuple[int, str]:
        waiting = (
            (one.due_ms, name)
            for name, one in self._episodes.items()
            if one.live and one.due_ms is not None
        )
        return min(waiting, default=(_NEVER, ""))

    def _answer(self, at_ms: int, what: str, condition: str) -> None:
        one = self._episodes[condition]
        answer = transitions.acknowledge if what == "acknowledge" else transitions.resolve
        if what == "close" and (one.deadline_ms is None or at_ms < one.deadline_ms):
            return  # called anew since: its deadline is another
        self._take(condition, answer(one, at_ms, self._policy))

    def _take(self, condition: str, made: list[Transition]) -> None:
        for one in made:
            if one.episode.historic:
                continue
            self._episodes[condition] = one.episode
            self._show(condition, one)
            if one.notify:
                self._plan(condition, one)

    def _show(self, condition: str, made: Transition) -> None:
        after = made.episode
        if after.raised_ms is None:
            return
        shown = self._shown.get(condition)
        if shown is None or shown.raised_ms != after.raised_ms:
            shown = Alert(condition, after.priority, after.raised_ms)
            self._shown[condition] = shown
            self.alerts.append(shown)
        shown.priority, shown.calls = after.priority, after.calls
        shown.closed_ms = after.closed_ms

    def _plan(self, condition: str, made: Transition) -> None:
        heappush(self._errands, (made.at_ms + self._staff.acknowledge_ms, "acknowledge", condition))
        if self._staff.closes and made.episode.deadline_ms is not None:
            heappush(self._errands, (made.episode.deadline_ms, "close", condition))
