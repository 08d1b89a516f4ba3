"""Models of staff: what somebody does with an alert, and when. Nobody is asked in a replay.

Both are simple on purpose: what is measured is how often the rules call, not how people are.
"""

from dataclasses import dataclass

from analytics.policy import MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """How people answer.

    Attributes:
        name: in words, as the figures name it.
        acknowledge_ms: how long after a call somebody takes the alert on.
        closes: whether it is closed at the time by which somebody should have responded.
    """

    name: str
    acknowledge_ms: int
    closes: bool


TAKES_ON = Staff(name="acknowledged after 4 min", acknowledge_ms=4 * MINUTE_MS, closes=False)
CLOSES = Staff(
    name="acknowledged after 4 min, closed at the deadline",
    acknowledge_ms=4 * MINUTE_MS,
    closes=True,
)
MODELS = (TAKES_ON, CLOSES)
