"""The subject of a finding, and the feed's event of its episode."""

from dataclasses import dataclass
from uuid import UUID

NOBODY_ON_SHIFT = "nobody_on_shift"
"""Why a rung of the ladder was skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom or what a finding is about; ``patient_no`` None is the ward itself."""

    ward: str
    patient_no: int | None = None
    device_no: int | None = None
    frame_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One change that the feed tells.

    Attributes:
        event: ``alert.raised``, ``alert.changed`` or ``alert.closed``.
        change: what happened, in the words of ``analytics.alerts.transitions.Event``, or
            ``handed_over``, or ``nobody_on_shift`` when the last person at work has gone.
        notify: whether it should make itself heard.
        by: ``finding``, ``time`` or ``person``.
        former: who held it before, to be told that it has gone.
        skipped: whether a rung was skipped because nobody is there.
    """

    episode_id: UUID
    event: str
    change: str
    notify: bool
    by: str
    at_ms: int
    actor: UUID | None = None
    former: UUID | None = None
    skipped: bool = False
