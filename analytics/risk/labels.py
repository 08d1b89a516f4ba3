"""Labels that mature later: what the risk model learns from, without looking ahead.

At most every half hour of event time a patient who has not deteriorated leaves an example. It
matures when the patient deteriorates within the horizon (NEWS2 lower bound 5 or more, or a
clinician says so), or when the horizon has passed and the patient was seen in its second half.

At home nobody may look within four hours. Such an example matures with the next sight, well or
ill alike, and counts by how sure that makes it: the horizon's share of the time that has passed.
After a day it is dropped, whatever the sight says: what cannot be known is dropped on both sides,
or a patient who is looked at only when ill would teach that everybody becomes ill.
"""

from msgspec import Struct

from analytics.news2.score import URGENT, News2
from analytics.policy import MINUTE_MS, Policy
from analytics.risk.model import Example

MOST_PENDING = 16
LEAST_KNOWN = 2
"""Of the seven parameters: a cuff gives two, and whoever has but a cuff is a patient too."""
LATEST_SIGHT = 6
"""A sight after so many horizons (a day of 4 h each) tells nothing any more (proposed)."""
CLINICIAN, NEWS2 = "clinician", "news2"
PARAMETERS = 7


class Pending(Struct, frozen=True, array_like=True, gc=False):
    """An example that waits for its label; see :class:`analytics.risk.model.Example`."""

    at_ms: int
    features: tuple[float, ...]
    probability: float
    model_version: int
    news2_low: int

    def labelled(self, *, deteriorated: bool, weight: float = 1.0, source: str = NEWS2) -> Example:
        """Return the example with its label and how sure that is."""
        return Example(
            at_ms=self.at_ms,
            features=self.features,
            probability=self.probability,
            model_version=self.model_version,
            news2_low=self.news2_low,
            deteriorated=deteriorated,
            weight=weight,
            source=source,
        )


def any_over(pending: list[Pending], now_ms: int, policy: Policy) -> bool:
    """Whether the horizon of a waiting example, oldest first, has passed by ``now_ms``."""
    return now_ms - pending[0].at_ms > policy.horizon_minutes * MINUTE_MS


def mature(
    pending: list[Pending],
    now_ms: int,
    seen_ms: int,
    policy: Policy,
    *,
    deteriorated: bool,
    source: str = NEWS2,
) -> tuple[list[Pending], list[Example]]:
    """Return the examples that still wait and those that have matured by ``now_ms``.

    Args:
        pending: waiting examples, oldest first.
        now_ms: event time of this sight of the patient.
        seen_ms: event time of the sight before this one.
        policy: gives the horizon.
        deteriorated: whether this sight (or a clinician) says deterioration.
        source: who says so. A clinician who says *not actionable* has seen the patient well.
    """
    horizon = policy.horizon_minutes * MINUTE_MS
    waiting: list[Pending] = []
    ready: list[Example] = []
    for one in pending:
        age = now_ms - one.at_ms
        if age > horizon:
            label = _overdue(one, age, seen_ms, horizon, deteriorated=deteriorated, source=source)
            ready += [] if label is None else [label]
        elif deteriorated and age > 0:
            ready.append(one.labelled(deteriorated=True, source=source))
        elif source == CLINICIAN and 2 * age >= horizon:
            ready.append(one.labelled(deteriorated=False, source=source))
        else:
            waiting.append(one)
    return waiting, ready


def _overdue(
    one: Pending, age: int, seen_ms: int, horizon: int, *, deteriorated: bool, source: str
) -> Example | None:
    """Label an example whose horizon has passed by whoever saw the patient first; None: drop it."""
    if seen_ms - one.at_ms >= horizon // 2:
        return one.labelled(deteriorated=False)
    if age > LATEST_SIGHT * horizon:
        return None
    weight = round(horizon / age, 4)
    return one.labelled(deteriorated=deteriorated, weight=weight, source=source)


def due(news: News2, now_ms: int, last_ms: int, policy: Policy) -> bool:
    """Whether a new example should be taken now."""
    return (
        news.low < URGENT
        and now_ms - last_ms >= policy.example_ms
        and PARAMETERS - len(news.missing) >= LEAST_KNOWN
    )
