"""How findings, time and people move an episode: pure transitions for the alert engine.

Each function takes an episode as it was and returns what happened, oldest first, with the
episode as it is afterwards. Nothing is read and nothing is remembered here: every moment that
matters later is stored in the episode as its ``due_ms``.

The rules: one live episode for a patient and condition; a finding must persist by event time
before it calls, and silence while it waits counts as persisting; HIGH latches until somebody
acknowledges it; worsening calls again; an acknowledgement runs out if the condition goes on;
back-fill is recorded and never calls (law 6); what is open always has a next due time (law 8).
"""

from dataclasses import replace

from analytics.domain.alerts import Change, Finding, Kind, Priority, State, kind_of
from analytics.domain.episode import (
    MINUTE_MS,
    Episode,
    EpisodePolicy,
    Event,
    Level,
    Transition,
)
from analytics.escalation import (
    acknowledgement_over,
    call_next,
    calling,
    closed,
    forgotten,
    shown,
)

__all__ = [
    "Episode",
    "EpisodePolicy",
    "Event",
    "Level",
    "Transition",
    "acknowledge",
    "apply",
    "escalate",
    "resolve",
    "tick",
]

_URGENCY = {Priority.HIGH: 2, Priority.MEDIUM: 1, Priority.LOW: 0}


def apply(
    episode: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    """Apply a finding.

    Args:
        episode: the newest episode of this patient and condition that is live or was closed
            lately; None if there is none.
        finding: what the gateway (or the equipment watch) saw.
        now_ms: ward time.
        policy: the site's settings.
    """
    if finding.late and finding.condition not in policy.coordinators:
        return _historic(finding, now_ms)
    if episode is None or not episode.live:
        return _begin(episode, finding, now_ms, policy)
    if finding.change is Change.CLEARED:
        return _clear(episode, now_ms, policy, persisted=_persisted(episode, finding))
    if episode.state is State.PENDING:
        return _wait_on(episode, finding, now_ms, policy)
    return _again(episode, finding, now_ms, policy)


def tick(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Let time act on an episode whose due time has come; nothing happens before that."""
    if not episode.live or episode.due_ms is None or now_ms < episode.due_ms:
        return []
    if episode.state is State.PENDING:
        return [shown(episode, now_ms, policy)]
    if episode.state is State.ACKNOWLEDGED:
        return [acknowledgement_over(episode, now_ms, policy)]
    if forgotten(episode, now_ms, policy):
        return [closed(episode, Event.EXPIRED, State.EXPIRED, now_ms)]
    return [call_next(episode, now_ms, policy)]


def acknowledge(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Note that a person took it on; nothing if it is acknowledged already, or closed."""
    if episode.state is not State.OPEN:
        return []
    taken = replace(
        episode,
        state=State.ACKNOWLEDGED,
        acknowledged_ms=now_ms,
        due_ms=now_ms + policy.acknowledged_min * MINUTE_MS,
    )
    return [Transition(event=Event.ACKNOWLEDGED, episode=taken, at_ms=now_ms)]


def resolve(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Close it for a person; nothing if it is not shown or closed already."""
    del policy
    if episode.state not in (State.OPEN, State.ACKNOWLEDGED):
        return []
    done = replace(episode, closed_by_person=True)
    return [closed(done, Event.RESOLVED, State.RESOLVED, now_ms)]


def escalate(episode: Episode, now_ms: int, policy: EpisodePolicy) -> list[Transition]:
    """Call the next level for a person; an acknowledged one is open again by that."""
    if episode.state not in (State.OPEN, State.ACKNOWLEDGED):
        return []
    return [call_next(replace(episode, state=State.OPEN), now_ms, policy)]


def _historic(finding: Finding, now_ms: int) -> list[Transition]:
    if finding.change is Change.CLEARED:
        return []
    noted = replace(_new(finding, State.EXPIRED, Level.DOCTOR), historic=True, closed_ms=now_ms)
    return [Transition(event=Event.HISTORIC, episode=noted, at_ms=now_ms)]


def _begin(
    before: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    if finding.change is Change.CLEARED or _quiet(before, finding, now_ms, policy):
        return []
    technical = kind_of(finding.condition) is Kind.TECHNICAL
    coordinator = technical or finding.condition in policy.coordinators
    level = Level.COORDINATOR if coordinator else Level.DOCTOR
    waiting = _new(finding, State.PENDING, level)
    if finding.persist_s <= 0:
        return [shown(waiting, now_ms, policy)]
    since = finding.received_ms if finding.late else min(finding.measured_ms, now_ms)
    waiting = replace(waiting, due_ms=since + int(finding.persist_s * 1000))
    return [Transition(event=Event.PENDING, episode=waiting, at_ms=now_ms)]


def _quiet(before: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy) -> bool:
    """Whether a person has just closed it and nothing new is said."""
    return (
        finding.change is Change.PERSISTS
        and before is not None
        and before.closed_by_person
        and before.closed_ms is not None
        and now_ms - before.closed_ms < policy.quiet_min * MINUTE_MS
    )


def _new(finding: Finding, state: State, level: Level) -> Episode:
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


def _heard(episode: Episode, finding: Finding) -> Episode:
    """Return the episode with one more finding: the worst priority, the newest words."""
    worst = max(episode.priority, finding.priority, key=_URGENCY.__getitem__)
    return replace(
        episode,
        priority=worst,
        measured_ms=max(episode.measured_ms, finding.measured_ms),
        received_ms=max(episode.received_ms, finding.received_ms),
        cleared_ms=None,
        count=episode.count + 1,
        value=finding.value,
        message=finding.message,
        rule=finding.rule,
        detail=finding.detail,
    )


def _wait_on(
    episode: Episode, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    """Shorten the wait if the finding says so; raise once it has persisted by event time."""
    since = episode.started_ms
    if finding.late or finding.change is Change.WORSENED:
        since = max(finding.measured_ms, episode.received_ms if finding.late else 0)
    due = since + int(finding.persist_s * 1000)
    heard = _heard(episode, finding)
    heard = replace(heard, due_ms=min(due, episode.due_ms or due))
    persisted = not finding.late and finding.measured_ms >= (heard.due_ms or due)
    if persisted:
        return [shown(heard, now_ms, policy)]
    return [Transition(event=Event.REPEATED, episode=heard, at_ms=now_ms)]


def _again(
    episode: Episode, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    heard = _heard(episode, finding)
    graver = _URGENCY[heard.priority] > _URGENCY[episode.priority]
    if not graver and finding.change is not Change.WORSENED:
        return [Transition(event=Event.REPEATED, episode=heard, at_ms=now_ms)]
    patience = policy.acknowledge_ms(heard.condition, heard.priority)
    wanted = now_ms + policy.response_ms(heard.condition, heard.priority)
    due = now_ms + patience
    if episode.state is State.OPEN and episode.due_ms is not None:
        due = min(due, episode.due_ms)
    worse = replace(
        heard,
        state=State.OPEN,
        due_ms=due,
        deadline_ms=wanted if heard.deadline_ms is None else min(wanted, heard.deadline_ms),
    )
    return [calling(Event.WORSENED, worse, now_ms)]


def _persisted(episode: Episode, finding: Finding) -> bool:
    """Whether the condition had persisted by event time before it ended."""
    due = episode.due_ms
    return due is not None and not finding.late and finding.measured_ms >= due


def _clear(
    episode: Episode, now_ms: int, policy: EpisodePolicy, *, persisted: bool
) -> list[Transition]:
    if episode.state is State.PENDING and persisted:  # time would have shown it, had it been let
        raised = shown(episode, now_ms, policy)
        return [raised, *_clear(raised.episode, now_ms, policy, persisted=False)]
    if episode.state is State.PENDING:
        return [closed(episode, Event.EXPIRED, State.EXPIRED, now_ms)]
    if episode.state is State.ACKNOWLEDGED or episode.priority is not Priority.HIGH:
        return [closed(episode, Event.RESOLVED, State.RESOLVED, now_ms)]
    if episode.cleared_ms is not None:
        return []
    latched = replace(episode, cleared_ms=now_ms)
    return [Transition(event=Event.CLEARED, episode=latched, at_ms=now_ms)]
