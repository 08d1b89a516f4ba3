"""Words of alerts: conditions, priorities, states and the findings they are made from.

Priorities follow the words of IEC 60601-1-8 (high, medium, low). Technical conditions are kept
apart from clinical ones: they belong to the coordinator, not to a doctor.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Whether an alert is about a person or about the equipment."""

    CLINICAL = "clinical"
    TECHNICAL = "technical"


class Priority(StrEnum):
    """Urgency of an alert, in IEC 60601-1-8's words."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class State(StrEnum):
    """Life of an episode. ``pending`` is never shown: it waits for persistence."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    EXPIRED = "expired"


class FindingChange(StrEnum):
    """What a finding says of a condition."""

    STARTED = "started"
    PERSISTS = "persists"
    WORSENED = "worsened"
    CLEARED = "cleared"


TECHNICAL: frozenset[str] = frozenset(
    {
        "silent",
        "coverage",
        "battery",
        "clock",
        "forged",
        "conflict",
        "sensor",
        "units",
        "refused",
        "ward_outage",
        "nobody_on_shift",
        "sign_in_guessing",
        "channel",
        "emergency_access",
    }
)


SUPERSEDED_BY = "superseded_by"
"""Member of a finding's detail: a graver alert of the same patient has taken its place."""
CLOSED_BECAUSE = "closed_because"
"""Member of a finding's detail: it ends for another reason than its value."""
EASED_FROM = "eased_from"
"""Member of a finding's detail: a graver alert of the same patient has just become this one."""


def kind_of(condition: str) -> Kind:
    """Return the kind of a condition by its name."""
    return Kind.TECHNICAL if condition in TECHNICAL else Kind.CLINICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something notable that the gateway saw, as it is written to the outbox.

    Attributes:
        condition: name of the alert condition, for example ``news2_urgent`` or ``limit_spo2_low``.
        change: whether the condition started, persists, worsened or cleared.
        priority: how urgent it is.
        measured_ms: event time of the reading (milliseconds since 1970, mapped).
        received_ms: when the gateway received it (server's clock).
        late: True for back-fill (more than the allowed delay): never pages by itself.
        value: the reading or score in its own unit, if there is one.
        persist_s: how long the condition must hold, by event time, before it is raised.
        silent_ms: of a condition that goes on: for how long before it nothing had been heard of it;
            None: not known.
        pace_ms: what usually lies between two readings of what it is about; 0: not known.
        message: one line for a clinician.
        rule: name and version of the rule or model that found it.
        detail: anything else that explains it (drivers, missing measurements).
    """

    condition: str
    change: FindingChange
    priority: Priority
    measured_ms: int
    received_ms: int
    late: bool = False
    value: float | None = None
    persist_s: float = 0.0
    silent_ms: int | None = None
    pace_ms: int = 0
    message: str = ""
    rule: str = ""
    detail: dict[str, object] = field(default_factory=dict)
