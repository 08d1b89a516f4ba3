"""Who is called and when: showing an episode, escalating it, closing it.

Every step stores when the next is due, so that nothing open is ever without one (law 8).
"""

from dataclasses import replace

from analytics.domain.alerts import Priority, State
from analytics.domain.episode import (
    MINUTE_MS,
    Episode,
    EpisodePolicy,
    Event,
    Level,
    Transition,
)

_NEXT = {Level.DOCTOR: Level.SECOND, Level.SECOND: Level.COORDINATOR}


def calling(event: Event, episode: Episode, now_ms: int) -> Transition:
    """Return that something happened which calls the episode's level."""
    return Transition(event=event, episode=episode, at_ms=now_ms, notify=True, level=episode.level)


def shown(episode: Episode, now_ms: int, policy: EpisodePolicy) -> Transition:
    """Return that it is shown and calls, with the times by which somebody should answer."""
    wanted = policy.response_ms(episode.condition, episode.priority)
    patience = policy.acknowledge_ms(episode.condition, episode.priority)
    open_now = replace(
        episode,
        state=State.OPEN,
        raised_ms=now_ms,
        due_ms=now_ms + patience,
        deadline_ms=now_ms + wanted,
    )
    return calling(Event.RAISED, open_now, now_ms)


def closed(episode: Episode, event: Event, state: State, now_ms: int) -> Transition:
    """Return that it is closed: nothing is due any more."""
    done = replace(episode, state=state, due_ms=None, closed_ms=now_ms)
    return Transition(event=event, episode=done, at_ms=now_ms)


def acknowledgement_over(episode: Episode, now_ms: int, policy: EpisodePolicy) -> Transition:
    """Return what the end of an acknowledgement means: over, or open again."""
    if episode.cleared_ms is not None:
        return closed(episode, Event.RESOLVED, State.RESOLVED, now_ms)
    patience = policy.acknowledge_ms(episode.condition, episode.priority)
    again = replace(episode, state=State.OPEN, due_ms=now_ms + patience)
    return calling(Event.ACK_EXPIRED, again, now_ms)


def forgotten(episode: Episode, now_ms: int, policy: EpisodePolicy) -> bool:
    """Whether nothing has been heard of a low-priority alert for so long that it ends."""
    quiet_ms = now_ms - episode.received_ms
    return episode.priority is Priority.LOW and quiet_ms >= policy.expire_min * MINUTE_MS


def call_next(episode: Episode, now_ms: int, policy: EpisodePolicy) -> Transition:
    """Return that the next level is called, or the last one again."""
    following = _NEXT.get(episode.level)
    if following is None:
        due = now_ms + policy.remind_min * MINUTE_MS
        return calling(Event.REMINDED, replace(episode, due_ms=due), now_ms)
    patience = policy.acknowledge_ms(episode.condition, episode.priority)
    moved = replace(episode, level=following, due_ms=now_ms + patience)
    return calling(Event.ESCALATED, moved, now_ms)
