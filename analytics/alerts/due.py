"""The next moment at which time acts on a patient's alert: ladder, end, held call, silence."""

from dataclasses import dataclass

from analytics.alerts import calling, summary
from analytics.domain.alerts import Priority, State
from analytics.domain.episode import MINUTE_MS, CalledFor, Episode, EpisodePolicy
from analytics.domain.reason import PatientAlert
from analytics.domain.replacing import replace


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMoment:
    """When something happens to a patient's alert, and by which settings.

    Attributes:
        now_ms: ward time.
        policy: the ward's settings.
        gap: whether what happens is a bad reading after a gap.
        at_ms: event time of the finding; None: time or a person acts.
        pace_ms: what usually lies between two readings of what it is about; 0: not known.
    """

    now_ms: int
    policy: EpisodePolicy
    gap: bool = False
    at_ms: int | None = None
    pace_ms: int = 0


def known_of(alert: Episode) -> CalledFor:
    """Return what people know of a living alert."""
    if alert.called_for is None:
        return CalledFor(priority=alert.priority, at_ms=alert.raised_ms or alert.received_ms)
    return alert.called_for


def due_again(case: PatientAlert, moment: AlertMoment, *, back: bool) -> PatientAlert:
    """Return it with its next due time by what it is now.

    Args:
        case: a living alert with its reasons.
        moment: when.
        back: whether it was over and is not any more: the ladder goes on.
    """
    alert, policy, now = alert_of(case), moment.policy, moment.now_ms
    at = summary.over_at(case, policy)
    if alert.state is State.OPEN:
        if at is not None and alert.priority is not Priority.HIGH:
            return changed(case, due_ms=max(at, now))
        if back:
            patience = policy.step_ms(alert.level, alert.condition, alert.priority)
            return changed(case, due_ms=max(alert.snoozed_ms or 0, now + patience))
        return case
    return changed(case, due_ms=_answered_due(case, moment, at))


def _answered_due(case: PatientAlert, moment: AlertMoment, at: int | None) -> int:
    """When an answered alert is looked at next: over, a reason's end, a held call, long unheard."""
    alert, policy, now = alert_of(case), moment.policy, moment.now_ms
    if at is not None:
        return max(at, now)
    heard = max(alert.acknowledged_ms or 0, alert.received_ms)
    dues = [max(heard, alert.lapsed_ms or 0) + unheard_ms(alert, policy)]
    dues += [
        until
        for one in case.reasons.values()
        if one.shown and not one.holds and (until := summary.quiet_until(one, policy)) > now
    ]
    known = known_of(alert)
    if known.held_back:
        dues.append(calling.respite_over(alert, known, policy))
    return max(now + 1, min(dues))


def unheard_ms(alert: Episode, policy: EpisodePolicy) -> int:
    """Return after how much silence an answered alert says so, and at last ends."""
    if alert.lapsed_ms is not None:
        return policy.expire_min * MINUTE_MS
    return max(policy.acknowledged_min * MINUTE_MS, policy.gap_ms(known_of(alert).pace_ms))


def alert_of(case: PatientAlert) -> Episode:
    """Return the alert of a case that has one."""
    if case.alert is None:
        raise ValueError("there is an alert")
    return case.alert


def changed(case: PatientAlert, **changed: object) -> PatientAlert:
    """Return it with these members of the alert changed."""
    return replace(case, alert=replace(alert_of(case), **changed))  # type: ignore[arg-type]
