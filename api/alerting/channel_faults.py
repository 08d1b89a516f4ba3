"""Told to the coordinators: a channel by which people are called does not work."""

from collections import Counter
from collections.abc import Sequence

from analytics.domain.alerts import Finding, FindingChange, Priority
from api.alerting.subjects import Subject
from api.alerting.technical import StandingCondition, WardSeen
from api.store.types import Row

CONDITION = "channel"
RULE = "notices/1"
_ADMIN = "admin"
_NAMES = {"push": "web push", "email": "e-mail", "sms": "text message"}


def standing_faults(
    now_ms: int, wards: Sequence[WardSeen], failing: Sequence[Row]
) -> list[StandingCondition]:
    """Return the condition for every ward that has somebody who cannot be called as they wish.

    Args:
        now_ms: ward time.
        wards: wards with watched patients.
        failing: channels and webhooks that have failed and not worked since: ``ward`` (None: every
            one), ``role`` of the owner, ``kind``, ``id``.
    """
    found = []
    for ward in wards:
        own = [one for one in failing if _concerns(one, ward.ward)]
        if own:
            finding = _finding(now_ms, own)
            found.append(StandingCondition(subject=Subject(ward=ward.ward), finding=finding))
    return found


def _concerns(one: Row, ward: str) -> bool:
    return one["ward"] in (None, ward) or one["role"] == _ADMIN


def _finding(now_ms: int, failing: Sequence[Row]) -> Finding:
    kinds = Counter(one["kind"] for one in failing)
    said = ", ".join(f"{n} by {_NAMES.get(kind, kind)}" for kind, n in sorted(kinds.items()))
    return Finding(
        condition=CONDITION,
        change=FindingChange.STARTED,
        priority=Priority.MEDIUM,
        measured_ms=now_ms,
        received_ms=now_ms,
        message=f"Notices do not arrive: {said}; calls go on by other ways",
        rule=RULE,
        detail={"channels": sorted(str(one["id"]) for one in failing)},
    )
