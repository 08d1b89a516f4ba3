"""skeleton: signatures are final, see docstrings"""

from dataclasses import dataclass, field
from enum import StrEnum

from analytics.domain.alerts import Finding, Priority, State


class Level(StrEnum):
    DOCTOR = "doctor"
    SECOND = "second"
    COORDINATOR = "coordinator"


class Event(StrEnum):
    """What happened to an episode (one alert_event row each)."""

    PENDING = "pending"  # stored, not shown; due_ms set
    RAISED = "raised"  # shown, notify
    REPEATED = "repeated"  # count grew, silent
    WORSENED = "worsened"  # notify again
    CLEARED = "cleared"  # condition over, but latched until acknowledged
    RESOLVED = "resolved"  # closed
    EXPIRED = "expired"  # closed by time (pending dropped, or low priority without news)
    HISTORIC = "historic"  # back-fill: recorded, never notifies
    ESCALATED = "escalated"  # to the next level, notify
    REMINDED = "reminded"  # again to the last level, notify
    ACKNOWLEDGED = "acknowledged"
    ACK_EXPIRED = "ack_expired"  # acknowledged too long and still violated: open again, notify


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    condition: str
    priority: Priority
    state: State
    started_ms: int  # event time of the first reading
    measured_ms: int  # event time of the newest finding
    received_ms: int
    level: Level = Level.DOCTOR
    raised_ms: int | None = None  # ward time
    due_ms: int | None = None  # the next stored due time: pending end, escalation, ack expiry
    deadline_ms: int | None = None  # response wanted by (30/60/240 min)
    cleared_ms: int | None = None  # condition over (latched) since
    acknowledged_ms: int | None = None
    closed_ms: int | None = None
    closed_by_person: bool = False
    historic: bool = False
    count: int = 1
    value: float | None = None
    message: str = ""
    rule: str = ""
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    event: Event
    episode: Episode  # as it is afterwards: store it
    at_ms: int
    notify: bool = False
    level: Level | None = None  # whom to notify


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePolicy:
    """settings, defaults documented"""


def apply(
    episode: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    """episode = newest one of that (patient, condition), open or closed by a person; None if none"""
    raise NotImplementedError


def tick(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """call when episode.due_ms <= now_ms"""
    raise NotImplementedError


def acknowledge(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """[] if already acknowledged; raises nothing; closed episode -> [] (API answers 409 by state)"""
    raise NotImplementedError


def resolve(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    raise NotImplementedError


def escalate(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    raise NotImplementedError
