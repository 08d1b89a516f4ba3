"""Takes away what the broker was made to keep and the protocol has not kept there.

Only ``status`` and ``acks`` are retained. A broker keeps whatever it is asked to, through restarts
and revocations, on every topic that a device may use; so what comes with that mark is looked for,
and an empty message in its place makes the broker forget it.
"""

import queue
from uuid import uuid4

import structlog

from gateway import wire
from gateway.broker.connection import BrokerConnection
from gateway.broker.session import broker_of
from gateway.settings import GatewaySettings

_log = structlog.get_logger()
QUIET_S = 0.5
"""When nothing kept has come for so long, all has."""
MOST_TOPICS = 10_000
"""Of one sweep; the next one goes on."""
_NEVER_KEPT = (wire.TopicKind.VITALS, wire.TopicKind.RECEIPTS)
ANY = "+"


def clear(settings: GatewaySettings, device: str, bucket: str | None = None) -> int:
    """Take away what is kept of one device, or of ``ANY``; how many topics that were.

    Args:
        settings: where the broker is.
        device: by its id.
        bucket: of a device that is revoked: its status and its acknowledgements go as well. Else
            its status stays wherever it can be one.

    Raises:
        BrokerUnavailable: the broker is away or refuses us.
    """
    found: queue.SimpleQueue[str] = queue.SimpleQueue()
    name = f"homeward-gateway-clears-{uuid4().hex}"  # another worker may clear at the same time

    def heard(
        source: BrokerConnection,
        topic: str,
        payload: bytes,
        retained: bool,  # noqa: FBT001 - paho's thread calls it
        mid: int,
    ) -> None:
        if retained and payload:
            found.put(topic)
        if mid:
            source.acknowledge([mid])

    messenger = BrokerConnection(broker_of(settings), name, 100, heard)
    messenger.connect(clean=True, session_s=0)
    try:
        kinds = (*_NEVER_KEPT, wire.TopicKind.STATUS)
        filters = [(wire.device_topic(ANY, device, kind), kind) for kind in kinds]
        messenger.subscribe(filters, kept=True)
        wanted = _wanted(found, ended=bucket is not None)
        if bucket is not None:
            wanted.append(wire.device_topic(bucket, device, wire.TopicKind.ACKS))
        messenger.publish_retained([(topic, b"") for topic in wanted])
    finally:
        messenger.close()
    if wanted:
        _log.info("took away what the broker had kept", device=device, topics=len(wanted))
    return len(wanted)


def _wanted(found: "queue.SimpleQueue[str]", *, ended: bool) -> list[str]:
    """The topics to be cleared, when no more of them come."""
    wanted: list[str] = []
    while len(wanted) < MOST_TOPICS:
        try:
            topic = found.get(timeout=QUIET_S)
        except queue.Empty:
            break
        parsed = wire.parse_topic(topic)
        status = isinstance(parsed, wire.Topic) and parsed.kind is wire.TopicKind.STATUS
        if ended or not status:
            wanted.append(topic)
    return wanted
