"""Decides if a patient's alert calls again: for something new and worse, never for the same.

What people know is stored with the alert (:class:`analytics.domain.episode.CalledFor`): what they
were last called for, or saw when they took it on. Worse than that is a higher priority, a NEWS2
that is two points up, or a value newly beyond an absolute limit; a bad reading after a gap is new
whatever it says. While nobody has answered a call of the same priority the ladder goes on, and
something worse is shown without another call.
"""

from enum import StrEnum

from analytics.alerts import summary
from analytics.domain.alerts import Finding, Priority, State
from analytics.domain.episode import MINUTE_MS, URGENCY, CalledFor, Episode, EpisodePolicy
from analytics.domain.reason import PatientAlert, Reason
from analytics.domain.replacing import replace


class Call(StrEnum):
    """What a change of the reasons asks for."""

    NONE = "none"
    NOW = "now"
    HELD_BACK = "held_back"
    """It is worse, so soon after the last call that it waits for the end of the respite."""


def first(alert: Episode, case: PatientAlert, now_ms: int) -> CalledFor:
    """Return what people know once an alert has been raised."""
    return CalledFor(priority=alert.priority, at_ms=now_ms, news2=summary.news2(case))


def called(known: CalledFor, alert: Episode, case: PatientAlert, now_ms: int) -> CalledFor:
    """Return what people know after another call."""
    higher = URGENCY[alert.priority] > URGENCY[known.priority]
    return CalledFor(
        priority=alert.priority,
        at_ms=now_ms,
        news2=_higher(known.news2, summary.news2(case)),
        again=0 if higher else known.again + 1,
        pace_ms=known.pace_ms,
    )


def seen(known: CalledFor, case: PatientAlert) -> CalledFor:
    """Return what people know once somebody has taken the alert on: all that there is."""
    return replace(
        known, news2=_higher(known.news2, summary.news2(case)), held_back=False, eased_ms=None
    )


def eased(
    known: CalledFor, alert: Episode, case: PatientAlert, at_ms: int, policy: EpisodePolicy
) -> CalledFor:
    """Return what is still known: what has been better for a while may get worse anew.

    Args:
        known: as it was.
        alert: with its priority by the reasons that still count.
        case: with its reasons.
        at_ms: event time of the finding.
        policy: the ward's settings.
    """
    if URGENCY[alert.priority] < URGENCY[known.priority]:
        return replace(known, priority=alert.priority, news2=summary.news2(case), again=0)
    score = summary.news2(case)
    if known.news2 is None or score is None or score > known.news2 - policy.worse_by:
        return replace(known, eased_ms=None) if known.eased_ms is not None else known
    if known.eased_ms is None:
        return replace(known, eased_ms=at_ms, eased_news2=score)
    highest = max(known.eased_news2, score)
    if at_ms - known.eased_ms >= policy.settled_min * MINUTE_MS:
        return replace(known, news2=highest, again=0, eased_ms=None)
    return replace(known, eased_news2=highest)


def returns(case: PatientAlert, finding: Finding, now_ms: int, policy: EpisodePolicy) -> bool:
    """Whether a bad reading after a gap is news of the patient, and not of one reason alone.

    After an outage every reason is heard of again at once: the first calls, the others say no more.
    """
    if not _after_gap(case.goes_on(finding.condition), finding, policy):
        return False
    gap_ms, alert = policy.gap_ms(finding.pace_ms), case.living
    known = None if alert is None else alert.called_for
    waits = alert is not None and alert.state is State.OPEN and alert.snoozed_ms is None
    if waits and known is not None and now_ms - known.at_ms <= gap_ms:
        return URGENCY[finding.priority] > URGENCY[known.priority]
    return not any(
        one.holds
        and one.shown
        and one.condition != finding.condition
        and URGENCY[one.priority] >= URGENCY[finding.priority]
        and finding.measured_ms - one.measured_ms <= gap_ms
        for one in case.reasons.values()
    )


def _after_gap(before: Reason | None, finding: Finding, policy: EpisodePolicy) -> bool:
    """Whether a reason that holds is heard of again after nobody knew of it for too long."""
    if before is None or not before.holds or finding.priority is Priority.LOW:
        return False
    silent_ms = finding.silent_ms
    if silent_ms is None:
        silent_ms = finding.measured_ms - before.measured_ms
    return silent_ms > policy.gap_ms(finding.pace_ms)


def wanted(
    before: PatientAlert, after: PatientAlert, fresh: Reason, now_ms: int, policy: EpisodePolicy
) -> Call:
    """Return whether a reason that has come or gone on is worth a call.

    Args:
        before: the alert as it was, with its reasons.
        after: the same with what has changed.
        fresh: the reason that has changed.
        now_ms: ward time.
        policy: the ward's settings.
    """
    alert = after.alert
    known = None if alert is None else alert.called_for
    if alert is None or known is None or alert.priority is Priority.LOW:
        return Call.NONE
    if URGENCY[alert.priority] > URGENCY[known.priority]:
        return Call.NOW
    if summary.for_coordinator(before, policy) and not summary.for_coordinator(after, policy):
        return Call.NOW  # no doctor and no nurse has been called for it yet
    if not _worse(before, after, fresh, policy):
        return Call.NONE
    if alert.state is State.OPEN and alert.snoozed_ms is None:
        unknown = summary.is_emergency(after, policy) and not summary.is_emergency(before, policy)
        return Call.NOW if unknown else Call.NONE
    return Call.NOW if _may_call(alert, known, now_ms, policy) else Call.HELD_BACK


def _worse(before: PatientAlert, after: PatientAlert, fresh: Reason, policy: EpisodePolicy) -> bool:
    """Whether it is worse than what is known, at the same priority."""
    was = before.reasons.get(fresh.condition)
    newly = fresh.holds and (was is None or not was.holds)
    if newly and fresh.critical and not (was is not None and was.shown):
        return True
    known = after.alert.called_for if after.alert is not None else None
    return known is not None and higher_score(known, after, policy)


def higher_score(known: CalledFor, case: PatientAlert, policy: EpisodePolicy) -> bool:
    """Whether NEWS2 is clearly higher than what is known."""
    score = summary.news2(case)
    if score is None:
        return False
    return known.news2 is not None and score >= known.news2 + policy.worse_by


def _may_call(alert: Episode, known: CalledFor, now_ms: int, policy: EpisodePolicy) -> bool:
    return known.again == 0 or now_ms >= respite_over(alert, known, policy)


def respite_over(alert: Episode, known: CalledFor, policy: EpisodePolicy) -> int:
    """Return when something worse of the same priority may call again."""
    return max(known.at_ms, alert.acknowledged_ms or 0) + policy.respite_min * MINUTE_MS


def _higher(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
