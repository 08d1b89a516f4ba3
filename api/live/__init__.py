"""The live feed: one listening connection in each process, fanned out to whoever may see."""

from api.live.feed import LiveFeed
from api.live.subscription import StreamEvent, Subscription

__all__ = ["LiveFeed", "StreamEvent", "Subscription"]
