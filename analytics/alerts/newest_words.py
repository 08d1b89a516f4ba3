"""The words of the newest measurement, on an episode as on a reason: late news changes no words."""

from typing import TypeVar

from analytics.domain.alerts import EASED_FROM, Finding
from analytics.domain.episode import Episode
from analytics.domain.reason import Reason
from analytics.domain.replacing import replace

Told = TypeVar("Told", Episode, Reason)


def with_newest_words(heard: Told, finding: Finding) -> Told:
    """Return what tells a condition with the value and words of a finding that is no older.

    What a condition has eased from is kept over the findings after it.
    """
    if finding.measured_ms < heard.measured_ms:
        return heard
    eased = {EASED_FROM: heard.detail[EASED_FROM]} if EASED_FROM in heard.detail else {}
    return replace(
        heard,
        measured_ms=finding.measured_ms,
        value=finding.value,
        message=finding.message,
        rule=finding.rule,
        detail=finding.detail | eased,
    )
