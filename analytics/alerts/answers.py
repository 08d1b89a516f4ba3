"""What people say to an episode: taken on, closed, passed on; pure, as all that moves one."""

from dataclasses import replace

from analytics.alerts.escalation import call_next, closed, taken
from analytics.domain.alerts import State
from analytics.domain.episode import Episode, EpisodePolicy, Event, Transition


def acknowledge(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Note that a person took it on; nothing if it is acknowledged already, or closed."""
    if episode.state is not State.OPEN:
        return []
    silent = taken(episode, now_ms, policy.acknowledged_min, planned=False)
    return [Transition(event=Event.ACKNOWLEDGED, episode=silent, at_ms=now_ms)]


def resolve(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Close it for a person; while it holds, only make a plan: quiet for a while, and still there.

    Nothing if it is not shown, or closed already.
    """
    if episode.state not in (State.OPEN, State.ACKNOWLEDGED):
        return []
    if episode.holds:
        silent = taken(episode, now_ms, policy.quiet_min, planned=True)
        return [Transition(event=Event.PLANNED, episode=silent, at_ms=now_ms)]
    done = replace(episode, closed_by_person=True)
    return [closed(done, Event.RESOLVED, State.RESOLVED, now_ms)]


def escalate(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Call the next level for a person; an acknowledged one is open again by that."""
    if episode.state not in (State.OPEN, State.ACKNOWLEDGED):
        return []
    again = replace(episode, state=State.OPEN, planned=False, lapsed_ms=None)
    return [call_next(again, now_ms, policy, asked=True)]
