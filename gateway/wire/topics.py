"""Topic names, and the bucket that keeps everything about one person in one lane."""

import hashlib
import re
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from gateway.wire.refusals import Refusal

PREFIX = "homeward/v1"
BUCKETS = 256
_OWNER = 3
_DEVICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,62}")
_TOPIC = re.compile(
    PREFIX + r"/([0-9a-f]{2})/([a-z0-9][a-z0-9-]{2,62})/(vitals|status|commands|receipts|acks)"
)


class TopicKind(StrEnum):
    """The last level of a topic: what it carries."""

    VITALS = "vitals"
    STATUS = "status"
    COMMANDS = "commands"
    RECEIPTS = "receipts"
    ACKS = "acks"


class Topic(NamedTuple):
    """A parsed topic: bucket (two lower-case hex digits), device id, kind."""

    bucket: str
    device: str
    kind: TopicKind


def is_device_id(text: str) -> bool:
    """Whether ``text`` may name a device: 3 to 63 of a-z, 0-9 and hyphen, no leading hyphen."""
    return _DEVICE_ID.fullmatch(text) is not None


def bucket_of(patient: UUID) -> str:
    """The patient's bucket: the first byte of SHA-256 over the 36-character lower-case UUID."""
    return hashlib.sha256(str(patient).encode("ascii")).hexdigest()[:2]


def device_topic(bucket: str, device: str, kind: TopicKind) -> str:
    """The topic of one kind for one device."""
    return f"{PREFIX}/{bucket}/{device}/{kind.value}"


def bucket_filter(bucket: str, kind: TopicKind) -> str:
    """The subscription filter for one kind of every device in a bucket (``+`` for all buckets)."""
    return f"{PREFIX}/{bucket}/+/{kind.value}"


def owner_of(text: str) -> str | None:
    """The device in whose name a broker takes ``text``, though it is no topic of this protocol.

    A broker whose access lists leave the bucket open lets a device publish under any; its own id
    stands where it always does.
    """
    levels = text.split("/", 4)
    named = len(levels) > _OWNER and is_device_id(levels[_OWNER])
    return levels[_OWNER] if named and text.startswith(PREFIX + "/") else None


def parse_topic(text: str) -> Topic | Refusal:
    """Take a topic apart; ``topic_mismatch`` if it is not one of this protocol's."""
    match = _TOPIC.fullmatch(text)
    if match is None:
        return Refusal.TOPIC_MISMATCH
    bucket, device, kind = match.groups()
    return Topic(bucket, device, TopicKind(kind))
