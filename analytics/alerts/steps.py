"""The single steps of a patient's alert: raised, called again, gone on, eased, closed."""

from analytics.alerts import calling, summary
from analytics.alerts.calling import Call
from analytics.alerts.due import AlertMoment, alert_of, changed, due_again, known_of
from analytics.alerts.escalation import wanting
from analytics.domain.alerts import EASED_FROM, Finding, Priority, State
from analytics.domain.episode import Episode, EpisodeEvent, EpisodePolicy, Level
from analytics.domain.reason import PatientAlert, Reason, Step
from analytics.domain.replacing import replace


def told(
    event: EpisodeEvent, case: PatientAlert, moment: AlertMoment, *, call: bool = False
) -> Step:
    """Return one step that people are told of, and called by if so."""
    alert = case.alert
    if alert is None:
        raise ValueError("there is an alert to tell of")
    if call:
        alert = replace(alert, calls=alert.calls + 1)
    return Step(
        event=event,
        after=replace(case, alert=alert),
        at_ms=moment.now_ms,
        notify=call,
        level=alert.level if call else None,
    )


def unseen(event: EpisodeEvent, case: PatientAlert, moment: AlertMoment) -> Step:
    """Return one step of which nobody is told."""
    return Step(event=event, after=case, at_ms=moment.now_ms, shown=False)


def raised(waiting: PatientAlert, reason: Reason, moment: AlertMoment) -> Step:
    """Return the alert that the first reason raises; what is left of a graver one is silent."""
    policy, now = moment.policy, moment.now_ms
    theirs = reason.condition in policy.coordinators
    begun = Episode(
        condition=reason.condition,
        priority=reason.priority,
        state=State.OPEN,
        started_ms=reason.started_ms,
        measured_ms=reason.measured_ms,
        received_ms=reason.received_ms,
        level=Level.COORDINATOR if theirs else Level.DOCTOR,
        raised_ms=now,
    )
    others = {
        name: one
        for name, one in waiting.reasons.items()
        if one.state is State.PENDING and not one.shown
    }
    fresh = PatientAlert(alert=begun, reasons={**others, reason.condition: reason})
    alert = wanting(summary.refreshed(begun, fresh, now, policy), now, policy)
    known = replace(calling.first(alert, fresh, now), pace_ms=moment.pace_ms)
    alert = replace(alert, called_for=known)
    return told(
        EpisodeEvent.RAISED,
        replace(fresh, alert=alert),
        moment,
        call=EASED_FROM not in reason.detail,
    )


def held(before: PatientAlert, after: PatientAlert, reason: Reason, moment: AlertMoment) -> Step:
    """Return what it means that a reason holds: it joins, goes on, gets worse or comes back.

    Args:
        before: the living alert with its reasons as they were.
        after: the same with this reason as it is now.
        reason: the one that has changed.
        moment: when.
    """
    was = alert_of(before)
    seen = summary.refreshed(was, after, moment.now_ms, moment.policy)
    at_ms = reason.measured_ms if moment.at_ms is None else moment.at_ms
    known = calling.eased(known_of(was), seen, after, at_ms, moment.policy)
    if moment.pace_ms and moment.pace_ms != known.pace_ms:
        known = replace(known, pace_ms=moment.pace_ms)
    after = replace(after, alert=replace(seen, called_for=known, lapsed_ms=None))
    call = Call.NOW
    if not moment.gap:
        call = calling.wanted(before, after, reason, moment.now_ms, moment.policy)
    if call is Call.NOW:
        return _called(before, after, moment)
    if call is Call.HELD_BACK:
        after = changed(after, called_for=replace(known, held_back=True))
    after = due_again(after, moment, back=was.cleared_ms is not None)
    alert, old = alert_of(after), before.reasons.get(reason.condition)
    joins = old is None or not old.holds
    if joins or (alert.priority, alert.condition) != (was.priority, was.condition):
        return told(EpisodeEvent.JOINED, after, moment)
    return unseen(EpisodeEvent.REPEATED, after, moment)


def _called(before: PatientAlert, after: PatientAlert, moment: AlertMoment) -> Step:
    """Return that it calls again: open, with the whole time for an answer before it."""
    was, alert, policy = alert_of(before), alert_of(after), moment.policy
    handed = summary.for_coordinator(before, policy) and not summary.for_coordinator(after, policy)
    alert = replace(alert, level=Level.DOCTOR if handed else alert.level)
    worse = wanting(alert, moment.now_ms, policy)
    waits = was.state is State.OPEN and was.snoozed_ms is None and was.cleared_ms is None
    if waits:  # nobody has answered: what is due stays due
        worse = replace(
            worse,
            due_ms=min(was.due_ms or moment.now_ms, worse.due_ms or moment.now_ms),
            deadline_ms=min(was.deadline_ms or moment.now_ms, worse.deadline_ms or moment.now_ms),
        )
    known = calling.called(known_of(alert), worse, after, moment.now_ms)
    worse = replace(worse, called_for=known)
    event = EpisodeEvent.RETURNED if moment.gap else EpisodeEvent.WORSENED
    return told(event, replace(after, alert=worse), moment, call=True)


def ended(after: PatientAlert, moment: AlertMoment) -> Step:
    """Return what it means that a reason is over: eased, over as a whole, or closed."""
    was = alert_of(after)
    seen = summary.refreshed(was, after, moment.now_ms, moment.policy)
    known = known_of(seen)
    if any(one.holds for one in after.reasons.values()):
        at_ms = seen.measured_ms if moment.at_ms is None else moment.at_ms
        known = calling.eased(known, seen, after, at_ms, moment.policy)
    after = replace(after, alert=replace(seen, called_for=known))
    if _over(after, moment):
        return close(after, EpisodeEvent.RESOLVED, State.RESOLVED, moment)
    after = due_again(after, moment, back=False)
    event = EpisodeEvent.EASED if alert_of(after).cleared_ms is None else EpisodeEvent.CLEARED
    return told(event, after, moment)


def _over(case: PatientAlert, moment: AlertMoment) -> bool:
    """Whether it closes by itself: all quiet for their time, and of a grave one somebody knows."""
    alert, at = alert_of(case), summary.over_at(case, moment.policy)
    if at is None or moment.now_ms < at:
        return False
    return alert.state is State.ACKNOWLEDGED or alert.priority is not Priority.HIGH


def close(case: PatientAlert, event: EpisodeEvent, state: State, moment: AlertMoment) -> Step:
    """Return that the alert is closed, with every reason that was part of it."""
    done = replace(alert_of(case), state=state, due_ms=None, closed_ms=moment.now_ms)
    over = {
        name: replace(
            one,
            state=state,
            due_ms=None,
            cleared_ms=moment.now_ms if one.cleared_ms is None else one.cleared_ms,
        )
        if one.shown
        else one
        for name, one in case.reasons.items()
    }
    return told(event, PatientAlert(alert=done, reasons=over), moment)


def reason_changed(case: PatientAlert, reason: Reason, moment: AlertMoment) -> Step:
    """Return what the change of one reason means for the alert."""
    was = case.reasons.get(reason.condition)
    after = replace(case, reasons={**case.reasons, reason.condition: reason})
    if case.living is None:
        if reason.holds:
            return raised(after, reason, moment)
    elif reason.holds:
        return held(case, after, reason, moment)
    elif was is not None and was.holds:
        return ended(after, moment)
    return unseen(EpisodeEvent.PENDING if reason.living else EpisodeEvent.EXPIRED, after, moment)


def moment_of(finding: Finding, now_ms: int, policy: EpisodePolicy, *, gap: bool) -> AlertMoment:
    """Return the moment of a finding."""
    return AlertMoment(
        now_ms=now_ms,
        policy=policy,
        gap=gap,
        at_ms=finding.measured_ms,
        pace_ms=finding.pace_ms,
    )
