"""Inputs of a rule: the conditions that are on, a violation, one moment of a patient."""

from msgspec import Struct, field

from analytics.domain.alerts import Finding, Priority
from analytics.policy import Policy
from analytics.readings import Measurement


class ActiveCondition(Struct, array_like=True, gc=False):
    """A condition that is on.

    Attributes:
        since_ms: first violation.
        due_ms: when it has persisted.
        emitted_ms: last finding said of it.
        bad_ms: last violation.
        inside_ms: since when it is clearly inside; 0 if it is not.
        depth: how bad at the worst, in the rule's own order.
        known: NEWS2 parameters that counted and must be known for it to end (a mask).
        firm: confirmed: by a trusted reading, or by a questionable one that was repeated.
        seen_ms: last time that it was looked at with something measured, good or bad.
    """

    since_ms: int
    due_ms: int
    emitted_ms: int
    bad_ms: int
    inside_ms: int
    depth: int
    known: int
    firm: bool
    priority: Priority
    seen_ms: int = 0


class Alarm(Struct, frozen=True, gc=False, kw_only=True):
    """A violation as a rule sees it; see :class:`analytics.domain.alerts.Finding`.

    ``name`` may say the cause behind a stroke: see :func:`condition_of`. What was not ``heard``
    rests on older readings alone: it goes on, and is not said again.
    """

    name: str
    priority: Priority
    depth: int
    value: float | None
    message: str
    rule: str
    persist_s: float = 0.0
    known: int = 0
    seen: int = 0
    firm: bool = True
    heard: bool = True
    detail: dict[str, object] = field(default_factory=dict)


class Scene(Struct):
    """One moment of a patient: when, under which policy, and what came of it.

    Attributes:
        time_ms: event time judged.
        received_ms: when the reading came.
        late: back-fill.
        policy: the ward's settings.
        on: conditions that are on, by name (changed in place).
        history: last event time of each condition said from back-fill (changed in place).
        findings: what was notable (appended to).
        uncertain: the device's clock is not known; findings say so.
        starts: event times of each condition's last starts (changed in place).
        reassess: what counts has changed without a reading that does.
        doubted: samples that counted for nothing although their values are plausible.
        scored: whether NEWS2 applies to the person.
        bad: samples that counted for nothing.
        pace_ms: what usually lies between two readings of what is judged; 0: not known yet.
    """

    time_ms: int
    received_ms: int
    late: bool
    policy: Policy
    on: dict[str, ActiveCondition]
    history: dict[str, int]
    findings: list[Finding]
    uncertain: bool = False
    starts: dict[str, list[int]] = field(default_factory=dict)
    reassess: bool = False
    doubted: list[Measurement] = field(default_factory=list)
    scored: bool = True
    bad: int = 0
    pace_ms: int = 0
