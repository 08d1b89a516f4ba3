"""Answers of people to a patient's alert: taken on, put off, closed, passed on; pure.

One answer is for all its reasons.
"""

from analytics.alerts import answers, calling
from analytics.alerts.due import AlertMoment, due_again, known_of
from analytics.alerts.escalation import taken
from analytics.alerts.steps import close, told
from analytics.domain.alerts import State
from analytics.domain.episode import Episode, EpisodeEvent, EpisodePolicy
from analytics.domain.reason import PatientAlert, Step
from analytics.domain.replacing import replace


def acknowledge(case: PatientAlert, now_ms: int, policy: EpisodePolicy) -> list[Step]:
    """Note that a person took it on; nothing if it is acknowledged already, or closed."""
    alert = case.living
    if alert is None or alert.state is not State.OPEN:
        return []
    moment = AlertMoment(now_ms=now_ms, policy=policy)
    silent = _taken(case, alert, moment, policy.acknowledged_min, planned=False)
    return [told(EpisodeEvent.ACKNOWLEDGED, silent, moment)]


def resolve(case: PatientAlert, now_ms: int, policy: EpisodePolicy) -> list[Step]:
    """Close it for a person; while a reason holds, only make a plan: quiet, and still there."""
    alert = case.living
    if alert is None:
        return []
    moment = AlertMoment(now_ms=now_ms, policy=policy)
    if any(one.holds for one in case.reasons.values()):
        silent = _taken(case, alert, moment, policy.quiet_min, planned=True)
        return [told(EpisodeEvent.PLANNED, silent, moment)]
    done = replace(case, alert=replace(alert, closed_by_person=True))
    return [close(done, EpisodeEvent.RESOLVED, State.RESOLVED, moment)]


def escalate(case: PatientAlert, now_ms: int, policy: EpisodePolicy) -> list[Step]:
    """Call the next level for a person; an answered one is open again by that."""
    alert = case.living
    if alert is None:
        return []
    [made] = answers.escalate(alert, now_ms, policy)
    after = replace(case, alert=made.episode)
    return [Step(event=made.event, after=after, at_ms=now_ms, notify=made.notify, level=made.level)]


def snooze(case: PatientAlert, minutes: int, now_ms: int, policy: EpisodePolicy) -> list[Step]:
    """Put an unanswered alert off for some minutes; what is there is known then.

    Nothing if it is answered or closed, or may not be put off for so long any more.
    """
    alert = case.living
    made = [] if alert is None else answers.snooze(alert, minutes, now_ms, policy)
    moment = AlertMoment(now_ms=now_ms, policy=policy)
    return [
        told(
            one.event,
            replace(
                case,
                alert=replace(one.episode, called_for=calling.seen(known_of(one.episode), case)),
            ),
            moment,
        )
        for one in made
    ]


def _taken(
    case: PatientAlert, alert: Episode, moment: AlertMoment, minutes: int, *, planned: bool
) -> PatientAlert:
    silent = taken(alert, moment.now_ms, minutes, planned=planned)
    silent = replace(silent, called_for=calling.seen(known_of(alert), case))
    return due_again(replace(case, alert=silent), moment, back=False)
