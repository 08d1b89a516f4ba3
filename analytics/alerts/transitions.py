"""State machine of an episode: pure transitions by findings, time and people.

Each function takes an episode as it was and returns what happened, oldest first, with the
episode as it is afterwards. Nothing is read and nothing is remembered here: every moment that
matters later is stored in the episode as its ``due_ms``.

The rules: one live episode for a patient and condition; a finding must persist by event time
before it calls, and silence while it waits counts as persisting; HIGH latches until somebody
acknowledges it; worsening calls again; an acknowledgement runs out if the condition goes on;
silence is not continuation: after a gap the next bad reading calls at once, and an old one never
does; closing makes a plan while the condition holds; back-fill is recorded and never calls
(law 6); what is open always has a next due time (law 8).
"""

from analytics.alerts.answers import acknowledge, escalate, resolve, snooze
from analytics.alerts.backfill import historic
from analytics.alerts.escalation import (
    awoken,
    call_next,
    calling,
    closed,
    forgotten,
    shown,
    wanting,
    word_over,
)
from analytics.alerts.newest_words import with_newest_words
from analytics.domain.alerts import (
    SUPERSEDED_BY,
    Finding,
    FindingChange,
    Kind,
    Priority,
    State,
    kind_of,
)
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

__all__ = [
    "Episode",
    "EpisodeEvent",
    "EpisodePolicy",
    "Level",
    "Transition",
    "acknowledge",
    "apply",
    "escalate",
    "resolve",
    "snooze",
    "tick",
]


def apply(
    episode: Episode | None,
    finding: Finding,
    now_ms: int,
    policy: EpisodePolicy,
    history: Episode | None = None,
) -> list[Transition]:
    """Apply a finding.

    Args:
        episode: the newest episode of this patient and condition that is live or was closed
            lately; None if there is none.
        finding: what the gateway (or the equipment watch) saw.
        now_ms: ward time.
        policy: the site's settings.
        history: what back-fill told last of the same; None if that is long ago.
    """
    if finding.late and finding.condition not in policy.coordinators:
        return historic(history, finding, now_ms, policy)
    if episode is None or not episode.live:
        return _begin(episode, finding, now_ms, policy)
    if finding.change is FindingChange.CLEARED:
        return _clear(episode, finding, now_ms, policy, persisted=_persisted(episode, finding))
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
        return [word_over(episode, now_ms, policy)]
    if forgotten(episode, now_ms, policy):
        return [closed(episode, EpisodeEvent.EXPIRED, State.EXPIRED, now_ms)]
    if episode.snoozed_ms is not None:
        return [awoken(episode, now_ms, policy)]
    return [call_next(episode, now_ms, policy)]


def _begin(
    before: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    if finding.change is FindingChange.CLEARED or _quiet(before, finding, now_ms, policy):
        return []
    technical = kind_of(finding.condition) is Kind.TECHNICAL
    coordinator = technical or finding.condition in policy.coordinators
    level = Level.COORDINATOR if coordinator else Level.DOCTOR
    waiting = begun(finding, State.PENDING, level)
    if finding.persist_s <= 0:
        return [shown(waiting, now_ms, policy)]
    since = finding.received_ms if finding.late else min(finding.measured_ms, now_ms)
    waiting = replace(waiting, due_ms=since + int(finding.persist_s * 1000))
    return [Transition(event=EpisodeEvent.PENDING, episode=waiting, at_ms=now_ms)]


def _quiet(before: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy) -> bool:
    """Whether a person has just closed it and nothing new is said, without a gap."""
    return (
        finding.change is FindingChange.PERSISTS
        and before is not None
        and before.closed_by_person
        and before.closed_ms is not None
        and now_ms - before.closed_ms < policy.quiet_min * MINUTE_MS
        and not policy.apart(before.measured_ms, finding.measured_ms)
    )


def _heard(episode: Episode, finding: Finding) -> Episode:
    """Return the episode with one more finding: the worst priority, the words of the newest."""
    worst = max(episode.priority, finding.priority, key=URGENCY.__getitem__)
    heard = replace(
        episode,
        priority=worst,
        received_ms=max(episode.received_ms, finding.received_ms),
        cleared_ms=None,
        count=episode.count + 1,
    )
    return with_newest_words(heard, finding)


def _wait_on(
    episode: Episode, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    """Shorten the wait if the finding says so; raise once it has persisted by event time."""
    since = episode.started_ms
    if finding.late or finding.change is FindingChange.WORSENED:
        since = max(finding.measured_ms, episode.received_ms if finding.late else 0)
    due = since + int(finding.persist_s * 1000)
    heard = _heard(episode, finding)
    heard = replace(heard, due_ms=min(due, episode.due_ms or due))
    persisted = not finding.late and finding.measured_ms >= (heard.due_ms or due)
    if persisted:
        return [shown(heard, now_ms, policy)]
    return [Transition(event=EpisodeEvent.REPEATED, episode=heard, at_ms=now_ms)]


def _again(
    episode: Episode, finding: Finding, now_ms: int, policy: EpisodePolicy
) -> list[Transition]:
    heard = _heard(episode, finding)
    event = _news(episode, heard, finding, policy)
    if event is None:
        return [Transition(event=EpisodeEvent.REPEATED, episode=heard, at_ms=now_ms)]
    due, deadline = heard.due_ms, heard.deadline_ms
    worse = wanting(heard, now_ms, policy)
    if episode.state is State.OPEN:  # nobody has answered: what is due stays due
        worse = replace(
            worse,
            due_ms=min(due or now_ms, worse.due_ms or now_ms),
            deadline_ms=min(deadline or now_ms, worse.deadline_ms or now_ms),
        )
    return [calling(event, worse, now_ms)]


def _news(
    episode: Episode, heard: Episode, finding: Finding, policy: EpisodePolicy
) -> EpisodeEvent | None:
    """Return why another finding calls, None if it only goes on; what is low calls once."""
    if URGENCY[heard.priority] > URGENCY[episode.priority]:
        return EpisodeEvent.WORSENED
    if heard.priority is Priority.LOW:
        return None
    if finding.change is FindingChange.WORSENED:
        return EpisodeEvent.WORSENED
    anew = episode.lapsed_ms is not None or policy.apart(episode.measured_ms, finding.measured_ms)
    return EpisodeEvent.RETURNED if anew else None


def _persisted(episode: Episode, finding: Finding) -> bool:
    """Whether the condition had persisted by event time before it ended."""
    due = episode.due_ms
    return due is not None and not finding.late and finding.measured_ms >= due


def _clear(
    episode: Episode, finding: Finding, now_ms: int, policy: EpisodePolicy, *, persisted: bool
) -> list[Transition]:
    superseded = SUPERSEDED_BY in finding.detail
    if episode.state is State.PENDING and persisted and not superseded:
        raised = shown(episode, now_ms, policy)  # time would have shown it, had it been let
        return [raised, *_clear(raised.episode, finding, now_ms, policy, persisted=False)]
    if episode.state is State.PENDING:
        return [closed(episode, EpisodeEvent.EXPIRED, State.EXPIRED, now_ms)]
    ended = replace(episode, detail=episode.detail | finding.detail)
    if superseded or episode.state is State.ACKNOWLEDGED or episode.priority is not Priority.HIGH:
        return [closed(ended, EpisodeEvent.RESOLVED, State.RESOLVED, now_ms)]
    if episode.cleared_ms is not None:
        return []
    latched = replace(ended, cleared_ms=now_ms)
    return [Transition(event=EpisodeEvent.CLEARED, episode=latched, at_ms=now_ms)]
