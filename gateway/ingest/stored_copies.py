"""Tell a resent frame from a conflicting one: the stored copies under the same number, by bytes.

Most frames that come again are stored, and one query finds them. Only for what differs from the
stored frame, or has none, the quarantine is looked through, too: there lie the frames that were
refused under a number, as they came, perhaps sealed.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gateway.ingest.decoding import Decoder
from gateway.store import batch_reads, quarantine
from gateway.store.batch_reads import Identity

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.admission.registry import Registry
    from gateway.store.connection import Row


def stored_copies(
    connection: "Connection[Row]",
    suspects: Iterable[tuple[Identity, bytes]],
    opener: Decoder,
    registry: "Registry",
) -> dict[Identity, list[bytes]]:
    """What is stored, or lies in quarantine, under the numbers of these frames."""
    asked: dict[Identity, set[bytes]] = defaultdict(set)
    for identity, frame in suspects:
        asked[identity].add(frame)
    stored = batch_reads.stored_frames(connection, asked)
    kept = {identity: [frame] for identity, frame in stored.items()}
    others = [identity for identity, frames in asked.items() if frames - {stored.get(identity)}]
    for identity, payload in quarantine.signed_frames(connection, others):
        device = registry.device(identity[0])
        held = None if device is None else opener.signed_frame(payload, device)
        if held is not None:
            kept.setdefault(identity, []).append(held)
    return kept
