"""The live feed: one listening connection in each process, fanned out to whoever may see."""

from api.live.feed import LiveFeed
from api.live.subscription import Event, Subscription

__all__ = ["Event", "LiveFeed", "Subscription"]
