"""Findings of late data: written down as history, never a page (law 6).

Findings of one stretch of one condition are one piece of history, however many they are, so that
a list of a night that came late can be read.
"""

from analytics.domain.alerts import Finding, FindingChange, State
from analytics.domain.episode import (
    MINUTE_MS,
    URGENCY,
    Episode,
    EpisodeEvent,
    EpisodePolicy,
    Level,
    Transition,
    begun,
)
from analytics.domain.replacing import replace


def historic(
    history: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    """Note a finding of back-fill, with the stretch that it continues if there is one.

    Args:
        history: the newest stretch of the same condition; None if there is none.
        finding: late.
        now_ms: ward time.
        policy: the site's settings.
    """
    if finding.change is FindingChange.CLEARED:
        return []
    near_ms = policy.history_min * MINUTE_MS
    if (
        history is not None
        and history.started_ms - near_ms <= finding.measured_ms <= history.measured_ms + near_ms
    ):
        noted = _longer(history, finding, now_ms)
    else:
        begins = begun(finding, State.EXPIRED, Level.DOCTOR)
        noted = replace(begins, historic=True, closed_ms=now_ms)
    return [Transition(event=EpisodeEvent.HISTORIC, episode=noted, at_ms=now_ms)]


def _longer(history: Episode, finding: Finding, now_ms: int) -> Episode:
    """Return the stretch with one more finding; the gravest one's words, the newest of equals."""
    longer = replace(
        history,
        started_ms=min(history.started_ms, finding.measured_ms),
        measured_ms=max(history.measured_ms, finding.measured_ms),
        received_ms=max(history.received_ms, finding.received_ms),
        closed_ms=now_ms,
        count=history.count + 1,
    )
    graver = URGENCY[finding.priority] - URGENCY[history.priority]
    if graver < 0 or (graver == 0 and finding.measured_ms < history.measured_ms):
        return longer
    return replace(
        longer,
        priority=finding.priority,
        value=finding.value,
        message=finding.message,
        rule=finding.rule,
        detail=finding.detail,
    )
