"""A patient's alert by all its reasons: priority, leading reason, words, its end."""

from collections.abc import Iterable

from analytics.domain.alerts import CLOSED_BECAUSE, SUPERSEDED_BY, State
from analytics.domain.episode import MINUTE_MS, URGENCY, Episode, EpisodePolicy
from analytics.domain.reason import NEWS2_CONDITIONS, PatientAlert, Reason
from analytics.domain.replacing import replace

_RANKS = ("unconfirmed_deterioration", "risk", "single_3", "news2_urgent", "news2_emergency")
_RANK_OF = {name: float(at) for at, name in enumerate(_RANKS)}
_CRITICAL_RANK, _OTHER_RANK = 3, 1


def leading(reasons: Iterable[Reason]) -> Reason | None:
    """Return the reason that speaks for the alert: of those that hold the gravest, else the last.

    Of equally urgent ones the score comes first, which says most, then an absolute limit.
    """
    shown = [one for one in reasons if one.shown]
    if len(shown) == 1:
        return shown[0]
    return max(shown, key=_weight, default=None)


def _weight(reason: Reason) -> tuple[bool, int, float, int, int]:
    rank = _RANK_OF.get(reason.condition)
    if rank is None:
        rank = _CRITICAL_RANK + 0.5 if reason.critical else _OTHER_RANK + 0.5
    raised = reason.raised_ms or 0
    return (reason.holds, URGENCY[reason.priority], rank, reason.cleared_ms or 0, -raised)


def quiet_until(reason: Reason, policy: EpisodePolicy) -> int:
    """Return until when a reason that is over still counts for the alert.

    What ended for another reason than its value (its limit was changed, a graver one speaks for it,
    the rule does not apply) counts no longer at once.
    """
    since = reason.cleared_ms or 0
    if CLOSED_BECAUSE in reason.detail or SUPERSEDED_BY in reason.detail:
        return since
    return since + policy.settled_min * MINUTE_MS


def counts(reason: Reason, now_ms: int, policy: EpisodePolicy) -> bool:
    """Whether a reason holds, or has been over only for a while."""
    if reason.holds:
        return True
    return reason.shown and now_ms < quiet_until(reason, policy)


def over_at(case: PatientAlert, policy: EpisodePolicy) -> int | None:
    """Return when the alert is over by itself; None while a reason holds."""
    shown = [one for one in case.reasons.values() if one.shown]
    if any(one.holds for one in shown):
        return None
    coming = [one.due_ms + 1 for one in shown if one.due_ms is not None]
    return max([*coming, *(quiet_until(one, policy) for one in shown)], default=0)


def news2(case: PatientAlert) -> float | None:
    """Return the score that holds now, None if none of its bands does."""
    held = [
        one.value
        for one in case.reasons.values()
        if one.holds and one.condition in NEWS2_CONDITIONS and one.value is not None
    ]
    return max(held, default=None)


def refreshed(alert: Episode, case: PatientAlert, now_ms: int, policy: EpisodePolicy) -> Episode:
    """Return the alert as its reasons make it; what nobody has answered gets no milder.

    Args:
        alert: as it was.
        case: with the reasons as they are now.
        now_ms: ward time.
        policy: the ward's settings.
    """
    shown = [one for one in case.reasons.values() if one.raised_ms is not None]
    lead = leading(shown)
    if lead is None:
        return alert
    urgent = [one.priority for one in shown if counts(one, now_ms, policy)]
    if alert.state is State.OPEN or not urgent:
        urgent.append(alert.priority)
    if len(urgent) > 1:
        urgent.sort(key=URGENCY.__getitem__)
    holds = any([one.holds for one in shown])  # noqa: C419 - so few that a generator costs more
    cleared = max([one.cleared_ms or 0 for one in shown]) or now_ms
    return replace(
        alert,
        condition=lead.condition,
        priority=urgent[-1],
        started_ms=min([one.started_ms for one in shown]),
        measured_ms=max([one.measured_ms for one in shown]),
        received_ms=max([one.received_ms for one in shown]),
        cleared_ms=None if holds else cleared,
        count=sum([one.count for one in shown]),
        value=lead.value,
        message=lead.message,
        rule=lead.rule,
        detail=lead.detail,
    )


def is_emergency(case: PatientAlert, policy: EpisodePolicy) -> bool:
    """Whether a reason that holds wants the response to an emergency."""
    return any(one.holds and policy.is_emergency(one.condition) for one in case.reasons.values())


def for_coordinator(case: PatientAlert, policy: EpisodePolicy) -> bool:
    """Whether the reason that leads is the coordinator's."""
    return case.alert is not None and case.alert.condition in policy.coordinators
