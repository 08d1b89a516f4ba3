"""A reason of a patient's alert: one stretch of one condition, from the first violation on.

Reasons are rows of their own: each has its own persistence, hysteresis and history, and there is
one living one of a patient and condition. People see them as parts of one alert.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.domain.alerts import Priority, State
from analytics.domain.episode import Episode, EpisodeEvent, Level

_OPEN, _PENDING = State.OPEN, State.PENDING  # an enum answers slowly, and these are asked often

NEWS2_CONDITIONS = frozenset({"news2_urgent", "news2_emergency"})
"""Conditions whose value is the score itself."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason; all times are milliseconds since 1970.

    Attributes:
        condition: name of the alert condition.
        priority: the worst it has been since it began.
        state: ``pending`` while it waits for persistence, ``open`` while it holds, ``resolved``
            when it is over, ``expired`` if it never persisted.
        started_ms: event time of the first violation.
        measured_ms: event time of the newest finding.
        received_ms: when that finding was received (ward time).
        raised_ms: when it was first shown (ward time); None: it has never been.
        due_ms: end of persistence while it waits.
        cleared_ms: since when it is over.
        count: findings that it stands for.
        worst: the worst value, in its own unit.
        value: the newest.
        message: one line for a clinician.
        rule: name and version of the rule or model.
        detail: what explains it.
    """

    condition: str
    priority: Priority
    state: State
    started_ms: int
    measured_ms: int
    received_ms: int
    raised_ms: int | None = None
    due_ms: int | None = None
    cleared_ms: int | None = None
    count: int = 1
    worst: float | None = None
    value: float | None = None
    message: str = ""
    rule: str = ""
    detail: dict[str, object] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether it is on: it has persisted and is not over."""
        return self.state is _OPEN

    @property
    def living(self) -> bool:
        """Whether it is on or may be soon."""
        return self.state is _OPEN or self.state is _PENDING

    @property
    def shown(self) -> bool:
        """Whether it has ever been part of an alert that people see."""
        return self.raised_ms is not None

    @property
    def critical(self) -> bool:
        """Whether it is a value beyond an absolute limit."""
        return self.condition.startswith("critical_")


@dataclass(frozen=True, kw_only=True)
class PatientAlert:
    """A patient's one clinical alert with its reasons.

    Attributes:
        alert: the one that lives, or else the one that a person closed last; None: there is none.
        reasons: by condition: those of the living alert, and those that wait for persistence.
    """

    alert: Episode | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def living(self) -> Episode | None:
        """The alert if it is not closed."""
        return self.alert if self.alert is not None and self.alert.live else None

    def goes_on(self, condition: str) -> Reason | None:
        """Return the reason that another finding of a condition goes on; None: it begins anew."""
        reason = self.reasons.get(condition)
        if reason is None or reason.living:
            return reason
        return reason if self.living is not None and reason.shown else None

    @property
    def due_ms(self) -> int | None:
        """The next moment at which time acts on it."""
        alert = self.living
        due = None if alert is None else alert.due_ms
        for one in self.reasons.values():
            if one.due_ms is not None and (due is None or one.due_ms < due):
                due = one.due_ms
        return due


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened to a patient's alert.

    Attributes:
        event: what.
        after: alert and reasons afterwards, to be stored.
        at_ms: when (ward time).
        shown: whether people are told that the alert has changed.
        notify: whether somebody is called.
        level: whom, if so.
    """

    event: EpisodeEvent
    after: PatientAlert
    at_ms: int
    shown: bool = True
    notify: bool = False
    level: Level | None = None
