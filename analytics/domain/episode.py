"""An alert episode, and the events that can happen to it.

An episode is one stretch of one condition of one patient (or of the ward), from the first
violation until it is closed. It is a plain record of moments, so that the database can hold all
of it and a restart forgets none.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from analytics.domain.alerts import Finding, Priority, State
from analytics.domain.episode_policy import MINUTE_MS, EpisodePolicy, Level

__all__ = [
    "HAPPENS_ONCE",
    "MINUTE_MS",
    "ONCE_RULES",
    "URGENCY",
    "CalledFor",
    "Episode",
    "EpisodeEvent",
    "EpisodePolicy",
    "Level",
    "Transition",
    "begun",
]

HAPPENS_ONCE = frozenset({"forged", "conflict"})
"""Conditions that happen and do not last: nothing ever says that they are over."""
ONCE_RULES = frozenset({"engine/1", "ingest/1"})
"""Rules whose ``sensor`` is of that kind: a reading that could not be handled."""
URGENCY = {Priority.HIGH: 2, Priority.MEDIUM: 1, Priority.LOW: 0}


class EpisodeEvent(StrEnum):
    """What happened to an episode."""

    PENDING = "pending"
    """It waits for persistence: stored, never shown."""
    RAISED = "raised"
    """It is shown, and calls."""
    REPEATED = "repeated"
    """The same again: counted, silent."""
    WORSENED = "worsened"
    """It calls again."""
    CLEARED = "cleared"
    """The condition is over, but the alert is latched until somebody acknowledges it."""
    RESOLVED = "resolved"
    """Closed: the condition is over, or a person said so."""
    EXPIRED = "expired"
    """Closed by time: it never persisted, or nothing was heard of it any more."""
    HISTORIC = "historic"
    """Found in back-fill: recorded, never calls."""
    ESCALATED = "escalated"
    """Nobody answered: the next level is called."""
    REMINDED = "reminded"
    """The last level is called again."""
    ACKNOWLEDGED = "acknowledged"
    """A person has taken it on; it is silent for a while."""
    ACK_EXPIRED = "ack_expired"
    """Acknowledged long ago and bad again since: open again, and calls."""
    RETURNED = "returned"
    """Bad again after a gap in which nobody knew: it calls, whatever a person had said."""
    UNHEARD = "unheard"
    """What a person had said ran out and nothing was heard since: silent, and says so."""
    PLANNED = "planned"
    """A person would close it but it still holds: a plan is made, quiet for a while."""
    JOINED = "joined"
    """Another reason of the same alert, no worse than what is known: silent."""
    EASED = "eased"
    """One of its reasons is over, others stand: silent."""
    SNOOZED = "snoozed"
    """A person has put it off for some minutes."""
    SNOOZE_OVER = "snooze_over"
    """The minutes are over and nobody has answered: it calls again."""


@dataclass(frozen=True, kw_only=True)
class CalledFor:
    """What people know of a patient's alert: what they were last called for, or have taken on.

    Attributes:
        priority: of the gravest call that still stands.
        at_ms: when it called last for something in the record (ward time).
        news2: the highest NEWS2 that is known; None: there was none.
        again: how often it has called for something worse of the same priority.
        held_back: something worse came so soon after the last call that it waits a while.
        eased_ms: since when NEWS2 is clearly lower than that (event time); None: it is not.
        eased_news2: the highest since then.
        pace_ms: what usually lies between two readings of what it is about; 0: not known.
    """

    priority: Priority
    at_ms: int
    news2: float | None = None
    again: int = 0
    held_back: bool = False
    eased_ms: int | None = None
    eased_news2: float = 0.0
    pace_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class Episode:
    """One episode; all times are milliseconds since 1970.

    Attributes:
        condition: name of the alert condition.
        priority: the worst it has been.
        state: see :class:`analytics.domain.alerts.State`.
        started_ms: event time of the first violation.
        measured_ms: event time of the newest finding.
        received_ms: when that finding was received (ward time).
        level: who is called.
        raised_ms: when it was first shown (ward time); None while pending.
        due_ms: the next moment at which time acts on it: the end of persistence while pending,
            the escalation while open, the end of the acknowledgement after one.
        deadline_ms: by when somebody should have responded at the bedside.
        cleared_ms: since when the condition is over although the alert is latched.
        acknowledged_ms: when it was last acknowledged.
        lapsed_ms: since when what a person had said has run out with nothing heard after it.
        planned: a person made a plan rather than close it while it held.
        closed_ms: when it was closed.
        closed_by_person: whether a person closed it.
        historic: from back-fill.
        count: findings that it stands for.
        calls: how often it has called anybody.
        value: newest value, in its own unit.
        message: one line for a clinician.
        rule: name and version of the rule or model.
        detail: what explains it.
        called_for: of a patient's alert with reasons: what people know of it.
        snoozed_ms: until when a person has put it off.
        snoozed_since_ms: since when.
    """

    condition: str
    priority: Priority
    state: State
    started_ms: int
    measured_ms: int
    received_ms: int
    level: Level = Level.DOCTOR
    raised_ms: int | None = None
    due_ms: int | None = None
    deadline_ms: int | None = None
    cleared_ms: int | None = None
    acknowledged_ms: int | None = None
    lapsed_ms: int | None = None
    planned: bool = False
    closed_ms: int | None = None
    closed_by_person: bool = False
    historic: bool = False
    count: int = 1
    calls: int = 0
    value: float | None = None
    message: str = ""
    rule: str = ""
    detail: dict[str, object] = field(default_factory=dict)
    called_for: CalledFor | None = None
    snoozed_ms: int | None = None
    snoozed_since_ms: int | None = None

    @property
    def live(self) -> bool:
        """Whether it is not closed (pending included)."""
        return self.state in (State.PENDING, State.OPEN, State.ACKNOWLEDGED)

    @property
    def holds(self) -> bool:
        """Whether the condition is not known to be over; what happened once holds no longer."""
        once = self.condition in HAPPENS_ONCE
        told_once = self.condition == "sensor" and self.rule in ONCE_RULES
        return self.live and self.cleared_ms is None and not (once or told_once)


def begun(finding: Finding, state: State, level: Level) -> Episode:
    """Return the episode that a finding begins."""
    return Episode(
        condition=finding.condition,
        priority=finding.priority,
        state=state,
        started_ms=finding.measured_ms,
        measured_ms=finding.measured_ms,
        received_ms=finding.received_ms,
        level=level,
        value=finding.value,
        message=finding.message,
        rule=finding.rule,
        detail=finding.detail,
    )


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One thing that happened.

    Attributes:
        event: what.
        episode: as it is afterwards, to be stored.
        at_ms: when (ward time).
        notify: whether somebody is called.
        level: whom, if so.
    """

    event: EpisodeEvent
    episode: Episode
    at_ms: int
    notify: bool = False
    level: Level | None = None
