"""The one clinical alert of a patient: how findings and time move it. Pure.

Each function takes the alert with its reasons as they were and returns what happened, oldest
first, with both as they are afterwards. Priority is the worst reason's; one acknowledgement answers
all; it calls again for something new and worse (see ``analytics.alerts.calling``), while the
deadline and the ladder go on until somebody answers; it closes by itself when every reason has been
over for its time. Whatever lives has a next due time (law 8), and back-fill never comes here
(law 6).
"""

from analytics.alerts import calling, reasons, summary
from analytics.alerts.due import AlertMoment, due_again, known_of, unheard_ms
from analytics.alerts.escalation import awoken, call_next, forgotten, wanting
from analytics.alerts.people import acknowledge, escalate, resolve, snooze
from analytics.alerts.steps import close, ended, moment_of, reason_changed, told, unseen
from analytics.domain.alerts import CLOSED_BECAUSE, Finding, FindingChange, Priority, State
from analytics.domain.episode import MINUTE_MS, URGENCY, Episode, EpisodeEvent, EpisodePolicy
from analytics.domain.reason import PatientAlert, Reason, Step
from analytics.domain.replacing import replace

__all__ = [
    "PatientAlert",
    "Reason",
    "Step",
    "acknowledge",
    "apply",
    "escalate",
    "resolve",
    "retract",
    "snooze",
    "tick",
]

ERROR = "entered_in_error"
"""Why a reason ended that rested on a reading entered in error."""


def apply(case: PatientAlert, finding: Finding, now_ms: int, policy: EpisodePolicy) -> list[Step]:
    """Apply a finding.

    Args:
        case: the patient's alert that lives, or the one that a person closed lately, with its
            reasons and those that wait.
        finding: what the gateway saw; clinical, and not of back-fill (see
            ``analytics.backfill``) unless its condition is the coordinator's.
        now_ms: ward time.
        policy: the ward's settings.
    """
    before = case.goes_on(finding.condition)
    if case.living is None and before is None and _quiet(case.alert, finding, now_ms, policy):
        return []
    gap = calling.returns(case, finding, now_ms, policy)
    moment = moment_of(finding, now_ms, policy, gap=gap)
    steps: list[Step] = []
    for reason in reasons.move(before, finding, now_ms):
        steps.append(reason_changed(case, reason, moment))
        case = steps[-1].after
    return steps


def tick(case: PatientAlert, now_ms: int, policy: EpisodePolicy) -> list[Step]:
    """Let time act on what is due; nothing happens before that."""
    moment = AlertMoment(now_ms=now_ms, policy=policy)
    steps: list[Step] = []
    for reason in list(case.reasons.values()):
        on = reasons.persisted(reason, now_ms)
        if on is not None:
            steps.append(reason_changed(case, on, moment))
            case = steps[-1].after
    alert = case.living
    if alert is not None and alert.due_ms is not None and now_ms >= alert.due_ms:
        answered = alert.state is State.ACKNOWLEDGED
        steps.append((_answered if answered else _unanswered)(case, alert, moment))
    return steps


def retract(
    case: PatientAlert, conditions: frozenset[str], now_ms: int, policy: EpisodePolicy
) -> list[Step]:
    """End reasons that rest on nothing any more; the alert closes if no other holds.

    Args:
        case: the alert with its reasons.
        conditions: whose reading was entered in error.
        now_ms: ward time.
        policy: the ward's settings.
    """
    moment = AlertMoment(now_ms=now_ms, policy=policy)
    gone: dict[str, object] = {CLOSED_BECAUSE: ERROR}
    false = {name for name, one in case.reasons.items() if name in conditions and one.living}
    kept = {
        name: reasons.over(one, now_ms, gone) if name in false else one
        for name, one in case.reasons.items()
    }
    after = replace(case, reasons=kept)
    if case.living is None:
        return [unseen(EpisodeEvent.EXPIRED, after, moment)] if false else []
    if not false:
        return []
    true = [one for one in kept.values() if one.shown and one.detail.get(CLOSED_BECAUSE) != ERROR]
    if true:
        worst = max((one.priority for one in true), key=URGENCY.__getitem__)
        return [ended(replace(after, alert=replace(case.living, priority=worst)), moment)]
    marked = replace(case.living, detail=case.living.detail | gone)
    return [close(replace(after, alert=marked), EpisodeEvent.RESOLVED, State.RESOLVED, moment)]


def _quiet(last: Episode | None, finding: Finding, now_ms: int, policy: EpisodePolicy) -> bool:
    """Whether a person has just closed it and nothing new is said, without a gap."""
    return (
        finding.change is FindingChange.PERSISTS
        and last is not None
        and last.closed_by_person
        and last.closed_ms is not None
        and now_ms - last.closed_ms < policy.quiet_min * MINUTE_MS
        and not policy.apart(last.measured_ms, finding.measured_ms)
    )


def _unanswered(case: PatientAlert, alert: Episode, moment: AlertMoment) -> Step:
    """Nobody has answered by its due time: the ladder, the end of a snooze, or the end of all."""
    policy, now = moment.policy, moment.now_ms
    at = summary.over_at(case, policy)
    if at is not None and now >= at and alert.priority is not Priority.HIGH:
        return close(case, EpisodeEvent.RESOLVED, State.RESOLVED, moment)
    if forgotten(alert, now, policy):
        return close(case, EpisodeEvent.EXPIRED, State.EXPIRED, moment)
    snoozed = alert.snoozed_ms is not None
    made = (awoken if snoozed else call_next)(alert, now, policy)
    return Step(
        event=made.event,
        after=replace(case, alert=made.episode),
        at_ms=now,
        notify=made.notify,
        level=made.level,
    )


def _answered(case: PatientAlert, alert: Episode, moment: AlertMoment) -> Step:
    """Time acts on what somebody has taken on: over, milder, held back, or unheard of."""
    policy, now = moment.policy, moment.now_ms
    at = summary.over_at(case, policy)
    if at is not None and now >= at:
        return close(case, EpisodeEvent.RESOLVED, State.RESOLVED, moment)
    known = known_of(alert)
    if known.held_back and now >= calling.respite_over(alert, known, policy):
        return _late_call(case, alert, moment)
    silent = now - max(alert.received_ms, alert.acknowledged_ms or 0) >= unheard_ms(alert, policy)
    if alert.lapsed_ms is not None and silent:
        return close(case, EpisodeEvent.EXPIRED, State.EXPIRED, moment)
    seen = summary.refreshed(alert, case, now, policy)
    known = calling.eased(known, seen, case, seen.measured_ms, policy)
    lapses = alert.lapsed_ms is None and silent
    seen = replace(seen, called_for=known, lapsed_ms=now if lapses else alert.lapsed_ms)
    after = due_again(replace(case, alert=seen), moment, back=False)
    if lapses:
        return told(EpisodeEvent.UNHEARD, after, moment)
    milder = seen.priority is not alert.priority
    return (
        told(EpisodeEvent.EASED, after, moment)
        if milder
        else unseen(EpisodeEvent.REPEATED, after, moment)
    )


def _late_call(case: PatientAlert, alert: Episode, moment: AlertMoment) -> Step:
    """Call for what was held back, if it is still worse than what is known."""
    policy, now = moment.policy, moment.now_ms
    known = replace(known_of(alert), held_back=False)
    still = summary.is_emergency(case, policy) or calling.higher_score(known, case, policy)
    if not still:
        calm = replace(case, alert=replace(alert, called_for=known))
        return unseen(EpisodeEvent.REPEATED, due_again(calm, moment, back=False), moment)
    worse = wanting(alert, now, policy)
    worse = replace(worse, called_for=calling.called(known, worse, case, now))
    return told(EpisodeEvent.WORSENED, replace(case, alert=worse), moment, call=True)
