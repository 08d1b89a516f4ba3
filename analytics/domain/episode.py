"""What an alert episode is, what can happen to it, and what a site may set about it.

An episode is one stretch of one condition of one patient (or of the ward), from the first
violation until it is closed. It is a plain record of moments, so that the database can hold all
of it and a restart forgets none.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from analytics.domain.alerts import Finding, Priority, State

MINUTE_MS = 60_000
HAPPENS_ONCE = frozenset({"forged", "conflict"})
"""Conditions that happen and do not last: nothing ever says that they are over."""
ONCE_RULES = frozenset({"engine/1", "ingest/1"})
"""Rules whose ``sensor`` is of that kind: a reading that could not be handled."""
URGENCY = {Priority.HIGH: 2, Priority.MEDIUM: 1, Priority.LOW: 0}


class Level(StrEnum):
    """Who is called, in the order of escalation; technical alerts begin at the coordinator."""

    DOCTOR = "doctor"
    SECOND = "second"
    COORDINATOR = "coordinator"


class Event(StrEnum):
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One thing that happened.

    Attributes:
        event: what.
        episode: as it is afterwards, to be stored.
        at_ms: when (ward time).
        notify: whether somebody is called.
        level: whom, if so.
    """

    event: Event
    episode: Episode
    at_ms: int
    notify: bool = False
    level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePolicy:
    """What a site may set about episodes.

    Attributes:
        emergency: conditions that want a response within ``emergency_min``.
        urgent: conditions that want one within ``urgent_min``.
        emergency_min: 30 min (RCP response to a NEWS2 of 7 or more, as rcpjournals reports it).
        urgent_min: 60 min (RCP, the same for 5-6).
        routine_min: 240 min (proposed).
        acknowledge_share: the share of that time within which somebody must acknowledge before
            the next level is called: 5, 10 and 40 minutes (proposed).
        acknowledged_min: an acknowledgement lasts so long if the condition goes on (15-30
            proposed from the alarm-fatigue evidence, IEC 60601-1-8 leaves it to the site).
        quiet_min: after a person made a plan or closed it, findings that it merely goes on are
            silent for so long (proposed); a new start, a worsening or a gap ends that.
        gap_min: after so long without a bad reading nobody knows that it is the same episode,
            and the next bad one calls at once (proposed: the age from which a reading is late).
        expire_min: a low-priority alert of which nothing is heard for so long ends, and so does
            any clinical one that a person took on (proposed).
        history_min: findings of back-fill no further apart are one piece of history (proposed).
        remind_min: the last level is called again after so long (proposed).
        coordinators: clinical conditions that belong to the coordinator.
    """

    emergency: frozenset[str] = frozenset({"news2_emergency"})
    urgent: frozenset[str] = frozenset({"news2_urgent", "single_3", "glucose_low"})
    emergency_min: int = 30
    urgent_min: int = 60
    routine_min: int = 240
    acknowledge_share: float = 1 / 6
    acknowledged_min: int = 30
    quiet_min: int = 30
    gap_min: int = 15
    expire_min: int = 24 * 60
    history_min: int = 30
    remind_min: int = 30
    coordinators: frozenset[str] = frozenset({"unconfirmed_deterioration"})

    def response_ms(self, condition: str, priority: Priority) -> int:
        """Return within how many milliseconds somebody should respond at the bedside."""
        if condition in self.emergency or condition.startswith("critical_"):
            return self.emergency_min * MINUTE_MS
        if condition in self.urgent or priority is not Priority.LOW:
            return self.urgent_min * MINUTE_MS
        return self.routine_min * MINUTE_MS

    def is_emergency(self, condition: str) -> bool:
        """Return whether a doctor should be called before any nurse."""
        return condition in self.emergency or condition.startswith("critical_")

    def acknowledge_ms(self, condition: str, priority: Priority) -> int:
        """Return within how many milliseconds somebody should acknowledge."""
        return int(self.response_ms(condition, priority) * self.acknowledge_share)

    def apart(self, before: Episode, measured_ms: int) -> bool:
        """Whether so long lies between two bad readings that nobody knew between them."""
        return measured_ms - before.measured_ms > self.gap_min * MINUTE_MS
