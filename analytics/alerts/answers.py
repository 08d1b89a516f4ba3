"""Answers of people to an episode: taken on, closed, passed on; pure, as all that moves one."""

from analytics.alerts.escalation import call_next, closed, taken
from analytics.domain.alerts import Kind, Priority, State, kind_of
from analytics.domain.episode import MINUTE_MS, Episode, EpisodeEvent, EpisodePolicy, Transition
from analytics.domain.replacing import replace


def acknowledge(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Note that a person took it on; nothing if it is acknowledged already, or closed."""
    if episode.state is not State.OPEN:
        return []
    silent = taken(episode, now_ms, _lasts(episode, policy, policy.acknowledged_min), planned=False)
    return [Transition(event=EpisodeEvent.ACKNOWLEDGED, episode=silent, at_ms=now_ms)]


def resolve(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Close it for a person; while it holds, only make a plan: quiet for a while, and still there.

    Nothing if it is not shown, or closed already.
    """
    if episode.state not in (State.OPEN, State.ACKNOWLEDGED):
        return []
    if episode.holds:
        silent = taken(episode, now_ms, _lasts(episode, policy, policy.quiet_min), planned=True)
        return [Transition(event=EpisodeEvent.PLANNED, episode=silent, at_ms=now_ms)]
    done = replace(episode, closed_by_person=True)
    return [closed(done, EpisodeEvent.RESOLVED, State.RESOLVED, now_ms)]


def _lasts(episode: Episode, policy: EpisodePolicy, minutes: int) -> int:
    """Return for how many minutes a person's word lasts: about equipment that can wait, a shift."""
    waits = kind_of(episode.condition) is Kind.TECHNICAL and episode.priority is not Priority.HIGH
    return max(minutes, policy.equipment_min) if waits else minutes


def snooze_left(episode: Episode, now_ms: int, policy: EpisodePolicy) -> int:
    """Return for how many minutes an alert may still be put off; 0: no longer."""
    most_ms = policy.snooze_min(episode.priority) * MINUTE_MS
    since_ms = now_ms if episode.snoozed_since_ms is None else episode.snoozed_since_ms
    return max(0, (most_ms - (now_ms - since_ms)) // MINUTE_MS)


def snooze(episode: Episode, minutes: int, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Put an unanswered alert off for some minutes; then it calls again, at the same level.

    Nothing if it is answered or closed, or may not be put off for so long any more.
    """
    if episode.state is not State.OPEN:
        return []
    if not 0 < minutes <= snooze_left(episode, now_ms, policy):
        return []
    until = now_ms + minutes * MINUTE_MS
    since = now_ms if episode.snoozed_since_ms is None else episode.snoozed_since_ms
    off = replace(episode, snoozed_ms=until, snoozed_since_ms=since, due_ms=until)
    return [Transition(event=EpisodeEvent.SNOOZED, episode=off, at_ms=now_ms)]


def escalate(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Call the next level for a person; an acknowledged one is open again by that."""
    if episode.state not in (State.OPEN, State.ACKNOWLEDGED):
        return []
    again = replace(episode, state=State.OPEN, planned=False, lapsed_ms=None, snoozed_ms=None)
    return [call_next(again, now_ms, policy, asked=True)]
