"""Difference that taking a reading back makes: two courses of one lane, with it and without it.

The lane is folded again from before the reading, once as it was and once without it. What only the
first course found rests on the reading and is taken back; what the second found differently is
said anew, in the words of the readings that are left. Pure: the same two courses give the same
answer, so that a correction has one meaning whenever it is folded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from analytics.domain.alerts import EASED_FROM, Finding, FindingChange
from analytics.rules.hysteresis import UNCONFIRMED, ActiveCondition, condition_of

RULE = "correction/1"
_BANDS = ("news2_emergency", "news2_urgent", "single_3")
"""From the gravest down: each speaks for those after it."""


class LaneCourse(NamedTuple):
    """What a lane found from the reading on, and what is on at the end.

    Attributes:
        findings: in the order in which they were made.
        on: conditions that are on, by name.
    """

    findings: list[Finding]
    on: dict[str, ActiveCondition]


class Revision(NamedTuple):
    """What a correction changes.

    Attributes:
        retracted: conditions that were found from the reading on, and rested on it alone.
        historic: the same of back-fill: (condition, event time).
        said: what the readings that are left say, for conditions of which it is something else.
    """

    retracted: list[str]
    historic: list[tuple[str, int]]
    said: list[Finding]


def compare(
    held: Iterable[str],
    earlier: Mapping[str, Finding],
    before: LaneCourse,
    after: LaneCourse,
    now_ms: int,
) -> Revision:
    """Compare the course with the reading and the one without it.

    Args:
        held: conditions that were on before the reading: they never rest on it alone.
        earlier: the last finding of each condition from before the reading, as far as known.
        before: the course with the reading.
        after: the course without it.
        now_ms: ward time, for what has no finding of its own.
    """
    kept = {condition_of(name) for name in held}
    on = {condition_of(name): one for name, one in after.on.items()}
    was, now = _newest(before.findings), _newest(after.findings)
    raised = {one.condition for one in before.findings if _calls(one)}
    supported = kept | set(now) | set(on)
    said = [_said(was.get(name), finding) for name, finding in now.items()]
    said += [
        _goes_on(on.get(name), was[name], earlier.get(name), now_ms)
        for name in was
        if name in kept and name not in now
    ]
    left = {_moment(one) for one in after.findings if _is_history(one)}
    past = [one for one in before.findings if _is_history(one)]
    retracted = sorted(raised - supported)
    return Revision(
        retracted=retracted,
        historic=[_moment(one) for one in past if _moment(one) not in left],
        said=[_eased(one, retracted) for one in said if one is not None],
    )


def _eased(finding: Finding, retracted: Sequence[str]) -> Finding:
    """Say of a band that it is what is left of a graver one, which has called already."""
    place = _BANDS.index(finding.condition) if finding.condition in _BANDS else 0
    graver = [name for name in _BANDS[:place] if name in retracted]
    if finding.change is not FindingChange.STARTED or not graver:
        return finding
    return replace(finding, detail={**finding.detail, EASED_FROM: graver[-1]})


def _is_history(finding: Finding) -> bool:
    """Whether it was only written down: of back-fill, all but the question that it asks."""
    return finding.late and finding.condition != UNCONFIRMED


def _calls(finding: Finding) -> bool:
    return not _is_history(finding) and finding.change is not FindingChange.CLEARED


def _moment(finding: Finding) -> tuple[str, int]:
    return finding.condition, finding.measured_ms


def _newest(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The last word on each condition; back-fill is history and no such word."""
    return {one.condition: one for one in findings if not _is_history(one)}


def _said(was: Finding | None, now: Finding) -> Finding | None:
    """What to say of a condition that the readings left have found; None where nothing is new."""
    lived = was is not None and was.change is not FindingChange.CLEARED
    if now == was:
        return None
    if now.change is FindingChange.CLEARED:
        return now if lived else None
    return replace(now, change=FindingChange.PERSISTS if lived else FindingChange.STARTED)


def _goes_on(
    condition: ActiveCondition | None, was: Finding, earlier: Finding | None, now_ms: int
) -> Finding | None:
    """A condition from before the reading, of which only the course with it has said more."""
    if condition is None:
        return None
    change = (
        FindingChange.STARTED if was.change is FindingChange.CLEARED else FindingChange.PERSISTS
    )
    if earlier is not None and earlier.change is not FindingChange.CLEARED:
        return replace(earlier, change=change)
    return Finding(
        condition=was.condition,
        change=change,
        priority=condition.priority,
        measured_ms=condition.bad_ms,
        received_ms=now_ms,
        message="It goes on: the reading that said otherwise was entered in error",
        rule=RULE,
    )
