"""State machine of one reason of an alert: it waits, it holds, it is over, it comes back.

It must persist by event time before it holds, and silence while it waits counts as persisting. What
comes back while the alert lives is the same reason: it waits again as long as it had to at first.
"""

from analytics.alerts.newest_words import with_newest_words
from analytics.domain.alerts import SUPERSEDED_BY, Finding, FindingChange, State
from analytics.domain.episode import URGENCY
from analytics.domain.reason import Reason
from analytics.domain.replacing import replace
from analytics.domain.vitals import Metric
from analytics.policy import DEFAULT

_CRITICAL_MIDDLES = {
    f"critical_{Metric(code).wire_name}": (limit.low + limit.high) / 2
    for code, limit in DEFAULT.critical.items()
    if limit.low is not None and limit.high is not None
}
_DOWN = frozenset({"critical_spo2", "baseline_spo2"})


def move(before: Reason | None, finding: Finding, now_ms: int) -> list[Reason]:
    """Return what becomes of a reason by a finding, step by step; nothing if nothing does.

    Args:
        before: the reason of this condition: living, or over while its alert lives.
        finding: what was seen; not of back-fill, or of the coordinator's condition.
        now_ms: ward time.
    """
    if finding.change is FindingChange.CLEARED:
        return _clear(before, finding, now_ms) if before is not None else []
    if before is None:
        return [_wait(begun(finding), finding, now_ms)]
    if before.state is State.PENDING:
        return [_wait_on(before, finding, now_ms)]
    heard = _heard(before, finding)
    return [heard] if before.holds else [_wait(heard, finding, now_ms)]


def persisted(reason: Reason, now_ms: int) -> Reason | None:
    """Return it on if its wait is over by the ward's time; None if it does not wait any more."""
    waits = reason.state is State.PENDING and reason.due_ms is not None
    return _on(reason, now_ms) if waits and now_ms >= (reason.due_ms or 0) else None


def over(reason: Reason, now_ms: int, detail: dict[str, object]) -> Reason:
    """Return it over."""
    return replace(
        reason,
        state=State.RESOLVED if reason.shown else State.EXPIRED,
        due_ms=None,
        cleared_ms=reason.cleared_ms if reason.state is State.PENDING else now_ms,
        detail=reason.detail | detail,
    )


def begun(finding: Finding) -> Reason:
    """Return the reason that a finding begins."""
    return Reason(
        condition=finding.condition,
        priority=finding.priority,
        state=State.PENDING,
        started_ms=finding.measured_ms,
        measured_ms=finding.measured_ms,
        received_ms=finding.received_ms,
        worst=finding.value,
        value=finding.value,
        message=finding.message,
        rule=finding.rule,
        detail=finding.detail,
    )


def _wait(reason: Reason, finding: Finding, now_ms: int) -> Reason:
    """Return it on if it need not wait, else waiting from this finding on."""
    if finding.persist_s <= 0:
        return _on(reason, now_ms)
    since = finding.received_ms if finding.late else min(finding.measured_ms, now_ms)
    return replace(reason, state=State.PENDING, due_ms=since + int(finding.persist_s * 1000))


def _wait_on(reason: Reason, finding: Finding, now_ms: int) -> Reason:
    """Shorten the wait if the finding says so; on once it has persisted by event time."""
    wait_ms = int(finding.persist_s * 1000)
    due = reason.due_ms if reason.due_ms is not None else finding.measured_ms + wait_ms
    if finding.late or finding.change is FindingChange.WORSENED:
        since = max(finding.measured_ms, reason.received_ms if finding.late else 0)
        due = min(due, since + wait_ms)
    else:
        due = min(due, (finding.measured_ms if reason.shown else reason.started_ms) + wait_ms)
    heard = replace(_heard(reason, finding), due_ms=due)
    on = (not finding.late and finding.measured_ms >= due) or wait_ms == 0
    return _on(heard, now_ms) if on else heard


def _on(reason: Reason, now_ms: int) -> Reason:
    return replace(
        reason,
        state=State.OPEN,
        due_ms=None,
        cleared_ms=None,
        raised_ms=now_ms if reason.raised_ms is None else reason.raised_ms,
    )


def _heard(reason: Reason, finding: Finding) -> Reason:
    """Return the reason with one more finding: the worst priority, the words of the newest."""
    back = reason.cleared_ms is not None  # how bad it was before it was over is past
    worst = max(reason.priority, finding.priority, key=URGENCY.__getitem__)
    heard = replace(
        reason,
        priority=finding.priority if back else worst,
        received_ms=max(reason.received_ms, finding.received_ms),
        count=reason.count + 1,
        worst=worse(reason.condition, reason.worst, finding.value),
    )
    return with_newest_words(heard, finding)


def _clear(before: Reason, finding: Finding, now_ms: int) -> list[Reason]:
    if before.state is State.PENDING:
        due = before.due_ms
        lasted = due is not None and not finding.late and finding.measured_ms >= due
        if lasted and SUPERSEDED_BY not in finding.detail:
            on = _on(before, now_ms)  # time would have shown it, had it been let
            return [on, over(on, now_ms, finding.detail)]
    elif not before.holds:
        return []
    return [over(before, now_ms, finding.detail)]


def worse(condition: str, one: float | None, other: float | None) -> float | None:
    """Return the worse of two values of a condition."""
    if one is None or other is None:
        return other if one is None else one
    if condition.endswith("_low") or condition in _DOWN:
        return min(one, other)
    if condition.startswith("baseline_"):
        return max(one, other, key=abs)
    middle = _CRITICAL_MIDDLES.get(condition)
    return max(one, other) if middle is None else max(one, other, key=lambda v: abs(v - middle))
