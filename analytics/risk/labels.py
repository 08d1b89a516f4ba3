"""Labels that mature later: what the risk model learns from, without looking ahead.

At most every half hour of event time a patient who has not deteriorated leaves an example. It
matures when the patient deteriorates within the horizon (NEWS2 lower bound 5 or more, or a
clinician says so), or when the horizon has passed and the patient was seen in its second half.
One who was not seen is dropped: not knowing is not being well.
"""

from msgspec import Struct

from analytics.news2.score import URGENT, News2
from analytics.policy import MINUTE_MS, Policy
from analytics.risk.model import Example

MOST_PENDING = 16
LEAST_KNOWN = 3
PARAMETERS = 7


class Pending(Struct, frozen=True, array_like=True, gc=False):
    """An example that waits for its label; see :class:`analytics.risk.model.Example`."""

    at_ms: int
    features: tuple[float, ...]
    probability: float
    model_version: int
    news2_low: int

    def labelled(self, *, deteriorated: bool) -> Example:
        """Return the example with its label."""
        return Example(
            at_ms=self.at_ms,
            features=self.features,
            probability=self.probability,
            model_version=self.model_version,
            news2_low=self.news2_low,
            deteriorated=deteriorated,
        )


def mature(
    pending: list[Pending], now_ms: int, seen_ms: int, policy: Policy, *, deteriorated: bool
) -> tuple[list[Pending], list[Example]]:
    """Return the examples that still wait and those that have matured by ``now_ms``.

    Args:
        pending: waiting examples, oldest first.
        now_ms: event time of this assessment.
        seen_ms: event time of the assessment before this one.
        policy: gives the horizon.
        deteriorated: whether this assessment (or a clinician) says deterioration.
    """
    horizon = policy.horizon_minutes * MINUTE_MS
    waiting: list[Pending] = []
    ready: list[Example] = []
    for one in pending:
        age = now_ms - one.at_ms
        if age > horizon:
            if seen_ms - one.at_ms >= horizon // 2:
                ready.append(one.labelled(deteriorated=False))
        elif deteriorated and age > 0:
            ready.append(one.labelled(deteriorated=True))
        else:
            waiting.append(one)
    return waiting, ready


def due(news: News2, now_ms: int, last_ms: int, policy: Policy) -> bool:
    """Whether a new example should be taken now."""
    return (
        news.low < URGENT
        and now_ms - last_ms >= policy.example_ms
        and PARAMETERS - len(news.missing) >= LEAST_KNOWN
    )
