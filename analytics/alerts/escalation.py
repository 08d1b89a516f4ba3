"""Escalation of an episode: whom it calls and when; showing, escalating, closing it.

Every step stores when the next is due, so that nothing open is ever without one (law 8). Time by
itself calls only up the ladder of an alert that nobody answers, and never for one of low
priority: what a person took on calls again by new evidence alone.
"""

from analytics.domain.alerts import EASED_FROM, Kind, Priority, State, kind_of
from analytics.domain.episode import (
    MINUTE_MS,
    Episode,
    EpisodeEvent,
    EpisodePolicy,
    Level,
    Transition,
)
from analytics.domain.replacing import replace


def calling(event: EpisodeEvent, episode: Episode, now_ms: int, *, call: bool = True) -> Transition:
    """Return that something happened which calls the episode's level, or only moves it there."""
    after = replace(episode, calls=episode.calls + call)
    level = episode.level if call else None
    return Transition(event=event, episode=after, at_ms=now_ms, notify=call, level=level)


def shown(episode: Episode, now_ms: int, policy: EpisodePolicy) -> Transition:
    """Return that it is shown and calls, with the times by which somebody should answer.

    What is left of a graver alert calls nobody by itself; its ladder begins all the same.
    """
    return calling(
        EpisodeEvent.RAISED,
        wanting(replace(episode, raised_ms=now_ms), now_ms, policy),
        now_ms,
        call=EASED_FROM not in episode.detail,
    )


def wanting(episode: Episode, now_ms: int, policy: EpisodePolicy) -> Episode:
    """Return it open, with the whole time for an answer and for a response before it."""
    return replace(
        episode,
        state=State.OPEN,
        planned=False,
        lapsed_ms=None,
        snoozed_ms=None,
        snoozed_since_ms=None,
        due_ms=now_ms + policy.step_ms(episode.level, episode.condition, episode.priority),
        deadline_ms=now_ms + policy.response_ms(episode.condition, episode.priority),
    )


def closed(episode: Episode, event: EpisodeEvent, state: State, now_ms: int) -> Transition:
    """Return that it is closed: nothing is due any more."""
    done = replace(episode, state=state, due_ms=None, closed_ms=now_ms)
    return Transition(event=event, episode=done, at_ms=now_ms)


def taken(episode: Episode, now_ms: int, minutes: int, *, planned: bool) -> Episode:
    """Return it silent for so long, by a person's word."""
    return replace(
        episode,
        state=State.ACKNOWLEDGED,
        acknowledged_ms=now_ms,
        lapsed_ms=None,
        snoozed_ms=None,
        snoozed_since_ms=None,
        planned=planned,
        due_ms=now_ms + minutes * MINUTE_MS,
    )


def word_over(episode: Episode, now_ms: int, policy: EpisodePolicy) -> Transition:
    """Return what the end of an acknowledgement or plan means.

    Over if the condition is; open again and calling if it was bad since and lately; else nothing
    new is known, so nobody is called: it says since when nothing was heard, and ends at last.
    """
    if episode.cleared_ms is not None:
        return closed(episode, EpisodeEvent.RESOLVED, State.RESOLVED, now_ms)
    if episode.priority is not Priority.LOW and _heard_since(episode, now_ms, policy):
        return calling(EpisodeEvent.ACK_EXPIRED, wanting(episode, now_ms, policy), now_ms)
    again_ms = policy.expire_min * MINUTE_MS
    clinical = kind_of(episode.condition) is Kind.CLINICAL
    if clinical and now_ms - episode.received_ms >= again_ms and episode.lapsed_ms is not None:
        return closed(episode, EpisodeEvent.EXPIRED, State.EXPIRED, now_ms)
    since = episode.lapsed_ms or now_ms
    silent = replace(episode, lapsed_ms=since, due_ms=now_ms + again_ms)
    return Transition(event=EpisodeEvent.UNHEARD, episode=silent, at_ms=now_ms)


def _heard_since(episode: Episode, now_ms: int, policy: EpisodePolicy) -> bool:
    after = episode.received_ms > (episode.acknowledged_ms or 0)
    return after and not policy.apart(episode.measured_ms, now_ms)


def forgotten(episode: Episode, now_ms: int, policy: EpisodePolicy) -> bool:
    """Whether nothing has been heard of a low-priority alert for so long that it ends."""
    if episode.priority is not Priority.LOW:
        return False
    return now_ms - episode.received_ms >= _forgotten_ms(episode, policy)


def _forgotten_ms(episode: Episode, policy: EpisodePolicy) -> int:
    """Return after how much silence nobody knows of it: who is weighed daily is not away a day."""
    pace_ms = 0 if episode.called_for is None else episode.called_for.pace_ms
    return max(policy.expire_min * MINUTE_MS, int(policy.gap_paces * pace_ms))


def awoken(episode: Episode, now_ms: int, policy: EpisodePolicy) -> Transition:
    """Return that the minutes for which it was put off are over: it calls the same level again."""
    patience = policy.step_ms(episode.level, episode.condition, episode.priority)
    again = replace(episode, snoozed_ms=None, due_ms=now_ms + patience)
    call = episode.priority is not Priority.LOW
    return calling(EpisodeEvent.SNOOZE_OVER, again, now_ms, call=call)


def call_next(
    episode: Episode, now_ms: int, policy: EpisodePolicy, *, asked: bool = False
) -> Transition:
    """Return that the next level is called, or the last one again.

    An alert of low priority moves up in silence, unless a person asked for it.
    """
    call = asked or episode.priority is not Priority.LOW
    following = _above(episode, policy)
    if following is None:
        due = now_ms + policy.remind_min * MINUTE_MS
        if episode.priority is Priority.LOW:
            due = max(due, episode.received_ms + _forgotten_ms(episode, policy))
        return calling(EpisodeEvent.REMINDED, replace(episode, due_ms=due), now_ms, call=call)
    patience = policy.step_ms(following, episode.condition, episode.priority)
    moved = replace(episode, level=following, due_ms=now_ms + patience)
    return calling(EpisodeEvent.ESCALATED, moved, now_ms, call=call)


def lifted(episode: Episode, level: Level, policy: EpisodePolicy) -> Episode:
    """Return it at this rung if that is higher, with the rung's own time where it waits."""
    order = list(Level)
    if order.index(level) <= order.index(episode.level):
        return episode
    due = episode.due_ms
    if due is not None and episode.state is State.OPEN and episode.snoozed_ms is None:
        due += policy.step_ms(level, episode.condition, episode.priority)
        due -= policy.step_ms(episode.level, episode.condition, episode.priority)
    return replace(episode, level=level, due_ms=due)


def _above(episode: Episode, policy: EpisodePolicy) -> Level | None:
    """Return the rung above; the equipment's alerts never leave the ward."""
    if kind_of(episode.condition) is Kind.TECHNICAL:
        return None
    return policy.next_level(episode.level)
