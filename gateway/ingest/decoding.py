"""The stage before the transaction: topic, rate, seal, signature, content.

Everything here depends on the frame and the registry alone, so it runs beside the commit of the
batch before; signature checks leave Python's lock alone meanwhile. A frame that was handled lately
is known by its digest and costs no second check; a batch may hold one frame many times over.
"""

from collections import OrderedDict
from hashlib import blake2b

from gateway import wire
from gateway.admission.rate_limit import RateLimiter
from gateway.admission.registry import Device, Registry
from gateway.admission.verification import (
    Authenticated,
    DecodedFrame,
    Number,
    RefusedFrame,
    decode_frame,
    unseal,
)
from gateway.ingest.inbox import InboundMessage
from gateway.wire import Refusal

FORGERY_COST = 100
POISON_COST = 1_000
_POISON = "poison"
_TOPICS = 100_000
_STALE = frozenset(
    {
        Refusal.UNKNOWN_DEVICE,
        Refusal.BAD_SIGNATURE,
        Refusal.UNSEALABLE,
        Refusal.TOPIC_MISMATCH,
        Refusal.RATE_LIMITED,
    }
)
"""Refusals that a newer registry might lift; the last, if what emptied the allowance is lifted."""


class InboundFrame:
    """One arrival on its way through the pipeline.

    Attributes:
        decoded_s: when decoding of those that came with it began and ended (monotonic clock); None:
            nobody follows frames.
    """

    __slots__ = (
        "arrival",
        "decoded_s",
        "device",
        "digest",
        "handled",
        "opened",
        "refused",
        "revision",
        "topic",
        "vouched",
    )

    def __init__(self, arrival: InboundMessage, topic: wire.Topic | None) -> None:
        self.arrival = arrival
        self.topic = topic
        self.decoded_s: tuple[float, float] | None = None
        self.device: Device | None = None
        self.digest = b""
        self.opened: DecodedFrame | None = None
        self.refused: RefusedFrame | None = None
        self.handled: Number | None = None
        self.vouched: Authenticated | None = None
        self.revision = -1

    @property
    def number(self) -> Number | None:
        """Its boot and sequence number, if they are known."""
        said = self.vouched
        return self.handled if said is None else said.number

    def set_outcome(self, opened: DecodedFrame | None, refused: RefusedFrame | None) -> None:
        """Note what came of it, and what a signature says of it; of neither: nothing as yet."""
        self.opened, self.refused = opened, refused
        known = refused or opened
        self.vouched = None if known is None else known.vouched


class RecentFrames:
    """Digests of frames lately handled, oldest forgotten first; written after a commit only."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._known: OrderedDict[bytes, Number] = OrderedDict()

    def get(self, digest: bytes) -> Number | None:
        """What the frame with this digest was."""
        return self._known.get(digest)

    def add(self, digest: bytes, handled: Number) -> None:
        """Remember a handled frame."""
        self._known[digest] = handled
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()

    def __len__(self) -> int:
        return len(self._known)


class Decoder:
    """Opens frames; one thread calls it for batches, the pipeline for what it refused unjustly."""

    def __init__(
        self, registry: Registry, allowance: RateLimiter, answered: RecentFrames, box_private: bytes
    ) -> None:
        self._registry = registry
        self._allowance = allowance
        self._answered = answered
        self._box_private = box_private
        self._topics: dict[str, wire.Topic] = {}

    def decode(self, arrivals: list[InboundMessage]) -> list[InboundFrame]:
        """Open a batch, in order."""
        seen: dict[bytes, InboundFrame] = {}
        if arrivals:
            self._allowance.sweep(arrivals[-1].at_s)
        # Read before the first is opened: what changes meanwhile is newer to all of them.
        revision = self._registry.revision
        items = [self._item(arrival, seen) for arrival in arrivals]
        for item in items:
            item.revision = revision
        return items

    def decode_again(self, items: list[InboundFrame]) -> bool:
        """Open once more what was refused under an older registry; whether there was any such.

        The registry may have been refreshed by the batch before, or by an empty one, while these
        frames were being opened: only each frame's own revision tells.
        """
        newest = self._registry.revision
        late = [item for item in items if item.revision != newest]
        for item in late:
            self._again(item)
            item.revision = newest
        return bool(late)

    def set_aside(self, item: InboundFrame, error: Exception) -> bool:
        """Refuse a frame that cannot be stored; it is covered if its signature held.

        Its sender pays for what that cost everybody.

        Returns:
            False: it was refused for this before, signature or not, and cannot be stored so either.
        """
        poisoned = item.refused is not None and item.refused.detail.startswith(_POISON)
        said = None if poisoned else item.vouched
        if poisoned and item.vouched is None:
            return False
        if not poisoned and item.topic is not None and item.device is not None:
            self._allowance.charge(item.topic.device, POISON_COST)
        item.handled, detail = None, f"{_POISON}: {error}"[:200]
        item.set_outcome(None, RefusedFrame(Refusal.MALFORMED, item.device, said, detail))
        return True

    def signed_frame(self, payload: bytes, device: Device) -> bytes | None:
        """The signed frame in a payload of a device's, if it can still be opened."""
        frame = unseal(payload, device, self._box_private)
        return None if isinstance(frame, Refusal) else frame

    def _again(self, item: InboundFrame) -> None:
        if item.topic is None or item.refused is None or item.refused.reason not in _STALE:
            return
        name, reason = item.topic.device, item.refused.reason
        if reason is Refusal.RATE_LIMITED and not self._allowance.try_acquire(
            name, item.arrival.at_s
        ):
            return
        item.set_outcome(None, None)
        self._open(item, item.topic, {})
        if reason is Refusal.BAD_SIGNATURE and item.opened is not None:
            self._allowance.refill(name)

    def _item(self, arrival: InboundMessage, seen: dict[bytes, InboundFrame]) -> InboundFrame:
        topic = self._topic(arrival.topic)
        if isinstance(topic, Refusal):
            item, name = InboundFrame(arrival, None), wire.owner_of(arrival.topic)
        else:
            item, name = InboundFrame(arrival, topic), topic.device
        item.device = None if name is None else self._registry.devices.get(name)
        payer = "" if item.device is None else item.device.id
        if not self._allowance.try_acquire(payer, arrival.at_s):
            item.refused = RefusedFrame(Refusal.RATE_LIMITED, item.device)
            return item
        if arrival.retained and not arrival.payload:
            return item  # what the broker had kept is taken away, mostly by ourselves
        if isinstance(topic, Refusal):
            item.refused = RefusedFrame(topic, item.device)
            return item
        self._open(item, topic, seen)
        if item.refused is not None and item.refused.reason is Refusal.BAD_SIGNATURE:
            self._allowance.charge(payer, FORGERY_COST)
        return item

    def _topic(self, text: str) -> wire.Topic | Refusal:
        """What a topic says. Only what can be one is remembered: its length is bounded."""
        known = self._topics.get(text)
        if known is not None:
            return known
        made = wire.parse_topic(text)
        if isinstance(made, wire.Topic):
            if len(self._topics) >= _TOPICS:
                self._topics.clear()
            self._topics[text] = made
        return made

    def _open(self, item: InboundFrame, topic: wire.Topic, seen: dict[bytes, InboundFrame]) -> None:
        device = item.device = self._registry.devices.get(topic.device)
        if topic.kind is wire.TopicKind.STATUS:
            return
        if device is None:
            item.refused = RefusedFrame(Refusal.UNKNOWN_DEVICE)
            return
        frame = unseal(item.arrival.payload, device, self._box_private)
        if isinstance(frame, Refusal):
            item.refused = RefusedFrame(frame, device)
            return
        digest = item.digest = blake2b(frame, digest_size=16, key=device.id.encode()).digest()
        item.handled = self._answered.get(digest)
        if item.handled is not None:
            return
        twin = seen.get(digest)
        if twin is not None and twin.topic == topic:
            item.set_outcome(twin.opened, twin.refused)
            return
        made = decode_frame(frame, topic, device, self._registry)
        if isinstance(made, DecodedFrame):
            item.set_outcome(made, None)
        else:
            item.set_outcome(None, made)
        seen[digest] = item
